import { medianEstimate, percentile, sortSamples, type Estimate } from '../../core/statistics.js';
import type { Executor, ReadyFacts } from '../../core/types.js';
import type { ProcessUsage } from '../../host/process-usage.js';
import type { IdleActors, IdleResult } from './scenario-idle.js';
import { generatedMinutes } from '../minutes.js';
import { unlessAborted } from '../../core/unless-aborted.js';
import { countsUpTo, workWith, type Station } from './lab.js';

const DEFAULT_ITEMS = 500;
/** Minutes served before the wait. */
const MINUTES_BEFORE = 5;
/** What actors may still tidy up after serving, ms. */
const SETTLE_MS = 500;
/** Watches of each number of actors. */
const WATCHES = 3;

/**
 * Memory and processor time of actors that were started, served a little and now wait, for 1..N actors.
 *
 * @throws AiopsError `unsupported` where the system does not tell
 */
export async function idle(station: Station): Promise<IdleResult | null> {
  const { tools, signal, timeMs } = station;
  const { cpuStepMs } = tools.usage(process.pid); // where it cannot be told, before actors are started in vain
  const most = station.actors ?? tools.processors * 2;
  const items = station.items ?? DEFAULT_ITEMS;
  const watchMs = timeMs / WATCHES;
  const counts: IdleActors[] = [];
  let facts: Pick<ReadyFacts, 'backend' | 'model'> | null = null;
  for (const actors of countsUpTo(most)) {
    station.onStep(`${actors} waiting`);
    const pool = tools.openPool(station.load, actors);
    const found = await workWith(pool, station, async (ready) => {
      const watched = watchActors({ pool, ready, items, watchMs, station });
      const idleActors = await unlessAborted(watched, signal);
      return idleActors === null ? null : { idleActors, ready };
    });
    if (found === null) return null;
    facts = found.ready;
    counts.push(found.idleActors);
  }
  if (facts === null) throw new RangeError('no number of actors to watch');
  const { backend, model } = facts;
  return { backend, model, actors: most, items, rounds: WATCHES, watchMs, cpuStepMs, counts };
}

interface Watching {
  readonly pool: Executor;
  readonly ready: ReadyFacts;
  readonly items: number;
  readonly watchMs: number;
  readonly station: Station;
}

async function watchActors({ pool, ready, items, watchMs, station }: Watching): Promise<IdleActors> {
  const { tools, seed } = station;
  const pids = ready.actors.map(({ pid }) => pid);
  for (const minute of generatedMinutes(ready.input, { items, count: MINUTES_BEFORE, seed })) {
    await pool.run(minute, 'batched');
  }
  await tools.pause(SETTLE_MS);
  const before = pids.map(tools.usage);
  const startedAtMs = tools.now();
  const watches: ProcessUsage[][] = [];
  for (let watch = 0; watch < WATCHES; watch++) {
    await tools.pause(watchMs);
    watches.push(pids.map(tools.usage));
  }
  return idleActors({ before, watches, seconds: (tools.now() - startedAtMs) / 1000 });
}

/** Watches of one process resemble each other and are no samples of their own: each actor gives one figure. */
function idleActors({
  before,
  watches,
  seconds,
}: {
  readonly before: readonly ProcessUsage[];
  /** `[watches][actors]` */
  readonly watches: readonly (readonly ProcessUsage[])[];
  /** That all watches took together. */
  readonly seconds: number;
}): IdleActors {
  const last = watches[watches.length - 1]!;
  const overActors = (bytes: (usage: ProcessUsage) => number): Estimate =>
    medianEstimate(last.map((_, actor) => median(watches.map((watch) => bytes(watch[actor]!)))));
  const areKnown = watches.flat().every(({ proportionalBytes }) => proportionalBytes !== null);
  const proportional = (usage: ProcessUsage): number => usage.proportionalBytes ?? NaN;
  const held = areKnown ? proportional : (usage: ProcessUsage): number => usage.residentBytes;
  return {
    actors: last.length,
    residentBytes: overActors(({ residentBytes }) => residentBytes),
    proportionalBytes: areKnown ? overActors(proportional) : null,
    totalBytes: last.reduce((sum, usage) => sum + held(usage), 0),
    // Over all watches: what waiting takes is little against the steps in which it is counted.
    cpuMsPerS: medianEstimate(last.map(({ cpuMs }, actor) => (cpuMs - before[actor]!.cpuMs) / seconds)),
  };
}

function median(values: readonly number[]): number {
  return percentile(sortSamples(values), 0.5);
}
