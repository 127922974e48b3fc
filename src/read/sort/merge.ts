import type { EntrySink } from './entry.js';
import type { RunReader } from './run.js';

/** Merges sorted runs; of equal times, those of earlier runs come first. */
export async function mergeRuns(
  runs: readonly RunReader[],
  to: EntrySink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const heap = new RunHeap();
  for (const [rank, run] of runs.entries()) if (await run.fill()) heap.push({ run, rank });
  for (let first = heap.first; first !== undefined; first = heap.first) {
    const { run } = first;
    let isMore: boolean;
    // As long as the run stays first, the heap need not be touched.
    do {
      to.put(run.entry);
      if (to.isDue) {
        await to.flush();
        signal?.throwIfAborted();
      }
      isMore = run.advance() || (await run.fill());
    } while (isMore && heap.isStillFirst());
    if (isMore) heap.sink();
    else heap.pop();
  }
}

interface RankedRun {
  readonly run: RunReader;
  /** The order of runs whose next entries have the same time. */
  readonly rank: number;
}

/** A binary heap of runs by their next entries. */
class RunHeap {
  readonly #runs: RankedRun[] = [];

  get first(): RankedRun | undefined {
    return this.#runs[0];
  }

  push(run: RankedRun): void {
    let at = this.#runs.push(run) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#isBefore(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): void {
    const last = this.#runs.pop();
    if (last === undefined || this.#runs.length === 0) return;
    this.#runs[0] = last;
    this.sink();
  }

  /** Whether the first run, which has moved to another entry, still comes first. */
  isStillFirst(): boolean {
    return !this.#isBefore(1, 0) && !this.#isBefore(2, 0);
  }

  /** Puts the first run, which has moved to another entry, in its place. */
  sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#runs[a];
    const other = this.#runs[b];
    if (one === undefined || other === undefined) return false;
    const { timeMs } = one.run.entry;
    const otherMs = other.run.entry.timeMs;
    return timeMs < otherMs || (timeMs === otherMs && one.rank < other.rank);
  }

  #swap(a: number, b: number): void {
    const one = this.#runs[a]!;
    this.#runs[a] = this.#runs[b]!;
    this.#runs[b] = one;
  }
}
