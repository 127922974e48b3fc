/** How many items chunks had. Holds a number per distinct size, so memory does not grow with the length of a run. */
export class ChunkSizes {
  readonly #chunks = new Map<number, number>();

  add(items: number): void {
    if (items > 0) this.#chunks.set(items, (this.#chunks.get(items) ?? 0) + 1);
  }

  /** Items of the largest chunk; 0 if there was none. */
  get largest(): number {
    return [...this.#chunks.keys()].reduce((most, items) => Math.max(most, items), 0);
  }

  /**
   * The share of the computed items that were not padding, where each chunk is answered by calls of `batchSize` items,
   * the last one padded; null if there was no chunk. Larger calls compute as many items (padded-calls.ts). A chunk that
   * was retried in pieces counts as a whole one.
   */
  fullness(batchSize: number): number | null {
    let [items, computed] = [0, 0];
    for (const [size, chunks] of this.#chunks) {
      items += size * chunks;
      computed += Math.ceil(size / batchSize) * batchSize * chunks;
    }
    return computed === 0 ? null : items / computed;
  }
}
