import { EntryReader, type EntryRules } from './entries.js';
import { mostTextBytes } from './entry.js';
import { mergeRuns } from './merge.js';
import { Run, RunReader, RunWriter } from './run.js';
import { SortedText } from './sorted-text.js';
import { MemoryStore, TempFile, type Store } from './store.js';

export interface SortLimits {
  /** Memory of a run, and of the blocks of all runs that are merged. */
  readonly runBytes: number;
  /** Runs that are merged at a time. */
  readonly fanIn: number;
}

const LIMITS: SortLimits = { runBytes: 64 * 2 ** 20, fanIn: 64 };
/** More at a time makes reading a run no faster. */
const MOST_BLOCK_BYTES = 2 ** 20;

export interface SortOptions extends EntryRules {
  /** For temporary files. */
  readonly folder: string;
  /** Offset of the first byte of the chunks. */
  readonly byteOffset: number;
  /** Whether the chunks can be had again, so that what is in order need not be kept. */
  readonly isRereadable: boolean;
  /** Called for each entry that is earlier than one before it. */
  readonly onUnordered?: (line: number, timeMs: number, newestMs: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: SortLimits;
}

export type SortOutcome =
  | { readonly kind: 'sorted'; readonly text: SortedText }
  /** Only of what is rereadable: nothing needs sorting. */
  | { readonly kind: 'in-order' }
  /** Only of what is rereadable: out of order far from the start, so it has to be read again, as not rereadable. */
  | { readonly kind: 'unordered' };

/**
 * Brings the entries of an input into time order, in memory or, beyond `runBytes`, by merging temporary files. Of equal
 * times, the first one read comes first.
 *
 * @throws AiopsError `output_io` if a temporary file cannot be written; what the chunks throw
 */
export async function sortChunks(chunks: AsyncIterable<Buffer>, options: SortOptions): Promise<SortOutcome> {
  const { signal, isRereadable, limits = LIMITS } = options;
  await using runs = new StoredRuns(options, limits);
  let run = new Run();
  let newestMs = -Infinity;
  let isInOrder = true;
  let isDropped = false;
  const entries = new EntryReader(options, options.byteOffset, (entry) => {
    const { line, timeMs } = entry;
    if (timeMs < newestMs) {
      isInOrder = false;
      options.onUnordered?.(line, timeMs, newestMs);
    } else newestMs = timeMs;
    run.add(entry);
  });
  const mayDrop = (): boolean => isRereadable && isInOrder;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    entries.push(chunk);
    if (isDropped && !mayDrop()) return { kind: 'unordered' };
    if (run.sizeBytes < limits.runBytes) continue;
    if (mayDrop()) isDropped = true;
    else await runs.add(run);
    run = new Run();
  }
  entries.end();
  if (mayDrop()) return { kind: 'in-order' };
  if (isDropped) return { kind: 'unordered' };
  return { kind: 'sorted', text: await runs.sorted(run, entries.head) };
}

/** Sorted runs in temporary files. */
class StoredRuns implements AsyncDisposable {
  readonly #options: SortOptions;
  readonly #limits: SortLimits;
  /** Runs that were merged this many times; those of higher levels were read earlier. */
  readonly #levels: TempFile[][] = [];

  constructor(options: SortOptions, limits: SortLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  async add(run: Run): Promise<void> {
    const file = await TempFile.create(this.#options.folder);
    this.#level(0).push(file);
    const writer = new RunWriter(file);
    await run.emit(writer);
    await writer.flush(true);
    await this.#mergeFull();
  }

  /** Merges the stored runs and the last one. */
  async sorted(last: Run, head: Buffer): Promise<SortedText> {
    const isStored = this.#levels.length > 0;
    if (isStored) await this.add(last);
    const create = (): Promise<Store> =>
      isStored ? TempFile.create(this.#options.folder) : Promise.resolve(new MemoryStore());
    const stores: Store[] = [];
    try {
      const text = await create();
      stores.push(text);
      const stretches = await create();
      stores.push(stretches);
      const sorted = new SortedText(text, stretches, head, this.#options.byteOffset);
      if (isStored) await this.#mergeAll(sorted);
      else await last.emit(sorted);
      await sorted.flush(true);
      return sorted;
    } catch (error) {
      for (const store of stores) await store.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#levels.flat()) await file.close();
  }

  async #mergeFull(): Promise<void> {
    for (let level = 0; this.#level(level).length >= this.#limits.fanIn; level++) {
      await this.#mergeInto(this.#level(level + 1), this.#level(level), this.#limits.fanIn);
    }
  }

  async #mergeAll(to: SortedText): Promise<void> {
    const files = this.#levels.reverse().flat();
    this.#levels.splice(0, this.#levels.length, files);
    while (files.length > this.#limits.fanIn) await this.#mergeInto(files, files, this.#limits.fanIn);
    await this.#merge(files, to);
  }

  /** Merges the last `count` files into one. */
  async #mergeInto(to: TempFile[], from: TempFile[], count: number): Promise<void> {
    const file = await TempFile.create(this.#options.folder);
    const writer = new RunWriter(file);
    try {
      const runs = from.slice(-count);
      await this.#merge(runs, writer);
      await writer.flush(true);
      from.splice(-count);
      to.push(file);
      for (const run of runs) await run.close();
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #merge(files: readonly TempFile[], to: SortedText | RunWriter): Promise<void> {
    const { maxLineBytes, signal } = this.#options;
    const blockBytes = Math.min(MOST_BLOCK_BYTES, Math.ceil(this.#limits.runBytes / files.length));
    const options = { mostTextBytes: mostTextBytes(maxLineBytes), blockBytes };
    await mergeRuns(
      files.map((file) => new RunReader(file, options)),
      to,
      signal,
    );
  }

  #level(level: number): TempFile[] {
    return (this.#levels[level] ??= []);
  }
}
