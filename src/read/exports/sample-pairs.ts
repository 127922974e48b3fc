import { BYTE, endOfScalar, skipBlanks } from './json-bytes.js';
import type { ElementReader } from './json-walker.js';
import type { SeriesTable } from './series-table.js';

/** Reads the samples of a series as Prometheus writes them: `[[1435781430.781,"1"],[1435781445.781,"1"]]`. */
export class SamplePairs implements ElementReader {
  isDone = false;
  brokenAt = 0;
  readonly #series: SeriesTable;

  constructor(series: SeriesTable) {
    this.#series = series;
  }

  /** Starts over with another list. */
  begin(): this {
    this.isDone = false;
    return this;
  }

  read(bytes: Buffer, from: number): number | undefined {
    let at = from;
    for (;;) {
      let next = skipBlanks(bytes, at);
      if (bytes[next] === BYTE.comma) next = skipBlanks(bytes, next + 1);
      if (next === bytes.length) return at;
      if (bytes[next] === BYTE.closeList) {
        this.isDone = true;
        return next + 1;
      }
      if (bytes[next] !== BYTE.openList) return this.#broken(next);
      const end = this.#pair(bytes, next + 1);
      if (end === undefined) return undefined;
      if (end < 0) return at;
      at = end;
    }
  }

  /** Returns what follows the pair; negative: it does not end in these bytes. */
  #pair(bytes: Buffer, at: number): number | undefined {
    const timeAt = skipBlanks(bytes, at);
    const timeEnd = endOfScalar(bytes, timeAt);
    let next = skipBlanks(bytes, timeEnd);
    if (next === bytes.length) return -1;
    if (timeEnd === timeAt || bytes[next] !== BYTE.comma) return this.#broken(next);
    next = skipBlanks(bytes, next + 1);
    const isText = bytes[next] === BYTE.quote;
    const valueAt = isText ? next + 1 : next;
    const valueEnd = endOfScalar(bytes, valueAt);
    if (isText && valueEnd < bytes.length && bytes[valueEnd] !== BYTE.quote) return this.#broken(valueEnd);
    next = skipBlanks(bytes, isText ? valueEnd + 1 : valueEnd);
    if (next >= bytes.length) return -1;
    if (valueEnd === valueAt || bytes[next] !== BYTE.closeList)
      return this.#broken(valueEnd === valueAt ? valueAt : next);
    this.#series.row(bytes, timeAt, timeEnd, bytes, valueAt, valueEnd);
    return next + 1;
  }

  #broken(at: number): number | undefined {
    this.brokenAt = at;
    return undefined;
  }
}
