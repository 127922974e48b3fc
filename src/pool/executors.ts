import type { AiopsError } from '../core/errors.js';
import type { Incident, Quarantine } from '../core/incidents.js';
import type { ProcessUse } from '../core/process-use.js';
import { Quarantines } from '../core/quarantines.js';
import type { Executor, PoolExecutor } from '../core/executor.js';
import type { ReadyFacts } from '../core/types.js';
import { unlessAborted } from '../core/abort.js';
import { ActorUse } from './actor-use.js';
import { checkAgreement, distinctNotices } from './agreement.js';
import { Pool, type ExecutorOptions } from './pool.js';
import { Solo } from './solo.js';

/** What happened to actors, until it is taken into account. */
export class IncidentLog {
  #kept: Incident[] = [];

  add(incident: Incident): void {
    this.#kept.push(incident);
  }

  /** Whether `take` would return any. */
  has(untilMinuteMs = Infinity): boolean {
    return this.#kept.some((incident) => isUntil(incident, untilMinuteMs));
  }

  /** Incidents of this minute, of earlier ones and between minutes, in order; each is returned once. */
  take(untilMinuteMs = Infinity): readonly Incident[] {
    const taken = this.#kept.filter((incident) => isUntil(incident, untilMinuteMs));
    if (taken.length > 0) this.#kept = this.#kept.filter((incident) => !isUntil(incident, untilMinuteMs));
    return taken;
  }
}

function isUntil({ minuteMs }: Incident, untilMinuteMs: number): boolean {
  return minuteMs === null || minuteMs <= untilMinuteMs;
}

export interface ExecutorsOptions extends Omit<ExecutorOptions, 'quarantines' | 'onLost' | 'use'> {
  /** Actors of the pool. */
  readonly actors: number;
  /** Series that an earlier session found to crash actors. */
  readonly quarantines?: readonly Quarantine[];
  /** Those to start, at least one: the first one produces the results, and what it reports describes all of them. */
  readonly needed: readonly Executor['name'][];
}

/**
 * A pool and a single process that load the same model: started together, checked against each other, stopped
 * together. An executor that is not needed starts no process.
 */
export class Executors {
  readonly pool: PoolExecutor;
  readonly solo: Executor;
  /** The one that produces the results. */
  readonly writer: Executor;
  /** Series that no executor tries: what one of them finds spares the other. */
  readonly quarantines: Quarantines;
  /** Of all executors. */
  readonly incidents = new IncidentLog();
  readonly #use = new ActorUse();
  readonly #all: readonly (Pool | Solo)[];
  readonly #needed: readonly Executor[];
  readonly #lost = new AbortController();
  #started: Promise<ReadyFacts> | null = null;

  /** Starts nothing yet. */
  constructor({ actors, needed, onIncident, quarantines = [], ...options }: ExecutorsOptions) {
    this.quarantines = new Quarantines(quarantines);
    const shared = {
      ...options,
      quarantines: this.quarantines,
      use: this.#use,
      onIncident: (incident: Incident) => {
        this.incidents.add(incident);
        onIncident?.(incident);
      },
      onLost: (error: AiopsError) => this.#lost.abort(error),
    };
    const pool = new Pool({ actors, ...shared });
    const solo = new Solo(shared);
    this.#all = [pool, solo];
    this.pool = pool;
    this.solo = solo;
    this.#needed = needed.map((name) => this[name]);
    const [writer] = this.#needed;
    if (writer === undefined) throw new RangeError('no executor is needed');
    this.writer = writer;
  }

  /** What all actors have used so far. */
  get use(): ProcessUse {
    return this.#use.total;
  }

  /** Aborted, with the reason, once an executor can't answer any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Starts what is needed, once however often it is called. Null as soon as the signal is given; the actors are
   * stopped at once then, since one that is still starting may die of the same signal, which is no loss to report.
   *
   * @throws AiopsError where an executor can't start, or where two of them would compute differently
   */
  async start(signal: AbortSignal): Promise<ReadyFacts | null> {
    const ready = await unlessAborted((this.#started ??= this.#start()), signal);
    if (ready === null) await this.stop();
    return ready;
  }

  /** Ends all actors; resolves once they are gone. */
  async stop(): Promise<void> {
    await Promise.all(this.#all.map((executor) => executor.stop()));
  }

  /** Kills all actors: runs under way reject with AiopsError `interrupted`. */
  kill(): void {
    for (const executor of this.#all) executor.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<ReadyFacts> {
    const all = await Promise.all(this.#needed.map((executor) => executor.start()));
    checkAgreement(this.#needed.map(({ name }, i) => ({ name: NAMES[name], facts: all[i]! })));
    return { ...all[0]!, notices: distinctNotices(all) };
  }
}

const NAMES: Readonly<Record<Executor['name'], string>> = {
  pool: 'the pool',
  solo: 'the sequential actor',
};
