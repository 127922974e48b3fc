import { isUtf8 } from 'node:buffer';
import type { ParseTime } from '../../core/time.js';
import { splitFields } from './csv-fields.js';
import type { LineCursor, TextBlock } from './lines.js';

const QUOTE = 34;
const RETURN = 13;

export interface CsvRules {
  readonly delimiter: string;
  /** How many fields a record over several lines must have; null: any number. */
  readonly fields: number | null;
  /** Whether a line is a record by itself: then it is no part of a quoted field. */
  readonly isRecord: (line: string) => boolean;
}

/** A header is whatever ends where no field is open: what follows it says nothing about it. */
export function headerRules(delimiter: string): CsvRules {
  return { delimiter, fields: null, isRecord: () => false };
}

/** A line is a record by itself if it has all the header's fields, and a time among them. */
export function recordRules(
  delimiter: string,
  header: readonly string[],
  timeField: () => string,
  parseTime: ParseTime,
): CsvRules {
  const isRecord = (line: string): boolean => {
    const split = splitFields(line, delimiter);
    if (!('fields' in split) || split.fields.length !== header.length) return false;
    const time = split.fields[header.indexOf(timeField())] ?? '';
    return !Number.isNaN(parseTime(time));
  };
  return { delimiter, fields: header.length, isRecord };
}

/** The fields of a record, or why its first line is none; `more`: only lines after the block can tell. */
export type CsvRecord =
  { readonly fields: readonly string[]; readonly lines: number } | { readonly message: string } | 'more';

/**
 * The record that begins on the cursor's line. A quoted field may go on over line ends: the cursor's `end` and `next`
 * then move behind the last line, its `line` stays, for messages, at the first; the caller adds `lines - 1`.
 *
 * A field that is open at a line's end goes on only if, within `--max-line` bytes from that line's beginning, it is
 * closed as it should be, the record ends with that line and has the right number of fields, and no line on the way
 * is a record by itself. Otherwise the quote is a stray one: its line is no record, and the next is read for itself.
 *
 * `last`: nothing that comes after the block can belong to it.
 */
export function csvRecord(cursor: LineCursor, rules: CsvRules, last: boolean): CsvRecord {
  const split = splitFields(cursor.block.slice(cursor.start, cursor.end), rules.delimiter);
  if ('fields' in split) return { fields: split.fields, lines: 1 };
  if (split.problem === 'open') {
    const joined = join(cursor, rules, last);
    if (joined !== null) return joined;
  }
  return { message: `not CSV: ${split.message}` };
}

/**
 * Looks for the line that closes the field. It is the first with an odd number of quotes: they come in pairs in a
 * record, and an open field leaves one over. Whatever the outcome, no line before that one can leave a field open
 * by itself, so no line is searched for two of them, however many stray quotes a file has.
 */
function join(cursor: LineCursor, rules: CsvRules, last: boolean): CsvRecord | null {
  const { block, start, maxLineBytes } = cursor;
  const { bytes, text } = block;
  let quote = bytes.indexOf(QUOTE, cursor.next);
  for (let from = cursor.next, lines = 2; ; lines++) {
    if (from - start > maxLineBytes) return null;
    if (from >= bytes.length) return last ? null : 'more';
    const newline = text.indexOf('\n', from);
    const stop = newline < 0 ? bytes.length : newline;
    if (stop - start > maxLineBytes) return null;
    const end = stop > from && bytes[stop - 1] === RETURN ? stop - 1 : stop;
    let isOdd = false;
    while (quote >= 0 && quote < end) {
      isOdd = !isOdd;
      quote = bytes.indexOf(QUOTE, quote + 1);
    }
    if (isOdd) return close(cursor, rules, { end, next: stop + 1, lines });
    if (rules.isRecord(block.slice(from, end))) return null;
    from = stop + 1;
  }
}

function close(
  cursor: LineCursor,
  { delimiter, fields }: CsvRules,
  { end, next, lines }: { readonly end: number; readonly next: number; readonly lines: number },
): CsvRecord | null {
  const { block, start } = cursor;
  if (block.suspect && !isText(block, start, end)) return null;
  const split = splitFields(block.slice(start, end), delimiter);
  if (!('fields' in split) || (fields !== null && split.fields.length !== fields)) return null;
  cursor.end = end;
  cursor.next = next;
  return { fields: split.fields, lines };
}

function isText({ bytes }: TextBlock, start: number, end: number): boolean {
  const part = bytes.subarray(start, end);
  return isUtf8(part) && !part.includes(0);
}
