import type { LinePlace } from '../../core/types.js';
import type { LineOrigins } from '../bytes/line-origins.js';
import { Appender } from './appender.js';
import type { Entry, EntrySink } from './entry.js';
import type { Store } from './store.js';

const NEWLINE = 10;
/** A stretch in its store: offset and line in the sorted text, then in the input, as doubles. */
const STRETCH_BYTES = 32;
const PAGE_STRETCHES = 2048;

/**
 * Entries as text again, with the stretches of it that also follow one another in the input: few if little was out of
 * order, one per entry at worst.
 */
export class SortedText implements EntrySink, LineOrigins {
  readonly text: Store;
  readonly #stretches: Store;
  readonly #out: Appender;
  readonly #stretchesOut: Appender;
  /** Sizes in the input of lines that are too long and were cut, by their offset. */
  readonly #cutSizes = new Map<number, number>();
  /** The next line, and what must come next of the input to continue the stretch. */
  #line: number;
  #nextByte: number;
  #nextLine: number;
  #page: Buffer = Buffer.alloc(0);
  /** Index of the page's first stretch. */
  #pageAt = 0;

  /** `head`: what comes before the first entry, read at `byteOffset`. */
  constructor(text: Store, stretches: Store, head: Buffer, byteOffset: number) {
    this.text = text;
    this.#stretches = stretches;
    this.#out = new Appender(text);
    this.#stretchesOut = new Appender(stretches);
    this.#line = 1;
    this.#startStretch(byteOffset, 1);
    this.#out.put(head, 0, head.length);
    this.#line += newlines(head, 0, head.length);
    this.#nextByte = byteOffset + head.length;
    this.#nextLine = this.#line;
  }

  get isDue(): boolean {
    return this.#out.isDue || this.#stretchesOut.isDue;
  }

  put({ byteOffset, line, sizeBytes, bytes, start, end }: Entry): void {
    if (byteOffset !== this.#nextByte || line !== this.#nextLine) this.#startStretch(byteOffset, line);
    const isCut = sizeBytes > end - start;
    if (isCut) this.#cutSizes.set(this.#out.sizeBytes, sizeBytes - 1);
    this.#out.put(bytes, start, end);
    const lines = newlines(bytes, start, end);
    this.#line += lines;
    this.#nextByte = isCut ? NaN : byteOffset + sizeBytes;
    this.#nextLine = line + lines;
  }

  async flush(all = false): Promise<void> {
    await this.#out.flush(all);
    await this.#stretchesOut.flush(all);
  }

  async close(): Promise<void> {
    await this.text.close();
    await this.#stretches.close();
  }

  originOf({ byteOffset, line }: LinePlace): LinePlace {
    const [sortedByte, sortedLine, inputByte, inputLine] = this.#stretchAt(this.#find(byteOffset));
    return { byteOffset: inputByte + byteOffset - sortedByte, line: inputLine + line - sortedLine };
  }

  cutSizeAt(byteOffset: number): number | undefined {
    return this.#cutSizes.get(byteOffset);
  }

  endOfStretch(byteOffset: number): number {
    const index = this.#find(byteOffset) + 1;
    return index < this.#count ? this.#stretchAt(index)[0] : this.text.sizeBytes;
  }

  #startStretch(byteOffset: number, line: number): void {
    this.#stretchesOut.putDoubles([this.#out.sizeBytes, this.#line, byteOffset, line]);
  }

  get #count(): number {
    return this.#stretches.sizeBytes / STRETCH_BYTES;
  }

  /** The index of the stretch that an offset of the sorted text is in. */
  #find(byteOffset: number): number {
    let [low, high] = [0, this.#count];
    // Lookups come mostly in order, so the last page is tried first.
    const inPage = this.#page.length / STRETCH_BYTES;
    if (inPage > 0 && this.#stretchAt(this.#pageAt)[0] <= byteOffset) {
      low = this.#pageAt;
      const last = this.#pageAt + inPage - 1;
      if (this.#stretchAt(last)[0] > byteOffset) high = last;
    }
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#stretchAt(middle)[0] <= byteOffset) low = middle;
      else high = middle;
    }
    return low;
  }

  #stretchAt(index: number): readonly [number, number, number, number] {
    const inPage = index - this.#pageAt;
    if (inPage < 0 || (inPage + 1) * STRETCH_BYTES > this.#page.length) {
      this.#pageAt = index - (index % PAGE_STRETCHES);
      this.#page = this.#stretches.readNow(this.#pageAt * STRETCH_BYTES, PAGE_STRETCHES * STRETCH_BYTES);
    }
    const at = (index - this.#pageAt) * STRETCH_BYTES;
    const value = (i: number): number => this.#page.readDoubleLE(at + 8 * i);
    return [value(0), value(1), value(2), value(3)];
  }
}

function newlines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE, start); at >= 0 && at < end;) {
    count++;
    at = at + 1 < end ? bytes.indexOf(NEWLINE, at + 1) : -1;
  }
  return count;
}
