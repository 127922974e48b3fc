import type { ActorFacts, ActorLog, Executor, ItemBatch, MinuteRun, ReadyFacts } from '../core/types.js';
import { checkAgreement, distinctNotices } from '../pool/agreement.js';
import { Pool } from '../pool/pool.js';
import { Solo } from '../pool/solo.js';
import type { LoadRequest } from '../protocol/messages.js';
import type { ArmPlan } from './arm-plans.js';

/** The processes that serve all arms of one backend and batch size. */
export interface BenchLineup {
  start(): Promise<BenchReady>;
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
  const pool = new Pool(options);
  const solo = new Solo(options);
  const threaded = new Solo({ ...options, load: { ...load, threadsPerActor: processors } });
  const executors = { pool, 'one process': solo, 'one process, all threads': threaded } as const;
  const crewOf = ({ mode, threads }: ArmPlan): Crew => {
    if (mode === 'parallel') return 'pool';
    return threads === load.threadsPerActor ? 'one process' : 'one process, all threads';
  };
  return {
    crewOf,
    async start() {
      const [ofPool, ofSolo] = await Promise.all([pool.start(), solo.start()]);
      const both = [
        { name: 'the pool', facts: ofPool },
        { name: 'the sequential actor', facts: ofSolo },
      ];
      checkAgreement(both);
      const hasThreads = ofPool.backend.name === 'node' && processors > load.threadsPerActor;
      const crews = new Map<Crew, readonly ActorFacts[]>([
        ['pool', ofPool.actors],
        ['one process', ofSolo.actors],
      ]);
      if (hasThreads) crews.set('one process, all threads', (await threaded.start()).actors);
      return {
        ...ofPool,
        crews,
        notices: distinctNotices([ofPool, ofSolo]),
        allThreads: hasThreads ? processors : null,
      };
    },
    serve(arm, batch) {
      return arm.mode === 'parallel'
        ? pool.run(batch, arm.style, arm.actors)
        : executors[crewOf(arm)].run(batch, arm.style);
    },
    async stop() {
      const all: readonly Executor[] = Object.values(executors);
      await Promise.all(all.map((executor) => executor.stop()));
    },
  };
}
