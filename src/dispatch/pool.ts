import { performance } from 'node:perf_hooks';

import { AiopsError } from '../core/errors.js';
import { joinAnswers } from '../core/gather.js';
import { partition, type ItemRange } from '../core/partition.js';
import type { CallStyle, Executor, ItemBatch, MinuteRun, ReadyFacts } from '../core/types.js';
import type { Chunk, LoadRequest } from '../protocol/messages.js';
import { ActorClient, type WarmActor } from './actor-client.js';
import { checkAgreement, distinctNotices } from './agreement.js';
import type { ChunkReply } from './chunk-reply.js';

export interface ExecutorOptions {
  readonly load: LoadRequest;
  /** Gets every line that an actor prints. */
  readonly log: (actor: string, line: string) => void;
  /** Time without an answer after which an actor counts as stuck, ms. */
  readonly timeoutMs: number;
  /** The file that an actor runs; the program's own by default. */
  readonly entry?: URL;
  /** Told once, when an actor was lost and no minute can be answered any more. */
  readonly onLost?: (error: AiopsError) => void;
}

export interface PoolOptions extends ExecutorOptions {
  /** Whole number ≥ 1. */
  readonly actors: number;
  readonly nameOf?: (slot: number) => string;
}

const ACTOR_ENTRY = new URL('../actor/main.js', import.meta.url);

/**
 * A fixed set of actors, each with the model loaded once. A minute's items are cut by divmod into one chunk
 * for each actor, all sent at once and gathered once.
 *
 * When an actor is lost, every run under way and every later one rejects with the reason.
 */
export class Pool implements Executor {
  readonly name = 'pool';
  readonly #options: PoolOptions;
  #actors: readonly ActorClient[] = [];
  #ended: AiopsError | null = null;
  #nextChunkId = 0;

  constructor(options: PoolOptions) {
    if (!Number.isInteger(options.actors) || options.actors < 1) {
      throw new RangeError(`a pool can't have ${options.actors} actors`);
    }
    this.#options = options;
  }

  async start(): Promise<ReadyFacts> {
    if (this.#actors.length > 0 || this.#ended !== null) throw new RangeError('a pool starts once');
    const { actors, load, log, timeoutMs, entry = ACTOR_ENTRY, nameOf = actorName } = this.#options;
    const startedAtMs = performance.now();
    const onLost = (error: AiopsError): void => this.#lose(error);
    this.#actors = Array.from(
      { length: actors },
      (_, slot) => new ActorClient({ name: nameOf(slot), slot, entry, load, log, timeoutMs, onLost }),
    );
    try {
      const ready = await Promise.all(this.#actors.map((actor) => actor.ready));
      checkAgreement(ready.map((facts, slot) => ({ name: nameOf(slot), facts })));
      return readyFacts(ready, nameOf, startedAtMs);
    } catch (error) {
      if (error instanceof AiopsError) this.#lose(error);
      await this.stop();
      throw error;
    }
  }

  /**
   * The timing's `wallMs` is what the minute takes when nothing else is under way: for the slowest chunk, from
   * this call until the chunk was handed over (cutting, encoding and writing, chunks before it included), then
   * until its answer was decoded, less any wait behind another minute; plus the gather.
   * A minute that overlaps no other one thus shows exactly the time that passed.
   *
   * @param actors how many of the pool's actors to serve it with, the first ones
   */
  async run(batch: ItemBatch, style: CallStyle, actors = this.#actors.length): Promise<MinuteRun> {
    const startedAtMs = performance.now();
    if (this.#ended !== null) throw this.#ended;
    const ranges = partition(batch.targets.length, Math.max(actors, 1)).filter(
      ({ start, end }) => end > start,
    );
    const replies = await Promise.all(ranges.map((range, slot) => this.ask(slot, batch, range, style)));
    const answeredAtMs = performance.now();
    const answers = joinAnswers(replies.map((reply) => reply.answers));
    if (replies.length > 1) for (const reply of replies) reply.release(); // a single one is handed on as it is
    const endedAtMs = performance.now();
    const gatherMs = endedAtMs - answeredAtMs;
    const slowestMs = replies.reduce(
      (slowest, reply) => Math.max(slowest, reply.handedOverAtMs - startedAtMs + reply.remainingMs),
      0,
    );
    const chunks = replies.map((reply) => reply.timing);
    const items = batch.targets.length;
    const wallMs = slowestMs + gatherMs;
    const timing = { items, startedAtMs, endedAtMs, wallMs, gatherMs, chunks };
    return { answers, timing, incidents: [] };
  }

  /** Has the actor in one slot answer some items of a batch; rejects with an AiopsError. */
  async ask(slot: number, batch: ItemBatch, range: ItemRange, style: CallStyle): Promise<ChunkReply> {
    if (this.#ended !== null) throw this.#ended;
    const actor = this.#actors[slot];
    if (actor === undefined) throw new RangeError(`no actor in slot ${slot}: was the pool started?`);
    const size = batch.window * batch.width;
    const { start, end } = range;
    const chunk: Chunk = {
      type: 'chunk',
      id: this.#nextChunkId++,
      minuteMs: batch.minuteMs,
      style,
      targets: batch.targets.slice(start, end),
      columns: batch.columns.slice(start, end),
      window: batch.window,
      width: batch.width,
      values: batch.values.subarray(start * size, end * size),
    };
    return await actor.ask(chunk);
  }

  async stop(): Promise<void> {
    this.#ended ??= new AiopsError('interrupted', `the ${this.name} was stopped`);
    await Promise.all(this.#actors.map((actor) => actor.stop()));
  }

  /** Where a supervisor would replace the actor and try its chunks again; without one the pool ends. */
  #lose(error: AiopsError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    for (const actor of this.#actors) void actor.kill(error);
    this.#options.onLost?.(error);
  }
}

function actorName(slot: number): string {
  return `actor-${slot + 1}`;
}

function readyFacts(
  ready: readonly WarmActor[],
  nameOf: (slot: number) => string,
  startedAtMs: number,
): ReadyFacts {
  const [first] = ready;
  if (first === undefined) throw new RangeError('no actor is ready');
  return {
    backend: first.backend,
    model: first.model,
    input: first.input,
    actors: ready.map(({ pid, loadMs, warmupMs, readyAtMs }, slot) => {
      return { name: nameOf(slot), pid, loadMs, warmupMs, readyAtMs };
    }),
    startMs: Math.max(...ready.map(({ readyAtMs }) => readyAtMs)) - startedAtMs,
    notices: distinctNotices(ready),
  };
}
