import type { Chunk } from '#dist/protocol/messages.js';

import { blockOf } from './blocks.js';

/** A chunk of one minute of one-value windows, one for each target; the first value is `from`, the next one more. */
export function chunkOf(targets: readonly string[], from = 0, given: Partial<Chunk> = {}): Chunk {
  return {
    type: 'chunk',
    id: 1,
    block: blockOf(targets, { from }),
    untried: [],
    style: 'batched',
    lines: null,
    outputs: true,
    ...given,
  };
}
