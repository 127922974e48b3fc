import { isUtf8 } from 'node:buffer';
import type { ParseTime } from '../../core/time/format.js';
import { splitFields } from '../text/split-fields.js';
import type { LineCursor, TextBlock } from './lines.js';
import { joinedTime } from './joined-time.js';
import { timeFieldsOf, type FilePlan } from './plan.js';

const QUOTE_BYTE = 34;
const RETURN_BYTE = 13;

export interface CsvRules {
  readonly delimiter: string;
  /** Whether a record that spans several lines may have these fields. */
  readonly isWhole: (fields: readonly string[]) => boolean;
  /** Whether a line is a complete record: then it is not part of a quoted field. */
  readonly isRecord: (line: string) => boolean;
}

/** A header ends at the first line end at which no quoted field is open. */
export function headerRules(delimiter: string): CsvRules {
  return { delimiter, isWhole: () => true, isRecord: () => false };
}

/** The part of a file's plan that shapes its records. */
type CsvForm = Pick<FilePlan, 'delimiter' | 'header' | 'timeField' | 'timeFields' | 'time'>;

/** The fewest fields that a row must have: columns at the end of the header that have no name may be absent. */
export function fewestFields(header: readonly string[]): number {
  return header.findLastIndex((name) => name !== '') + 1;
}

/** Whether a row has the fields of the header; more are none if they are empty. */
export function fitsHeader(fields: readonly string[], header: readonly string[]): boolean {
  if (fields.length === header.length) return true;
  if (fields.length < header.length) return fields.length >= fewestFields(header);
  return fields.slice(header.length).every((field) => field.trim() === '');
}

/** A line is a complete record if it has the fields of the header, and a time among them. */
export function recordRules(form: CsvForm, parseTime: ParseTime): CsvRules {
  const { delimiter, header } = form;
  const places = timeFieldsOf(form).map((name) => header.indexOf(name));
  const isRecord = (line: string): boolean => {
    const split = splitFields(line, delimiter);
    if (!('fields' in split) || !fitsHeader(split.fields, header)) return false;
    const parts = places.map((at) => split.fields[at] ?? '');
    const time = parts.length === 1 ? parts[0] : joinedTime(parts, form.time.pattern);
    return !Number.isNaN(parseTime(typeof time === 'string' ? time : ''));
  };
  return { delimiter, isWhole: (fields) => fitsHeader(fields, header), isRecord };
}

/** The fields of a record, or why its first line is not one; `more`: that depends on lines after the block. */
export type CsvRecord =
  { readonly fields: readonly string[]; readonly lines: number } | { readonly message: string } | 'more';

/**
 * The record that begins on the cursor's line. A quoted field may span lines: the cursor's `end` and `next` then move
 * past the last of them. Its `line` stays at the first, for messages; the caller adds `lines - 1`.
 *
 * A field that is open at the end of a line continues on the next lines only if it is closed properly within
 * `--max-line` bytes of the record's start, the record ends with that line and has the fields of the header, and no
 * line in between is a complete record. Otherwise the quote is a stray one: its line is rejected, and the next line is
 * read as a record.
 *
 * `last`: nothing after the block can belong to the record.
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
 * Looks for the line that closes the field: the first one with an odd number of quotes, since quotes come in pairs in a
 * record and an open field leaves one over. No line before that one can leave a field open, so no line is searched for
 * two records, however many stray quotes a file has.
 */
function join(cursor: LineCursor, rules: CsvRules, last: boolean): CsvRecord | null {
  const { block, start, maxLineBytes, origins } = cursor;
  const { bytes, text } = block;
  const stretchEnd = (origins?.endOfStretch(block.byteOffset + start) ?? Infinity) - block.byteOffset;
  let quote = bytes.indexOf(QUOTE_BYTE, cursor.next);
  for (let from = cursor.next, lines = 2; ; lines++) {
    if (from - start > maxLineBytes || from >= stretchEnd) return null;
    if (from >= bytes.length) return last ? null : 'more';
    const newline = text.indexOf('\n', from);
    const stop = newline < 0 ? bytes.length : newline;
    if (stop - start > maxLineBytes) return null;
    const end = stop > from && bytes[stop - 1] === RETURN_BYTE ? stop - 1 : stop;
    let isOdd = false;
    while (quote >= 0 && quote < end) {
      isOdd = !isOdd;
      quote = bytes.indexOf(QUOTE_BYTE, quote + 1);
    }
    if (isOdd) return close(cursor, rules, { end, next: stop + 1, lines });
    if (rules.isRecord(block.slice(from, end))) return null;
    from = stop + 1;
  }
}

function close(
  cursor: LineCursor,
  { delimiter, isWhole }: CsvRules,
  { end, next, lines }: { readonly end: number; readonly next: number; readonly lines: number },
): CsvRecord | null {
  const { block, start } = cursor;
  if (block.suspect && !isText(block, start, end)) return null;
  const split = splitFields(block.slice(start, end), delimiter);
  if (!('fields' in split) || !isWhole(split.fields)) return null;
  cursor.end = end;
  cursor.next = next;
  return { fields: split.fields, lines };
}

function isText({ bytes }: TextBlock, start: number, end: number): boolean {
  const part = bytes.subarray(start, end);
  return isUtf8(part) && !part.includes(0);
}
