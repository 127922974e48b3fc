/** Compares results of two programs row by row. */
import { readFileSync } from 'node:fs';

/**
 * Largest accepted differences of two scores, of which one must hold. Relative to the larger score; absolute, because
 * the error of a forecast is a difference of Float32 numbers that may nearly cancel.
 */
const RELATIVE = 1e-5;
const ABSOLUTE = 1e-6;

const SAME_FIELDS = ['minute', 'target', 'column', 'status', 'anomaly'];

/**
 * Compares `results.jsonl` files: the same rows in the same order, with the same verdicts and almost the same scores.
 *
 * @returns the largest differences of two scores, `absolute` and `relative` to the larger one
 * @throws Error with the first row that differs
 */
export function compareResults(expectedFile, foundFile) {
  const expected = rows(expectedFile);
  const largest = { absolute: 0, relative: 0 };
  let count = 0;
  for (const found of rows(foundFile)) {
    count++;
    const { value: row } = expected.next();
    if (row === undefined || !isSame(row, found, largest))
      throw new Error(
        `row ${count} of ${foundFile} differs from ${expectedFile}:\n` +
          `${JSON.stringify(found)}\n${JSON.stringify(row)}`,
      );
  }
  if (expected.next().done !== true) throw new Error(`${foundFile} has only ${count} rows`);
  return largest;
}

/** Also raises `largest` to the difference of the scores. */
function isSame(a, b, largest) {
  if (SAME_FIELDS.some((field) => a[field] !== b[field])) return false;
  if (a.score === null || b.score === null) return a.score === b.score;
  const absolute = Math.abs(a.score - b.score);
  const relative = absolute === 0 ? 0 : absolute / Math.max(Math.abs(a.score), Math.abs(b.score));
  largest.absolute = Math.max(largest.absolute, absolute);
  largest.relative = Math.max(largest.relative, relative);
  return relative <= RELATIVE || absolute <= ABSOLUTE;
}

function* rows(file) {
  const bytes = readFileSync(file);
  for (let start = 0, end; (end = bytes.indexOf(0x0a, start)) >= 0; start = end + 1)
    yield JSON.parse(bytes.toString('utf8', start, end));
}
