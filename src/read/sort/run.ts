import { Appender } from './appender.js';
import { emptyEntry, type Entry, type EntrySink } from './entry.js';
import { stableOrder } from './stable-order.js';
import type { Store } from './store.js';

/** What an entry takes besides its text: its columns below, and twice its place in the order. */
const ENTRY_BYTES = 56;
/** A block of text takes at least this. */
const BLOCK_BYTES = 256;

/** A run of entries in memory. Their text stays in the blocks that were read. */
export class Run {
  count = 0;
  /** Whether they came in time order. */
  isInOrder = true;
  sizeBytes = 0;
  #newestMs = -Infinity;
  readonly #blocks: Buffer[] = [];
  #times = new Float64Array(1024);
  #byteOffsets = new Float64Array(1024);
  #lines = new Float64Array(1024);
  #sizes = new Float64Array(1024);
  #blockOf = new Uint32Array(1024);
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);

  /** Keeps the bytes. */
  add({ timeMs, byteOffset, line, sizeBytes, bytes, start, end }: Entry): void {
    const at = this.count++;
    if (at === this.#times.length) this.#grow();
    if (this.#blocks.at(-1) !== bytes) {
      this.#blocks.push(bytes);
      this.sizeBytes += bytes.length + BLOCK_BYTES;
    }
    this.#times[at] = timeMs;
    this.#byteOffsets[at] = byteOffset;
    this.#lines[at] = line;
    this.#sizes[at] = sizeBytes;
    this.#blockOf[at] = this.#blocks.length - 1;
    this.#starts[at] = start;
    this.#ends[at] = end;
    this.sizeBytes += ENTRY_BYTES;
    if (timeMs < this.#newestMs) this.isInOrder = false;
    else this.#newestMs = timeMs;
  }

  /** Passes all entries on in time order; of equal times, the first one read comes first. */
  async emit(to: EntrySink): Promise<void> {
    const order = this.isInOrder ? null : stableOrder(this.#times.subarray(0, this.count));
    const entry = emptyEntry();
    for (let i = 0; i < this.count; i++) {
      this.#load(order === null ? i : order[i]!, entry);
      to.put(entry);
      if (to.isDue) await to.flush();
    }
  }

  #load(at: number, entry: Entry): void {
    entry.timeMs = this.#times[at]!;
    entry.byteOffset = this.#byteOffsets[at]!;
    entry.line = this.#lines[at]!;
    entry.sizeBytes = this.#sizes[at]!;
    entry.bytes = this.#blocks[this.#blockOf[at]!]!;
    entry.start = this.#starts[at]!;
    entry.end = this.#ends[at]!;
  }

  #grow(): void {
    this.#times = doubled(this.#times);
    this.#byteOffsets = doubled(this.#byteOffsets);
    this.#lines = doubled(this.#lines);
    this.#sizes = doubled(this.#sizes);
    this.#blockOf = doubled(this.#blockOf);
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
  }
}

function doubled<T extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}

/** Before the text of each entry: time, byte offset, line and size, as doubles. */
const HEAD_BYTES = 32;

/** Writes a sorted run to a store. */
export class RunWriter implements EntrySink {
  readonly #out: Appender;

  constructor(store: Store) {
    this.#out = new Appender(store);
  }

  get isDue(): boolean {
    return this.#out.isDue;
  }

  put({ timeMs, byteOffset, line, sizeBytes, bytes, start, end }: Entry): void {
    this.#out.putDoubles([timeMs, byteOffset, line, sizeBytes]);
    this.#out.put(bytes, start, end);
  }

  flush(all = false): Promise<void> {
    return this.#out.flush(all);
  }
}

/** Reads a sorted run back, entry by entry. */
export class RunReader {
  readonly entry = emptyEntry();
  readonly #store: Store;
  readonly #mostTextBytes: number;
  readonly #blockBytes: number;
  #bytes = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #storeAt = 0;

  constructor(store: Store, options: { readonly mostTextBytes: number; readonly blockBytes: number }) {
    this.#store = store;
    this.#mostTextBytes = options.mostTextBytes;
    this.#blockBytes = options.blockBytes;
  }

  /** Moves to the next entry if it is in memory; otherwise call `fill`. */
  advance(): boolean {
    const at = this.#at;
    const bytes = this.#bytes;
    const start = at + HEAD_BYTES;
    if (start > bytes.length) return false;
    const view = this.#view;
    const sizeBytes = view.getFloat64(at + 24, true);
    const end = start + Math.min(sizeBytes, this.#mostTextBytes);
    if (end > bytes.length) return false;
    const { entry } = this;
    entry.timeMs = view.getFloat64(at, true);
    entry.byteOffset = view.getFloat64(at + 8, true);
    entry.line = view.getFloat64(at + 16, true);
    entry.sizeBytes = sizeBytes;
    entry.bytes = bytes;
    entry.start = start;
    entry.end = end;
    this.#at = end;
    return true;
  }

  /** Reads until there is a next entry, and moves to it; false at the end. */
  async fill(): Promise<boolean> {
    while (this.#storeAt < this.#store.sizeBytes) {
      const more = await this.#store.read(this.#storeAt, this.#blockBytes);
      this.#storeAt += more.length;
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#at), more]);
      const { buffer, byteOffset, length } = this.#bytes;
      this.#view = new DataView(buffer, byteOffset, length);
      this.#at = 0;
      if (this.advance()) return true;
    }
    return false;
  }
}
