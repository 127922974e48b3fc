import { plural } from '../../../core/count-text.js';
import { DELIMITERS, countFields } from '../../text/split-fields.js';
import { fieldsOf, haveFields, holdsData } from './csv-fields.js';
import { findTitles } from './title-lines.js';
import { countUnitLines } from './unit-lines.js';

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

const SEPARATOR = /^\s*"?sep=(\S|\t)"?\s*$/i;

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
  const separator = SEPARATOR.exec(lines[0] ?? '')?.[1];
  if (separator !== undefined) {
    const named = { delimiter: given.delimiter ?? separator };
    return headAt(lines, 1, named, 'its first line is "sep="');
  }
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first > 0) {
    const below = findHeader(lines.slice(first), given);
    return below.skipLines === 0 ? below : { ...below, skipLines: first + below.skipLines };
  }
  if (first >= 0 && lines[first]?.startsWith('#') === true) return belowComments(lines, given);
  const plain = headAt(lines, 0, given, null);
  const titles = findTitles(lines, given.delimiter === undefined ? DELIMITERS : [given.delimiter]);
  return titles === null ? plain : headAt(lines, titles.count, given, titles.why);
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
    const alike = rows.filter((row) => haveFields(fieldsOf(row, each), fields));
    return rows.length === 0 ? 1 : alike.length / rows.length;
  };
  if (share(most) >= 0.5) return { delimiter: most, rivals: [] };
  const better = found.filter((each) => share(each) >= 0.9);
  return { delimiter: better[0] ?? most, rivals: better.slice(1) };
}

function fieldCount(line: string, delimiter: string): number {
  return fieldsOf(line, delimiter).length;
}

/** Whether a line has a number, or something that begins with one as times do. */
function isData(line: string, delimiter: string): boolean {
  return holdsData(fieldsOf(line.replace(/^#/, ''), delimiter));
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
