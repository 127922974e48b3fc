import { performance } from 'node:perf_hooks';

import { checkAnswered, joinAnswers } from '../core/answers.js';
import { minuteRows, ROW_STATUS, type Answers, type Block, type BlockRequest } from '../core/block.js';
import { AiopsError } from '../core/errors.js';
import type { Incident } from '../core/incidents.js';
import { Quarantines } from '../core/quarantines.js';
import type { BlockRun, PoolExecutor } from '../core/executor.js';
import type { ActorLog, ReadyFacts } from '../core/types.js';
import { ACTOR_ENTRY } from '../program/package-files.js';
import type { LoadRequest } from '../protocol/messages.js';
import type { WarmActor } from './actor-client.js';
import { EveryItemLost } from './actor-errors.js';
import type { ActorUse } from './actor-use.js';
import { checkAgreement, distinctNotices } from './agreement.js';
import { Dispatcher } from './dispatcher.js';
import { partsOf, type JobReply, type RowFailure } from './job.js';

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
  /** Where to note what actors use. */
  readonly use?: ActorUse;
  /** The file that an actor runs; the program's own by default. */
  readonly entry?: URL;
  /** Called once, when no block can be answered any more. */
  readonly onLost?: (error: AiopsError) => void;
}

export interface PoolOptions extends ExecutorOptions {
  /** Whole number ≥ 1. */
  readonly actors: number;
  readonly nameOf?: (slot: number) => string;
}

/**
 * A fixed set of actors, each of which loads the model once. A block's series (its minutes, where it has fewer series)
 * are cut by divmod into one chunk per actor, all sent at once and gathered once.
 *
 * Lost actors are replaced and their chunks retried (`Recovery`) as long as `restarts` allows. After that every run
 * under way and every later one rejects with the reason.
 */
export class Pool implements PoolExecutor {
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

  constructor(options: PoolOptions) {
    const { actors, load, log, timeoutMs, restarts = 0, maxRssBytes = null } = options;
    if (!Number.isInteger(actors) || actors < 1) throw new RangeError(`a pool can't have ${actors} actors`);
    this.#options = options;
    this.actors = actors;
    this.#quarantines = options.quarantines ?? new Quarantines();
    this.#nameOf = options.nameOf ?? actorName;
    this.#dispatcher = new Dispatcher({
      ...{ actors, load, log, timeoutMs, restarts, maxRssBytes, use: options.use },
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
   * The timing's `wallMs` is what the block takes when nothing else is under way: for the slowest chunk, from this
   * call until the chunk was handed over (cutting, encoding and writing, chunks before it included), then until its
   * answer was decoded, less any wait behind another block; plus the gather. A block that overlaps no other one thus
   * shows exactly the time that passed.
   *
   * A block of several minutes that cannot be answered may have minutes that can: the pool keeps serving, as far as it
   * can, so that the caller may run them one by one.
   */
  async run(block: Block, request: BlockRequest, actors = this.actors): Promise<BlockRun> {
    const startedAtMs = performance.now();
    this.#checkServing();
    const minutes = block.minutesMs.length;
    const order = block.minutesMs[0]!;
    const parts = partsOf(block, actors);
    const replies = await this.#answered(
      parts.map((part, slot) =>
        this.#dispatcher.answer({ block: part.block, request, slot, order, part: slot }),
      ),
      minutes,
    );
    const answeredAtMs = performance.now();
    const answers = joinAnswers(
      minutes,
      replies.map((reply, i) => ({ answers: reply.answers, firstMinute: parts[i]!.firstMinute })),
    );
    if (replies.length > 1) for (const reply of replies) reply.release(); // a single one is passed on as it is
    checkAnswered(block, answers);
    refuseWhereAllFail(
      block,
      answers,
      replies.flatMap(({ failures = [] }) => failures),
    );
    const endedAtMs = performance.now();
    const gatherMs = endedAtMs - answeredAtMs;
    const slowestMs = replies.reduce(
      (slowest, reply) => Math.max(slowest, reply.handedOverAtMs - startedAtMs + reply.remainingMs),
      0,
    );
    const chunks = replies.map((reply) => reply.timing);
    const items = chunks.reduce((sum, chunk) => sum + chunk.items, 0);
    const wallMs = slowestMs + gatherMs;
    const losses = replies.reduce((sum, reply) => sum + (reply.losses ?? 0), 0);
    return { answers, timing: { minutes, items, startedAtMs, endedAtMs, wallMs, gatherMs, chunks }, losses };
  }

  async ask(slot: number, block: Block, request: BlockRequest): Promise<Answers> {
    this.#checkServing();
    const job = { block, request, slot, order: block.minutesMs[0]!, part: 0 };
    return (await this.#dispatcher.ask(job)).answers;
  }

  async stop(): Promise<void> {
    this.#ended ??= new AiopsError('interrupted', `the ${this.name} was stopped`);
    await this.#dispatcher.stop();
  }

  /** Kills all actors: runs under way reject with AiopsError `interrupted`. */
  kill(): void {
    this.#ended ??= new AiopsError('interrupted', `the ${this.name} was stopped`);
    this.#dispatcher.kill(this.#ended);
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
  async #answered(replies: readonly Promise<JobReply>[], minutes: number): Promise<JobReply[]> {
    try {
      return await Promise.all(replies);
    } catch (error) {
      if (error instanceof EveryItemLost && minutes === 1) this.#lose(error);
      throw this.#ended === null || this.#ended.code === 'interrupted' ? error : this.#ended;
    }
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

/**
 * If the analyzer fails at every item of a minute that was tried, and there are several, it is not the data's fault.
 * This is judged per minute: which minutes and series are in a chunk depends on the number of actors.
 */
function refuseWhereAllFail(block: Block, answers: Answers, failures: readonly RowFailure[]): void {
  if (failures.length === 0) return;
  for (const [minute, minuteMs] of block.minutesMs.entries()) {
    const [first, ...others] = failures.filter((failure) => failure.minuteMs === minuteMs);
    if (first === undefined || others.length === 0) continue;
    const { statuses } = minuteRows(answers, minute);
    const tried = statuses.filter((status) => status === ROW_STATUS.ok || status === ROW_STATUS.error);
    if (1 + others.length >= tried.length) throw first.reason;
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
