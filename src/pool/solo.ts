import type { ItemRange } from '../core/partition.js';
import type {
  Answers,
  CallStyle,
  ChunkTiming,
  Executor,
  ItemBatch,
  MinuteRun,
  ReadyFacts,
} from '../core/types.js';
import { Pool, type ExecutorOptions } from './pool.js';

/** One child that serves all items of a minute: what sequential serving costs, inside one process. */
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
   * The timing's `wallMs` is the time inside the child from the items to their joined answers: all that a program
   * which served the minute itself would need, so neither pipe nor frames are in the figure.
   */
  async run(batch: ItemBatch, style: CallStyle): Promise<MinuteRun> {
    const { answers, timing } = await this.#pool.run(batch, style);
    const chunks = timing.chunks.map(insideChild);
    const wallMs = chunks.reduce((sum, { serviceMs }) => sum + serviceMs, 0);
    return { answers, timing: { ...timing, wallMs, gatherMs: 0, chunks } };
  }

  ask(slot: number, batch: ItemBatch, range: ItemRange, style: CallStyle): Promise<Answers> {
    return this.#pool.ask(slot, batch, range, style);
  }

  stop(): Promise<void> {
    return this.#pool.stop();
  }
}

function insideChild(chunk: ChunkTiming): ChunkTiming {
  const serviceMs = chunk.normalizeMs + chunk.predictMs + chunk.replyMs;
  return { ...chunk, encodeMs: 0, pipeMs: 0, decodeMs: 0, actorDecodeMs: 0, serviceMs };
}
