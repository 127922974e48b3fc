import type { Answers, RowErrors } from './block.js';
import type { ItemError } from './types.js';

/** The error of a row. */
type RowError = readonly [row: number, error: ItemError];

/** Undefined: there are none. @param errors by row */
export function rowErrors(errors: Iterable<RowError>): RowErrors | undefined {
  const sorted = [...errors].sort(([a], [b]) => a - b);
  if (sorted.length === 0) return undefined;
  const rows = new Uint32Array(sorted.length);
  const codes = new Uint32Array(sorted.length);
  const kinds: ItemError[] = [];
  const known = new Map<string, number>();
  for (const [i, [row, { errno, errmsg }]] of sorted.entries()) {
    let code = known.get(errno);
    if (code === undefined) {
      code = kinds.push({ errno, errmsg }) - 1;
      known.set(errno, code);
    }
    rows[i] = row;
    codes[i] = code;
  }
  return { rows, codes, kinds };
}

/** The errors of rows `[start, end)`; the message of each is that of the first row with its `errno`. */
export function errorsOf(errors: RowErrors | undefined, start: number, end: number): RowError[] {
  if (errors === undefined) return [];
  const { rows, codes, kinds } = errors;
  const found: RowError[] = [];
  for (let i = firstFrom(rows, start); i < rows.length && rows[i]! < end; i++)
    found.push([rows[i]!, kinds[codes[i]!]!]);
  return found;
}

/** The errors of one minute, by the place of the row in it. */
export function minuteErrors(
  { rowOffsets, errors }: Pick<Answers, 'rowOffsets' | 'errors'>,
  minute: number,
): RowError[] {
  const start = rowOffsets[minute]!;
  return errorsOf(errors, start, rowOffsets[minute + 1]!).map(([row, error]) => [row - start, error]);
}

/** The place of the first of ascending rows that is not before this one. */
function firstFrom(rows: Uint32Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
