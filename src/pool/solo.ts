import type { Incident } from '../core/incidents.js';
import type { CallStyle, ChunkTiming, Executor, ItemBatch, MinuteRun, ReadyFacts } from '../core/types.js';
import { Pool, type ExecutorOptions } from './pool.js';

/** One child that does all items of a minute: what serving costs in sequence, inside one process. */
export class Solo implements Executor {
  readonly name = 'solo';
  readonly #pool: Pool;

  constructor(options: ExecutorOptions) {
    this.#pool = new Pool({ ...options, actors: 1, nameOf: () => 'sequential actor' });
  }

  start(): Promise<ReadyFacts> {
    return this.#pool.start();
  }

  /**
   * The timing's `wallMs` is the time inside the child from the items to their answers put together: a program
   * that served a minute by itself would need just that, so neither pipe nor frames are in the figure.
   */
  async run(batch: ItemBatch, style: CallStyle): Promise<MinuteRun> {
    const { timing, ...run } = await this.#pool.run(batch, style);
    const chunks = timing.chunks.map(insideChild);
    const wallMs = chunks.reduce((sum, { serviceMs }) => sum + serviceMs, 0);
    return { ...run, timing: { ...timing, wallMs, gatherMs: 0, chunks } };
  }

  /** What happened since the last run, which none told. */
  leftIncidents(): readonly Incident[] {
    return this.#pool.leftIncidents();
  }

  stop(): Promise<void> {
    return this.#pool.stop();
  }
}

function insideChild(chunk: ChunkTiming): ChunkTiming {
  const serviceMs = chunk.normalizeMs + chunk.predictMs + chunk.replyMs;
  return { ...chunk, encodeMs: 0, pipeMs: 0, decodeMs: 0, actorDecodeMs: 0, serviceMs };
}
