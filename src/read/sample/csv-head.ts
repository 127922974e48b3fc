import { plural } from '../../core/count-text.js';
import { DELIMITERS, countFields, splitFields } from '../lines/csv-record.js';
import { metricOfText } from '../lines/number-format.js';
import { isTimeName } from './time-column.js';

/** Where the header of a CSV file is, and how its lines are cut. */
export interface CsvHead {
  readonly delimiter: string;
  /** Lines before the header. */
  readonly skipLines: number;
  readonly hasComments: boolean;
  /** Whether the header is behind a # that is not part of its first name. */
  readonly isHeaderMarked: boolean;
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
  if (given.skipLines !== undefined) return headBelow(lines, given.skipLines, given);
  const separator = SEPARATOR.exec(lines[0]?.trim() ?? '')?.[1];
  if (separator !== undefined) {
    const named = { delimiter: given.delimiter ?? separator };
    return headAt(lines, 1, named, 'its first line names the delimiter');
  }
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first >= 0 && lines[first]?.startsWith('#') === true) return belowComments(lines, given);
  const plain = headAt(lines, 0, given, null);
  const titles = titleLines(lines, plain.delimiter, given);
  if (titles > 0) return headAt(lines, titles, given, 'they have fewer fields than the lines below');
  const padded = paddedTitles(lines, given);
  return padded === 0 ? plain : headAt(lines, padded, given, 'the rows fit the header below them');
}

/** Lines that a flag skips may be comments, and others may follow. */
function headBelow(lines: readonly string[], skipLines: number, given: GivenHead): CsvHead {
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
function belowComments(lines: readonly string[], given: GivenHead): CsvHead {
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
): CsvHead {
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
 * The delimiter that the header has most of, unless the rows below do not agree with it about their number of fields and
 * do with another one.
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
  const split = splitFields(row, delimiter);
  if (!('fields' in split) || split.fields.length < fields) return false;
  return split.fields.slice(fields).every((field) => field.trim() === '');
}

/**
 * How many lines come before the header: those up to the first line of texts from which on lines have as many fields as
 * most, if the first line has fewer. 0 if the first line may be the header.
 */
function titleLines(lines: readonly string[], delimiter: string, given: GivenHead): number {
  const candidates = given.delimiter === undefined ? DELIMITERS : [delimiter];
  for (const each of candidates) {
    const counts = lines.map((line) => (line.trim() === '' ? 0 : fieldCount(line, each)));
    const usual = commonest(counts.filter((count) => count > 0));
    const [first = 0] = counts;
    if (usual < 2 || first >= usual || (first === 0 && lines[0]?.trim() === '')) continue;
    const header = counts.indexOf(usual);
    const below = counts.slice(header).filter((count) => count > 0);
    const isUniform = below.length >= 3 && below.every((count) => count === usual);
    const rows = lines.slice(header + 1).filter((line) => line.trim() !== '');
    if (isUniform && isText(lines[header] ?? '', each) && rows.every((row) => isData(row, each)))
      return header;
  }
  return 0;
}

/**
 * How many lines come before the header if titles have as many fields as it, as spreadsheets write them: it is the line of
 * texts right above the first row, and either names a time where the first line names none, or is full where that is not.
 */
function paddedTitles(lines: readonly string[], given: GivenHead): number {
  const isFull = (fields: readonly string[]): boolean => fields.every((field) => field.trim() !== '');
  for (const each of given.delimiter === undefined ? DELIMITERS : [given.delimiter]) {
    const all = lines.map((line) => fieldsOf(line, each));
    const row = lines.findIndex((line) => isData(line, each));
    const header = all.findLastIndex((fields, i) => i < row && fields.some((field) => field.trim() !== ''));
    const [first = [], names = []] = [all[0], all[header]];
    if (header < 1 || names.length < 2 || !isFull(names) || first.some(isTimeName)) continue;
    const rows = lines.slice(row).filter((line) => line.trim() !== '');
    const areRows =
      rows.length >= 2 && rows.every((line) => isData(line, each) && hasFields(line, each, names.length));
    if (areRows && first.length >= names.length && (!isFull(first) || names.some(isTimeName))) return header;
  }
  return 0;
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

function isText(line: string, delimiter: string): boolean {
  return !isData(line, delimiter);
}

/** Whether a line has a number, or something that begins with one as times do. */
function isData(line: string, delimiter: string): boolean {
  const split = splitFields(line.replace(/^#/, ''), delimiter);
  if (!('fields' in split)) return false;
  return split.fields.some((field) => field.trim() !== '' && (isNumber(field) || /^\s*\d/.test(field)));
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
