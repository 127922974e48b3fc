import type { Chunk } from '#dist/protocol/messages.js';

/** A chunk of one-value windows, one item for each target; the first value is `from`, the next one more. */
export function chunkOf(targets: readonly string[], from = 0, given: Partial<Chunk> = {}): Chunk {
  return {
    type: 'chunk',
    id: 1,
    minuteMs: Date.UTC(2024, 0, 1, 12),
    style: 'batched',
    targets,
    columns: targets.map(() => null),
    window: 1,
    width: 1,
    values: Float64Array.from(targets, (_, i) => from + i),
    ...given,
  };
}
