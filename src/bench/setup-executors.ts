import type { ActorFacts, ActorLog, Executor, ReadyFacts } from '../core/types.js';
import type { Serve } from '../measure/turn.js';
import { checkAgreement, distinctNotices } from '../pool/agreement.js';
import { Pool } from '../pool/pool.js';
import { Solo } from '../pool/solo.js';
import type { LoadRequest } from '../protocol/messages.js';
import { unlessAborted } from '../core/unless-aborted.js';
import type { VariantPlan } from './plan.js';

export interface SetupExecutorsOptions {
  readonly load: LoadRequest;
  /** The largest number of actors that a variant has. */
  readonly actors: number;
  /** That this process may use. */
  readonly processors: number;
  readonly timeoutMs: number;
  readonly log: ActorLog;
}

/** Processes that serve variants together. */
export interface ActorGroup {
  readonly name: string;
  readonly executor: Executor;
  readonly actors: readonly ActorFacts[];
}

export interface SetupReady extends ReadyFacts {
  readonly groups: readonly ActorGroup[];
  /** Threads of one more sequential process, which uses all processors; null for no such process. */
  readonly allThreads: number | null;
}

/**
 * The processes that serve all variants of a setup. One pool does for every number of actors: the others wait at
 * their pipes, which takes no processor time.
 */
export class SetupExecutors {
  readonly #options: SetupExecutorsOptions;
  readonly #pool: Pool;
  readonly #solo: Solo;
  readonly #threaded: Solo;

  /** Starts nothing yet. */
  constructor(options: SetupExecutorsOptions) {
    const { load, processors } = options;
    this.#options = options;
    this.#pool = new Pool(options);
    this.#solo = new Solo(options);
    this.#threaded = new Solo({ ...options, load: { ...load, threads: processors } });
  }

  /** Null if aborted. */
  async start(signal: AbortSignal): Promise<SetupReady | null> {
    return unlessAborted(this.#start(), signal);
  }

  async #start(): Promise<SetupReady> {
    const { load, processors } = this.#options;
    const [ofPool, ofSolo] = await Promise.all([this.#pool.start(), this.#solo.start()]);
    checkAgreement([
      { name: 'the pool', facts: ofPool },
      { name: 'the sequential actor', facts: ofSolo },
    ]);
    const groups: ActorGroup[] = [
      { name: 'pool', executor: this.#pool, actors: ofPool.actors },
      { name: 'one process', executor: this.#solo, actors: ofSolo.actors },
    ];
    const hasThreads = ofPool.backend.name === 'node' && processors > load.threads;
    if (hasThreads) {
      const { actors } = await this.#threaded.start();
      groups.push({ name: 'one process, all threads', executor: this.#threaded, actors });
    }
    const allThreads = hasThreads ? processors : null;
    return { ...ofPool, groups, allThreads, notices: distinctNotices([ofPool, ofSolo]) };
  }

  executorOf({ mode, threads }: VariantPlan): Executor {
    if (mode === 'parallel') return this.#pool;
    return threads === this.#options.load.threads ? this.#solo : this.#threaded;
  }

  serve(variant: VariantPlan): Serve {
    const { mode, style, actors } = variant;
    const executor = this.executorOf(variant);
    return mode === 'parallel'
      ? (batch) => this.#pool.run(batch, style, actors)
      : (batch) => executor.run(batch, style);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pool.stop(), this.#solo.stop(), this.#threaded.stop()]);
  }
}
