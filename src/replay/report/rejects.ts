import type { RejectCount } from '../../core/counts.js';
import { oneLine } from '../../core/one-line.js';
import { remedyOf } from '../../read/lines/reject-remedies.js';
import { byFrequency } from '../../read/reject-tally.js';
import type { Fact } from '../../report/facts.js';
import { elements, type Place } from '../../report/figures.js';
import { countText, shortened } from '../../report/format.js';
import { markup, type Content } from '../../report/html/markup.js';
import { figure, tableMarkup, tableOf, words, type Column, type Table } from '../../report/table.js';

/** How many records were rejected for a reason, and what to do about it. */
export interface ReportedReject extends RejectCount {
  readonly remedy: string;
}

/** The most frequent reasons first. */
export function reportedRejects(rejects: readonly RejectCount[]): ReportedReject[] {
  return byFrequency(rejects).map((reject) => ({ ...reject, remedy: remedyOf(reject.reason) }));
}

/** Longer examples are cut on a terminal and in Markdown. */
const EXAMPLE_LENGTH = 100;

type Row = Place<ReportedReject>;

const REASON: Column<Row> = words('rejected', 'reason', ({ value }) => value.reason);
const COUNT: Column<Row> = figure('records', 'records', countText, (row) => row.at('count'));

/** Rejects by reason, for a terminal and for Markdown; `remedyLines` go below. */
export function rejectsTable(rejects: Place<readonly ReportedReject[]>): Table {
  const example = words<Row>('first', 'first', ({ value }) => shortened(exampleText(value), EXAMPLE_LENGTH));
  return tableOf([REASON, COUNT, example], elements(rejects));
}

export function remedyLines(rejects: readonly ReportedReject[]): string[] {
  return rejects.map(({ reason, remedy }) => `${reason}: ${remedy}`);
}

/** The same for a page, which has room for remedies in the table. */
export function rejectsMarkup(rejects: Place<readonly ReportedReject[]>): Content {
  const columns = [
    REASON,
    COUNT,
    words<Row>('first', 'first', ({ value }) => exampleText(value)),
    words<Row>('what to do', 'remedy', ({ value }) => value.remedy),
  ];
  return [
    tableMarkup('Rejected records by reason', tableOf(columns, elements(rejects))),
    markup`<p class="note">Every rejected record is kept with its text, in rejects.jsonl or where --rejects says.</p>\n`,
  ];
}

/** The same as facts: a line per reason. */
export function rejectFacts(rejects: readonly ReportedReject[]): Fact[] {
  return rejects.flatMap((reject, index): Fact[] => [
    [
      index === 0 ? 'rejected' : '',
      `${countText(reject.count)} ${reject.reason}, the first at ${exampleText(reject)}`,
    ],
    ['', `  ${reject.remedy}`],
  ]);
}

function exampleText({ example }: RejectCount): string {
  return `${oneLine(example.file)}:${example.line}: ${example.message}`;
}
