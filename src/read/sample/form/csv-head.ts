import { plural } from '../../../core/count-text.js';
import { DELIMITERS, countFields, splitFields } from '../../text/split-fields.js';
import { metricOfText } from '../../lines/number-format.js';
import { isTimeName } from '../time/time-column.js';
import { countUnitLines, isUnitLine } from './unit-lines.js';

/** Where the header of a CSV file is, and how its lines are cut. */
export interface CsvHead {
  readonly delimiter: string;
  /** Lines before the header. */
  readonly skipLines: number;
  readonly hasComments: boolean;
  /** Whether the header is behind a # that is not part of its first name. */
  readonly isHeaderMarked: boolean;
  /** Lines between the header and the rows that have the units of columns. */
  readonly unitLines: number;
  /** Why other lines come before the header; null: there are none. */
  readonly skipped: string | null;
  /** Why this is the delimiter. */
  readonly evidence: string;
  readonly alternatives: readonly string[];
}

/** What a flag says about the head. */
interface GivenHead {
  readonly delimiter?: string;
  readonly skipLines?: number;
}

const SEPARATOR = /^"?sep=(.)"?$/i;

/**
 * Finds header and delimiter in the first lines of a file: below a `sep=` line, comments and titles, where the lines
 * begin to have as many fields as those below them.
 */
export function findCsvHead(lines: readonly string[], given: GivenHead): CsvHead {
  const head = findHeader(lines, given);
  const fromHeader = lines
    .slice(head.skipLines)
    .filter((line) => line.trim() !== '' && !(head.hasComments && line.startsWith('#')))
    .map((line) => fieldsOf(line, head.delimiter));
  return { ...head, unitLines: countUnitLines(fromHeader, holdsData) };
}

type FoundHead = Omit<CsvHead, 'unitLines'>;

function findHeader(lines: readonly string[], given: GivenHead): FoundHead {
  if (given.skipLines !== undefined) return headBelow(lines, given.skipLines, given);
  const separator = SEPARATOR.exec(lines[0]?.trim() ?? '')?.[1];
  if (separator !== undefined) {
    const named = { delimiter: given.delimiter ?? separator };
    return headAt(lines, 1, named, 'its first line names the delimiter');
  }
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first > 0) {
    const below = findHeader(lines.slice(first), given);
    return below.skipLines === 0 ? below : { ...below, skipLines: first + below.skipLines };
  }
  if (first >= 0 && lines[first]?.startsWith('#') === true) return belowComments(lines, given);
  const plain = headAt(lines, 0, given, null);
  const titles = titleLines(lines, plain.delimiter, given);
  if (titles > 0) return headAt(lines, titles, given, 'they have fewer fields than the lines below');
  const padded = paddedTitles(lines, given);
  return padded === 0 ? plain : headAt(lines, padded, given, 'the rows fit the header below them');
}

/** Lines that a flag skips may be comments, and others may follow. */
function headBelow(lines: readonly string[], skipLines: number, given: GivenHead): FoundHead {
  const why = 'as --skip-lines says';
  const rest = lines.slice(skipLines);
  if (rest.find((line) => line.trim() !== '')?.startsWith('#') === true) {
    const head = belowComments(rest, given);
    return { ...head, skipLines: skipLines + head.skipLines, skipped: why };
  }
  const hasComments = lines.find((line) => line.trim() !== '')?.startsWith('#') === true;
  return { ...headAt(lines, skipLines, given, why), hasComments };
}

/** The header is the first line that is no comment, unless that is data: then it is the comment before it. */
function belowComments(lines: readonly string[], given: GivenHead): FoundHead {
  const below = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  if (below < 0) return headAt(lines, 0, given, null);
  const rows = headAt(lines, below, given, null);
  const before = lines.findLastIndex((line, i) => i < below && line.startsWith('#'));
  const isSame =
    fieldCount(lines[before] ?? '', rows.delimiter) === fieldCount(lines[below] ?? '', rows.delimiter);
  if (isSame && isData(lines[below] ?? '', rows.delimiter)) {
    const head = headAt(lines, before, given, before === 0 ? null : 'they are comments');
    return { ...head, isHeaderMarked: true };
  }
  return { ...headAt(lines, below, given, 'they are comments'), hasComments: true };
}

function headAt(
  lines: readonly string[],
  skipLines: number,
  given: GivenHead,
  skipped: string | null,
): FoundHead {
  const from = lines.slice(skipLines).filter((line) => line.trim() !== '');
  const found =
    given.delimiter === undefined ? findDelimiter(from) : { delimiter: given.delimiter, rivals: [] };
  const evidence =
    given.delimiter === undefined
      ? `it cuts the header into ${plural(fieldCount(from[0] ?? '', found.delimiter), 'field')}`
      : 'it is given';
  return {
    delimiter: found.delimiter,
    skipLines,
    hasComments: false,
    isHeaderMarked: false,
    skipped: skipLines === 0 ? null : skipped,
    evidence,
    alternatives: found.rivals.map((rival) => `--delimiter ${delimiterName(rival)}`),
  };
}

/**
 * The delimiter that the header has most of, unless the rows below do not agree with it about their number of fields
 * and do with another one.
 */
export function findDelimiter([header = '', ...rows]: readonly string[]): {
  readonly delimiter: string;
  readonly rivals: readonly string[];
} {
  const found = DELIMITERS.filter((each) => countFields(header, each) > 1);
  const most = [...found].sort((a, b) => countFields(header, b) - countFields(header, a))[0] ?? ',';
  const share = (each: string): number => {
    const fields = countFields(header, each);
    const alike = rows.filter((row) => hasFields(row, each, fields));
    return rows.length === 0 ? 1 : alike.length / rows.length;
  };
  if (share(most) >= 0.5) return { delimiter: most, rivals: [] };
  const better = found.filter((each) => share(each) >= 0.9);
  return { delimiter: better[0] ?? most, rivals: better.slice(1) };
}

/** Whether a row has this many fields, without empty ones behind them. */
function hasFields(row: string, delimiter: string, fields: number): boolean {
  return haveFields(fieldsOf(row, delimiter), fields);
}

function haveFields(fields: readonly string[], count: number): boolean {
  return fields.length >= count && isBlank(fields.slice(count));
}

/**
 * How many lines come before the header: those up to the first line of texts from which on lines have as many fields as
 * most, if the first line has fewer. 0 if the first line may be the header.
 */
function titleLines(lines: readonly string[], delimiter: string, given: GivenHead): number {
  const candidates = given.delimiter === undefined ? DELIMITERS : [delimiter];
  for (const each of candidates) {
    const all = lines.map((line) => fieldsOf(line, each));
    const counts = lines.map((line, i) => (line.trim() === '' ? 0 : all[i]!.length));
    const usual = commonest(counts.filter((count) => count > 0));
    const [first = 0] = counts;
    if (usual < 2 || first >= usual) continue;
    const header = counts.indexOf(usual);
    const below = counts.slice(header).filter((count) => count > 0);
    const isUniform = below.length >= 3 && below.every((count) => count === usual);
    const row = all.findIndex((fields, i) => i >= header && holdsData(fields));
    const areRows = all.slice(row).every((fields) => isBlank(fields) || holdsData(fields));
    if (isUniform && row > header && areRows && headerAbove(all, row) === header) return header;
  }
  return 0;
}

/**
 * How many lines come before the header if titles have as many fields as it, as spreadsheets write them: it is the line
 * of texts above the first row, and either names a time where the first line names none, or is full where that is not.
 */
function paddedTitles(lines: readonly string[], given: GivenHead): number {
  for (const each of given.delimiter === undefined ? DELIMITERS : [given.delimiter]) {
    const all = lines.map((line) => fieldsOf(line, each));
    const lastText = all.findLastIndex((fields) => !isBlank(fields) && !holdsData(fields));
    // Titles may have dates and numbers.
    for (const row of [all.findIndex(holdsData), lastText + 1]) {
      const header = headerAbove(all, row);
      if (header > 0 && isBelowTitles(all, header, row)) return header;
    }
  }
  return 0;
}

function isBelowTitles(all: readonly (readonly string[])[], header: number, row: number): boolean {
  const isFull = (fields: readonly string[]): boolean => fields.every((field) => field.trim() !== '');
  const [first = [], names = []] = [all[0], all[header]];
  if (names.length < 2 || !isFull(names) || first.some(isTimeName)) return false;
  const rows = all.slice(row).filter((fields) => !isBlank(fields));
  const areRows =
    rows.length >= 2 && rows.every((fields) => holdsData(fields) && haveFields(fields, names.length));
  // A row above the header would be lost with the titles.
  const at = rows[0]?.findIndex(isDatum) ?? -1;
  const areTitles = all.slice(0, header).every((fields) => !isDatum(fields[at] ?? ''));
  return areRows && areTitles && first.length >= names.length && (!isFull(first) || names.some(isTimeName));
}

/** The line of names above the first row, where lines of units may be between them; -1: there is none. */
function headerAbove(all: readonly (readonly string[])[], row: number): number {
  const lineAbove = (at: number): number => all.findLastIndex((fields, i) => i < at && !isBlank(fields));
  const countHeld = (fields: readonly string[]): number =>
    fields.filter((field) => field.trim() !== '').length;
  let header = lineAbove(row);
  for (let above = lineAbove(header); above >= 0; above = lineAbove(header)) {
    const [names = [], units = []] = [all[above], all[header]];
    const areNames = !holdsData(names) && countHeld(names) >= Math.max(2, countHeld(units));
    const isNamedAbove = names.some(isTimeName) && !units.some(isTimeName);
    if (!areNames || !(isUnitLine(units) || isNamedAbove)) return header;
    header = above;
  }
  return header;
}

function commonest(counts: readonly number[]): number {
  const tally = new Map<number, number>();
  for (const count of counts) tally.set(count, (tally.get(count) ?? 0) + 1);
  return [...tally].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

function fieldCount(line: string, delimiter: string): number {
  return fieldsOf(line, delimiter).length;
}

function fieldsOf(line: string, delimiter: string): readonly string[] {
  const split = splitFields(line, delimiter);
  return 'fields' in split ? split.fields : [];
}

function isBlank(fields: readonly string[]): boolean {
  return fields.every((field) => field.trim() === '');
}

/** Whether a line has a number, or something that begins with one as times do. */
function isData(line: string, delimiter: string): boolean {
  return holdsData(fieldsOf(line.replace(/^#/, ''), delimiter));
}

function holdsData(fields: readonly string[]): boolean {
  return fields.some(isDatum);
}

function isDatum(field: string): boolean {
  return field.trim() !== '' && (isNumber(field) || /^\s*\d/.test(field));
}

function isNumber(field: string): boolean {
  const value = metricOfText(field);
  return value !== undefined && !Number.isNaN(value);
}

/** A delimiter as typed after `--delimiter`. */
export function delimiterName(delimiter: string): string {
  const names: Readonly<Record<string, string>> = {
    ',': 'comma',
    ';': 'semicolon',
    '\t': 'tab',
    '|': 'pipe',
    ' ': 'space',
  };
  return names[delimiter] ?? `'${delimiter}'`;
}
