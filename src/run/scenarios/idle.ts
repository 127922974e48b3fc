import { medianEstimate } from '../../core/statistics.js';
import type { ReadyFacts } from '../../core/types.js';
import type { ProcessUsage } from '../../host/process-usage.js';
import type { IdleActors, IdleResult } from '../../report/scenario-idle.js';
import { generatedMinutes } from '../generated-minutes.js';
import { unlessAborted } from '../unless-aborted.js';
import { countsUpTo, workWith, type LabPool, type Station } from './lab.js';

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
  readonly pool: LabPool;
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
  const usages: ProcessUsage[] = [];
  const cpuMsPerS: number[] = [];
  for (let watch = 0; watch < WATCHES; watch++) {
    const before = pids.map(tools.usage);
    const startedAtMs = tools.now();
    await tools.pause(watchMs);
    const after = pids.map(tools.usage);
    const seconds = (tools.now() - startedAtMs) / 1000;
    usages.push(...after);
    cpuMsPerS.push(...after.map(({ cpuMs }, i) => (cpuMs - before[i]!.cpuMs) / seconds));
  }
  return idleActors(pids.length, usages, cpuMsPerS);
}

/** `usages` are those of all actors, watch after watch. */
function idleActors(
  actors: number,
  usages: readonly ProcessUsage[],
  cpuMsPerS: readonly number[],
): IdleActors {
  const proportional = usages.map((usage) => usage.proportionalBytes).filter((bytes) => bytes !== null);
  const areKnown = proportional.length === usages.length;
  const last = usages.slice(-actors);
  return {
    actors,
    samples: usages.length,
    residentBytes: medianEstimate(usages.map((usage) => usage.residentBytes)),
    proportionalBytes: areKnown ? medianEstimate(proportional) : null,
    totalBytes: last.reduce(
      (sum, usage) => sum + ((areKnown ? usage.proportionalBytes : null) ?? usage.residentBytes),
      0,
    ),
    cpuMsPerS: medianEstimate(cpuMsPerS),
  };
}
