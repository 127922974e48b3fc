import { bestActors, efficiency, karpFlatt, speedup } from '../../core/scaling.js';
import { percentile, sortSamples } from '../../core/statistics.js';
import type { ItemBatch, MinuteRun } from '../../core/types.js';
import type { TimedWay } from './scenario-parts.js';
import type { PoolResult, PoolSize } from './scenario-pool.js';
import { generatedMinutes } from '../minutes.js';
import { unlessAborted } from '../../core/unless-aborted.js';
import { AnswerCheck } from './check-answers.js';
import { countsUpTo, workWith, type Station } from './lab.js';
import { interleaved } from './rounds.js';

const DEFAULT_ITEMS = 5000;
const MINUTES_PER_ROUND = 5;

type Serve = (minute: ItemBatch) => Promise<MinuteRun>;

/** One process serves, or so many actors. */
type Way = readonly [actors: number, serve: Serve];
const SEQUENTIAL = 0;

/** Minutes served in batches by one process, and by 1..N actors of one pool. */
export async function poolSizes(station: Station): Promise<PoolResult | null> {
  const { load, signal, tools, seed } = station;
  const actors = station.actors ?? tools.processors * 2;
  const items = station.items ?? DEFAULT_ITEMS;
  const counts = countsUpTo(actors);
  const solo = tools.openSolo(load);
  const pool = tools.openPool(load, actors);
  return workWith(solo, station, () =>
    workWith(pool, station, async ({ backend, model, input }) => {
      const minutes = generatedMinutes(input, { items, count: MINUTES_PER_ROUND, seed });
      const ways: Way[] = [
        [SEQUENTIAL, (minute) => solo.run(minute, 'batched')],
        ...counts.map((count): Way => [count, (minute) => pool.run(minute, 'batched', count)]),
      ];
      const check = new AnswerCheck();
      station.onStep('warm-up');
      if ((await unlessAborted(checked(ways, minutes[0]!, check), signal)) === null) return null;

      const times = await interleaved(
        ways.map(([count, serve]) => [count, () => medianMinute(serve, minutes)] as const),
        station,
      );
      if (times === null) return null;
      const sequential = times[SEQUENTIAL]!;
      const sizes = counts.map((count) => poolSize(count, times[count]!, sequential, times[1]!));
      return {
        backend,
        model,
        actors,
        items,
        rounds: sequential.roundMs.length,
        processors: tools.processors,
        minutesPerRound: MINUTES_PER_ROUND,
        sequential,
        sizes,
        bestActors: bestActors(sizes),
        answers: check.agreement,
      };
    }),
  );
}

async function checked(ways: readonly Way[], minute: ItemBatch, check: AnswerCheck): Promise<true> {
  for (const [, serve] of ways) {
    check.check((await serve(minute)).answers, minute.targets.length);
  }
  return true;
}

/** Whose turn it is serves once more than is timed: it starts with its own code and data at hand. */
async function medianMinute(serve: Serve, minutes: readonly ItemBatch[]): Promise<number> {
  await serve(minutes[0]!);
  const wallMs: number[] = [];
  for (const minute of minutes) wallMs.push((await serve(minute)).timing.wallMs);
  return percentile(sortSamples(wallMs), 0.5);
}

function poolSize(actors: number, way: TimedWay, sequential: TimedWay, one: TimedWay): PoolSize {
  const gained = speedup(sequential.roundMs, way.roundMs);
  return {
    ...way,
    actors,
    speedup: gained,
    speedupOverOne: speedup(one.roundMs, way.roundMs),
    efficiency: efficiency(gained.value, actors),
    serialFraction: karpFlatt(gained.value, actors),
  };
}
