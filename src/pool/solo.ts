import type { Block, BlockRequest } from '../core/block.js';
import type { BlockRun, Executor } from '../core/executor.js';
import type { ChunkTiming, ReadyFacts } from '../core/types.js';
import { Pool, type ExecutorOptions } from './pool.js';

/** One child that serves all rows of a block: what sequential serving costs, inside one process. */
export class Solo implements Executor {
  readonly name = 'solo';
  readonly actors = 1;
  readonly #pool: Pool;

  constructor(options: ExecutorOptions) {
    this.#pool = new Pool({ ...options, actors: 1, nameOf: () => 'sequential actor' });
  }

  start(): Promise<ReadyFacts> {
    return this.#pool.start();
  }

  /**
   * The timing's `wallMs` is the time inside the child from the series to the result lines: all that a program which
   * served the block itself would need, so neither pipe nor frames are in the figure.
   */
  async run(block: Block, request: BlockRequest): Promise<BlockRun> {
    const { answers, timing, ...rest } = await this.#pool.run(block, request);
    const chunks = timing.chunks.map(insideChild);
    const wallMs = chunks.reduce((sum, { serviceMs }) => sum + serviceMs, 0);
    return { ...rest, answers, timing: { ...timing, wallMs, gatherMs: 0, chunks } };
  }

  stop(): Promise<void> {
    return this.#pool.stop();
  }

  /** Kills its process: runs under way reject with AiopsError `interrupted`. */
  kill(): void {
    this.#pool.kill();
  }
}

function insideChild(chunk: ChunkTiming): ChunkTiming {
  const serviceMs = chunk.normalizeMs + chunk.predictMs + chunk.replyMs;
  return { ...chunk, encodeMs: 0, pipeMs: 0, decodeMs: 0, actorDecodeMs: 0, serviceMs };
}
