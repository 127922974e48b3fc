import type { BlockRequest } from '#build/core/block.js';
import { MOST_CALL_ITEMS, type Chunk } from '#build/protocol/messages.js';

import { blockOf } from './blocks.js';

/** Asks for the numbers of a block. */
export const NUMBERS: BlockRequest = { style: 'batched', lines: null, outputs: true };

/** Asks for the numbers and for lines with all of them. */
export const LINES_AND_NUMBERS: BlockRequest = {
  ...NUMBERS,
  lines: { format: 'jsonl', anomaliesOnly: false, fullOutput: true },
};

/** A chunk of one minute of one-value windows, one for each target; the first value is `from`, the next one more. */
export function chunkOf(targets: readonly string[], from = 0, given: Partial<Chunk> = {}): Chunk {
  return {
    type: 'chunk',
    id: 1,
    block: blockOf(targets, { from }),
    callItems: MOST_CALL_ITEMS,
    untried: [],
    ...NUMBERS,
    ...given,
  };
}
