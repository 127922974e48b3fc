import type { ActorFacts, ActorLog, Executor, ItemBatch, MinuteRun, ReadyFacts } from '../core/types.js';
import { Executors } from '../pool/executors.js';
import type { LoadRequest } from '../protocol/messages.js';
import type { ArmPlan } from './arm-plans.js';

/** The processes that serve all arms of one backend and batch size. */
export interface BenchLineup {
  /** Null as soon as the signal is given. */
  start(signal: AbortSignal): Promise<BenchReady | null>;
  serve(arm: ArmPlan, batch: ItemBatch): Promise<MinuteRun>;
  /** Who serves an arm. */
  crewOf(arm: ArmPlan): Crew;
  stop(): Promise<void>;
}

/** Processes that serve minutes together. */
export type Crew = 'pool' | 'one process' | 'one process, all threads';

export interface BenchReady extends ReadyFacts {
  readonly crews: ReadonlyMap<Crew, readonly ActorFacts[]>;
  /** Threads of one more sequential process that uses all processors; null: there is none. */
  readonly allThreads: number | null;
}

export interface BenchLineupOptions {
  readonly load: LoadRequest;
  /** The largest number of actors that an arm has. */
  readonly actors: number;
  /** That may be used. */
  readonly processors: number;
  readonly timeoutMs: number;
  readonly log: ActorLog;
}

/** One pool for every number of actors: those beyond it wait at their pipes meanwhile, which costs no time. */
export function benchLineup(options: BenchLineupOptions): BenchLineup {
  const { load, processors } = options;
  const common = new Executors({ ...options, needed: ['pool', 'solo'] });
  const threaded = new Executors({
    ...options,
    load: { ...load, threads: processors },
    actors: 1,
    needed: ['solo'],
  });
  const executors: Readonly<Record<Crew, Executor>> = {
    pool: common.pool,
    'one process': common.solo,
    'one process, all threads': threaded.solo,
  };
  const crewOf = ({ mode, threads }: ArmPlan): Crew => {
    if (mode === 'parallel') return 'pool';
    return threads === load.threads ? 'one process' : 'one process, all threads';
  };
  return {
    crewOf,
    async start(signal) {
      const ready = await common.start(signal);
      if (ready === null) return null;
      const hasThreads = ready.backend.name === 'node' && processors > load.threads;
      const crews = new Map<Crew, readonly ActorFacts[]>([
        ['pool', ready.actors],
        ['one process', (await common.solo.start()).actors],
      ]);
      if (hasThreads) {
        const all = await threaded.start(signal);
        if (all === null) return null;
        crews.set('one process, all threads', all.actors);
      }
      return { ...ready, crews, allThreads: hasThreads ? processors : null };
    },
    serve(arm, batch) {
      return executors[crewOf(arm)].run(batch, arm.style, arm.actors);
    },
    async stop() {
      await Promise.all([common.stop(), threaded.stop()]);
    },
  };
}
