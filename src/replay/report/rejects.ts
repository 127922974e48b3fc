import type { RejectCount } from '../../core/counts.js';
import { oneLine } from '../../core/one-line.js';
import { remedyOf } from '../../read/lines/reject-remedies.js';
import { byFrequency } from '../../read/reject-tally.js';
import type { Fact } from '../../report/facts.js';
import { elements, type Place } from '../../report/figures.js';
import { countText, plural } from '../../report/format.js';
import { markup } from '../../report/html/markup.js';
import type { PageSection } from '../../report/html/parts.js';
import { figure, tableMarkup, tableOf, words, type Column, type Table } from '../../report/table.js';

/** How many records were rejected for a reason, and what to do about it. */
export interface ReportedReject extends RejectCount {
  readonly remedy: string;
}

/** The most frequent reasons first. */
export function reportedRejects(rejects: readonly RejectCount[]): ReportedReject[] {
  return byFrequency(rejects).map((reject) => ({ ...reject, remedy: remedyOf(reject.reason, reject) }));
}

/** Longer examples are cut on a terminal and in Markdown. */
const EXAMPLE_LENGTH = 100;

type Row = Place<ReportedReject>;

const COLUMNS: readonly Column<Row>[] = [
  words('rejected', 'reason', ({ value }) => value.reason),
  figure('records', 'records', countText, (row) => row.at('count')),
  words('first', 'first', ({ value }) => exampleText(value), EXAMPLE_LENGTH),
];

/** Rejects by reason; `remedyLines` go below. */
export function rejectsTable(rejects: Place<readonly ReportedReject[]>): Table {
  return tableOf(COLUMNS, elements(rejects));
}

export function remedyLines(rejects: readonly ReportedReject[]): string[] {
  return rejects.map(({ reason, remedy }) => `${reason}: ${remedy}`);
}

/** For a page; no section where nothing was rejected. */
export function rejectsSections(rejects: Place<readonly ReportedReject[]>): PageSection[] {
  if (rejects.value.length === 0) return [];
  const remedies = rejects.value.map(
    ({ reason, remedy }) => markup`<p><strong>${reason}</strong>: ${remedy}.</p>\n`,
  );
  const body = [
    tableMarkup('By reason, with the first record of each', rejectsTable(rejects)),
    remedies,
    markup`<p class="note">Every rejected record is kept with its text, in rejects.jsonl or where --rejects says.</p>\n`,
  ];
  return [{ id: 'rejects', title: 'Rejected records', body }];
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

/** The same for a run without a report: a text per reason. */
export function rejectTexts(rejects: readonly ReportedReject[]): string[] {
  return rejects.map(
    (reject) =>
      `${plural(reject.count, 'record')} rejected: ${reject.reason}, the first at ${exampleText(reject)}; ${reject.remedy}`,
  );
}

function exampleText({ example }: RejectCount): string {
  return `${oneLine(example.file)}:${example.line}: ${example.message}`;
}
