import type { ErrorCount, RunCounts } from '../../core/counts.js';
import { oneLine } from '../../core/one-line.js';
import type { Fact } from '../../report/facts.js';
import { elements, type Place } from '../../report/figures.js';
import { countText, plural } from '../../report/format.js';
import { markup } from '../../report/html/markup.js';
import type { PageSection } from '../../report/html/parts.js';
import { figure, tableMarkup, tableOf, words, type Column, type Table } from '../../report/table.js';

/** Why items failed. */
export interface ReportedErrors {
  /** By `errno`, the most frequent one first. */
  readonly listed: readonly ErrorCount[];
  /** Items with another `errno`. */
  readonly others: number;
}

export function reportedErrors(
  errors: readonly ErrorCount[],
  { error }: Pick<RunCounts, 'error'>,
): ReportedErrors {
  const listed = [...errors].sort((a, b) => b.count - a.count);
  return { listed, others: listed.reduce((left, { count }) => left - count, error) };
}

const ERRORS_REMEDY = 'once the cause is mended, --restart serves all again';

/** Rows of tables and facts; timing.json has more. */
const MOST_SHOWN = 10;
/** Longer examples are cut on a terminal and in Markdown. */
const EXAMPLE_LENGTH = 100;

const COLUMNS: readonly Column<Place<ErrorCount>>[] = [
  words('failed', 'errno', ({ value }) => oneLine(value.errno)),
  figure('items', 'items', countText, (row) => row.at('count')),
  words('first', 'first', ({ value }) => exampleText(value), EXAMPLE_LENGTH),
];

/** Failed items by errno; `errorNotes` go below. */
export function errorsTable(errors: Place<ReportedErrors>): Table {
  return tableOf(COLUMNS, elements(errors.at('listed')).slice(0, MOST_SHOWN));
}

export function errorNotes(errors: ReportedErrors): string[] {
  const others = othersShown(errors);
  if (others === 0) return [];
  return [
    errors.listed.length === 0
      ? `${plural(others, 'item')} failed`
      : `and ${plural(others, 'item')} with another errno`,
  ];
}

/** For a page; no section where no item failed. */
export function errorsSections(errors: Place<ReportedErrors>): PageSection[] {
  if (!hasErrors(errors.value)) return [];
  const body = [
    tableMarkup('By errno, with the first item of each', errorsTable(errors)),
    errorNotes(errors.value).map((note) => markup`<p class="note">${note}</p>\n`),
    markup`<p class="note">Items that failed have errno and errmsg in the results; ${ERRORS_REMEDY}.</p>\n`,
  ];
  return [{ id: 'errors', title: 'Failed items', body }];
}

export function hasErrors({ listed, others }: ReportedErrors): boolean {
  return listed.length > 0 || others > 0;
}

/** The same as facts: a line per errno. */
export function errorFacts(errors: ReportedErrors): Fact[] {
  const texts = [
    ...errors.listed
      .slice(0, MOST_SHOWN)
      .map((one) => `${countText(one.count)} ${oneLine(one.errno)}, the first at ${exampleText(one)}`),
    ...errorNotes(errors),
  ];
  return texts.map((text, index) => [index === 0 ? 'failed' : '', text]);
}

/** The same for a run without a report: a text per errno. */
export function errorTexts(errors: ReportedErrors): string[] {
  const others = othersShown(errors);
  return [
    ...errors.listed
      .slice(0, MOST_SHOWN)
      .map(
        (one) =>
          `${plural(one.count, 'item')} failed: ${oneLine(one.errno)}, the first at ${exampleText(one)}; ${ERRORS_REMEDY}`,
      ),
    ...(others === 0
      ? []
      : [`${plural(others, 'item')} failed${errors.listed.length === 0 ? '' : ' with another errno'}`]),
  ];
}

function othersShown({ listed, others }: ReportedErrors): number {
  return listed.slice(MOST_SHOWN).reduce((sum, { count }) => sum + count, others);
}

function exampleText({ example: { target, column, minute, message } }: ErrorCount): string {
  const item = column === null ? target : `${target}, ${column}`;
  return oneLine(`${item}, ${minute}: ${message}`);
}
