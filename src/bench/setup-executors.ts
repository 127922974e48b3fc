import type { Executor } from '../core/executor.js';
import type { ActorFacts, ActorLog, ReadyFacts } from '../core/types.js';
import { numbersOnly, type Serve } from '../measure/turn.js';
import { Executors } from '../pool/executors.js';
import type { LoadRequest } from '../protocol/messages.js';
import type { VariantPlan } from './bench-plan.js';

export interface SetupExecutorsOptions {
  readonly load: LoadRequest;
  /** The largest number of actors of any variant. */
  readonly actors: number;
  /** Processors that this process may use. */
  readonly processors: number;
  readonly timeoutMs: number;
  readonly log: ActorLog;
}

/** The processes of one executor. */
export interface ActorGroup {
  readonly name: string;
  readonly executor: Executor;
  readonly actors: readonly ActorFacts[];
}

export interface SetupReady extends ReadyFacts {
  readonly groups: readonly ActorGroup[];
  /** Threads of an additional sequential process that uses all processors; null: no such process. */
  readonly allThreads: number | null;
}

/**
 * The processes that serve all variants of a setup. One pool suffices for every number of actors, because actors that
 * wait use no processor time.
 */
export class SetupExecutors {
  readonly #options: SetupExecutorsOptions;
  readonly #common: Executors;
  readonly #threaded: Executors;

  /** Does not start any process. */
  constructor(options: SetupExecutorsOptions) {
    const load = { ...options.load, threadsPerActor: options.processors };
    this.#options = options;
    this.#common = new Executors({ ...options, needed: ['pool', 'solo'] });
    this.#threaded = new Executors({ ...options, load, actors: 1, needed: ['solo'] });
  }

  /** Null if aborted. */
  async start(signal: AbortSignal): Promise<SetupReady | null> {
    const { load, processors } = this.#options;
    const { pool, solo } = this.#common;
    const ready = await this.#common.start(signal);
    if (ready === null) return null;
    const groups: ActorGroup[] = [
      { name: 'pool', executor: pool, actors: ready.actors },
      { name: 'one process', executor: solo, actors: (await solo.start()).actors },
    ];
    if (ready.backend.name !== 'node' || processors <= load.threadsPerActor)
      return { ...ready, groups, allThreads: null };
    const threaded = await this.#threaded.start(signal);
    if (threaded === null) return null;
    groups.push({ name: 'one process, all threads', executor: this.#threaded.solo, actors: threaded.actors });
    return { ...ready, groups, allThreads: processors };
  }

  executorOf({ mode, threads }: VariantPlan): Executor {
    const { pool, solo } = this.#common;
    if (mode === 'parallel') return pool;
    return threads === this.#options.load.threadsPerActor ? solo : this.#threaded.solo;
  }

  serve(variant: VariantPlan): Serve {
    const { style, actors } = variant;
    const request = numbersOnly(style);
    if (variant.mode === 'parallel') return (minute) => this.#common.pool.run(minute, request, actors);
    const executor = this.executorOf(variant);
    return (minute) => executor.run(minute, request);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#common.stop(), this.#threaded.stop()]);
  }
}
