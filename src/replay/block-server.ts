import type { Block, LineForm } from '../core/block.js';
import type { BlockRun, Executor } from '../core/executor.js';

/** Serves a block for the results. @throws AiopsError what the executor rejects with */
export type ServeBlock = (block: Block) => Promise<BlockRun>;

/** What serves the blocks of a run whose results have this form. */
export function blockServer(writer: Pick<Executor, 'run'>, lines: LineForm): ServeBlock {
  return (block) => writer.run(block, { style: 'batched', lines, outputs: false });
}
