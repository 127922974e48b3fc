import { performance } from 'node:perf_hooks';

import { AiopsError } from '../core/errors.js';
import { joinAnswers } from '../core/answers.js';
import type { Incident } from '../core/incidents.js';
import { partition, type ItemRange } from '../core/partition.js';
import { Quarantines } from '../core/quarantines.js';
import type {
  ActorLog,
  Answers,
  CallStyle,
  Executor,
  ItemBatch,
  MinuteRun,
  ReadyFacts,
} from '../core/types.js';
import { ACTOR_ENTRY } from '../program/package-files.js';
import type { LoadRequest } from '../protocol/messages.js';
import type { WarmActor } from './actor-client.js';
import { checkAgreement, distinctNotices } from './agreement.js';
import { Dispatcher } from './dispatcher.js';
import type { JobReply } from './job.js';

export interface ExecutorOptions {
  readonly load: LoadRequest;
  /** Gets every line that an actor prints. */
  readonly log: ActorLog;
  /** Time without a message after which an actor that owes one counts as stuck, ms. */
  readonly timeoutMs: number;
  /** How often a lost actor is replaced within a minute; 0, the default: the first loss ends the pool. */
  readonly restarts?: number;
  /** Resident memory above which an actor is replaced, bytes; null, the default: however large. */
  readonly maxRssBytes?: number | null;
  /** Series not to try; those that are found to crash actors are added. Executors of one run share them. */
  readonly quarantines?: Quarantines;
  readonly onIncident?: (incident: Incident) => void;
  /** The file that an actor runs; the program's own by default. */
  readonly entry?: URL;
  /** Called once, when no minute can be answered any more. */
  readonly onLost?: (error: AiopsError) => void;
}

export interface PoolOptions extends ExecutorOptions {
  /** Whole number ≥ 1. */
  readonly actors: number;
  readonly nameOf?: (slot: number) => string;
}

/**
 * A fixed set of actors, each of which loads the model once. A minute's items are cut by divmod into one chunk per
 * actor, all sent at once and gathered once.
 *
 * Lost actors are replaced and their chunks retried (`Recovery`) as long as `restarts` allows. After that every run
 * under way and every later one rejects with the reason.
 */
export class Pool implements Executor {
  readonly name = 'pool';
  readonly actors: number;
  readonly #options: PoolOptions;
  readonly #quarantines: Quarantines;
  readonly #dispatcher: Dispatcher;
  readonly #nameOf: (slot: number) => string;
  /** Actors that were warm before all were. */
  readonly #early: { readonly name: string; readonly facts: WarmActor }[] = [];
  #facts: WarmActor | null = null;
  #started: Promise<ReadyFacts> | null = null;
  #ended: AiopsError | null = null;
  #runs = 0;

  constructor(options: PoolOptions) {
    const { actors, load, log, timeoutMs, restarts = 0, maxRssBytes = null } = options;
    if (!Number.isInteger(actors) || actors < 1) throw new RangeError(`a pool can't have ${actors} actors`);
    this.#options = options;
    this.actors = actors;
    this.#quarantines = options.quarantines ?? new Quarantines();
    this.#nameOf = options.nameOf ?? actorName;
    this.#dispatcher = new Dispatcher({
      ...{ actors, load, log, timeoutMs, restarts, maxRssBytes },
      entry: options.entry ?? ACTOR_ENTRY,
      nameOf: this.#nameOf,
      quarantines: this.#quarantines,
      admit: (warm, name) => this.#admit(warm, name),
      onIncident: options.onIncident ?? (() => undefined),
      onEnd: (error) => this.#lose(error),
      ended: () => this.#ended,
    });
  }

  start(): Promise<ReadyFacts> {
    return (this.#started ??= this.#start());
  }

  /**
   * The timing's `wallMs` is what the minute takes when nothing else is under way: for the slowest chunk, from
   * this call until the chunk was handed over (cutting, encoding and writing, chunks before it included), then
   * until its answer was decoded, less any wait behind another minute; plus the gather.
   * A minute that overlaps no other one thus shows exactly the time that passed.
   */
  async run(batch: ItemBatch, style: CallStyle, actors = this.actors): Promise<MinuteRun> {
    const startedAtMs = performance.now();
    this.#checkServing();
    const order = this.#runs++;
    const items = batch.targets.length;
    const ranges = partition(items, actors).filter(({ start, end }) => end > start);
    const replies = await this.#answered(
      ranges.map((range, slot) => this.#dispatcher.answer({ batch, range, style, slot, order })),
    );
    const answeredAtMs = performance.now();
    this.#refuseWhereAllFail(batch, replies);
    const answers = joinAnswers(replies.map((reply) => reply.answers));
    if (replies.length > 1) for (const reply of replies) reply.release(); // a single one is passed on as it is
    const endedAtMs = performance.now();
    const gatherMs = endedAtMs - answeredAtMs;
    const slowestMs = replies.reduce(
      (slowest, reply) => Math.max(slowest, reply.handedOverAtMs - startedAtMs + reply.remainingMs),
      0,
    );
    const chunks = replies.map((reply) => reply.timing).filter((timing) => timing !== null);
    const wallMs = slowestMs + gatherMs;
    const timing = { items, startedAtMs, endedAtMs, wallMs, gatherMs, chunks };
    return { answers, timing };
  }

  async ask(slot: number, batch: ItemBatch, range: ItemRange, style: CallStyle): Promise<Answers> {
    this.#checkServing();
    return (await this.#dispatcher.ask(slot, this.#dispatcher.chunks.ofRange(batch, range, style))).answers;
  }

  async stop(): Promise<void> {
    this.#ended ??= new AiopsError('interrupted', `the ${this.name} was stopped`);
    await this.#dispatcher.stop();
  }

  async #start(): Promise<ReadyFacts> {
    const startedAtMs = performance.now();
    try {
      if (this.#ended !== null) throw this.#ended;
      const ready = await this.#dispatcher.start();
      checkAgreement([
        ...ready.map((facts, slot) => ({ name: this.#nameOf(slot), facts })),
        ...this.#early.splice(0),
      ]);
      this.#facts = ready[0] ?? null;
      return readyFacts(ready, this.#nameOf, startedAtMs);
    } catch (error) {
      if (error instanceof AiopsError) this.#lose(error);
      await this.stop();
      throw error;
    }
  }

  /** All replies, or what ended the pool: that explains more than the failure of one chunk. */
  async #answered(replies: readonly Promise<JobReply>[]): Promise<JobReply[]> {
    try {
      return await Promise.all(replies);
    } catch (error) {
      throw this.#ended === null || this.#ended.code === 'interrupted' ? error : this.#ended;
    }
  }

  /**
   * If the analyzer fails at every item of a minute that was tried, and there are several, it is not the data's fault.
   * This is judged per minute: what is in a chunk depends on the number of actors.
   */
  #refuseWhereAllFail(batch: ItemBatch, replies: readonly JobReply[]): void {
    const failures = replies.flatMap((reply) => reply.failures ?? []);
    const [first] = failures;
    if (first === undefined || failures.length === 1) return;
    const tried = batch.targets.length - this.#quarantines.errorsOf(batch).size;
    if (failures.length >= tried) throw first.reason;
  }

  #checkServing(): void {
    if (this.#ended !== null) throw this.#ended;
    if (this.#started === null) throw new RangeError('the pool was not started');
  }

  #admit(facts: WarmActor, name: string): void {
    if (this.#facts === null) this.#early.push({ name, facts });
    else
      checkAgreement([
        { name: this.#nameOf(0), facts: this.#facts },
        { name, facts },
      ]);
  }

  #lose(error: AiopsError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#dispatcher.kill(error);
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
