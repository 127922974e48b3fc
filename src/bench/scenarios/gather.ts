import { joinAnswers } from '../../core/gather.js';
import { partition } from '../../core/partition.js';
import { speedup } from '../../core/scaling.js';
import { percentile, sortSamples } from '../../core/statistics.js';
import type { Answers, Executor, ItemBatch } from '../../core/types.js';
import { WAITS, type GatherResult, type Wait } from './scenario-gather.js';
import { generatedMinutes } from '../minutes.js';
import { unlessAborted } from '../../core/unless-aborted.js';
import { AnswerCheck } from './check-answers.js';
import { workWith, type Station } from './lab.js';
import { interleaved } from './rounds.js';

const DEFAULT_ITEMS = 5000;
const MINUTES_PER_ROUND = 5;

/** The chunks of a minute, one for each actor: waited for in turn, or sent all and waited for once. */
export async function gather(station: Station): Promise<GatherResult | null> {
  const { load, signal, tools, seed } = station;
  const actors = station.actors ?? tools.processors;
  const items = station.items ?? DEFAULT_ITEMS;
  const pool = tools.openPool(load, actors);
  return workWith(pool, station, async ({ backend, model, input }) => {
    const minutes = generatedMinutes(input, { items, count: MINUTES_PER_ROUND, seed });
    const check = new AnswerCheck();
    station.onStep('warm-up');
    const warmUp = async (): Promise<true> => {
      for (const wait of WAITS) check.check(await SERVE[wait](pool, actors, minutes[0]!), items);
      return true;
    };
    if ((await unlessAborted(warmUp(), signal)) === null) return null;

    const timed = (wait: Wait) => async (): Promise<number> => {
      await SERVE[wait](pool, actors, minutes[0]!); // whose turn it is starts with its own code and data at hand
      const minuteMs: number[] = [];
      for (const minute of minutes) {
        const startedAtMs = tools.now();
        await SERVE[wait](pool, actors, minute);
        minuteMs.push(tools.now() - startedAtMs);
      }
      return percentile(sortSamples(minuteMs), 0.5);
    };
    const ways = await interleaved(
      WAITS.map((wait) => [wait, timed(wait)] as const),
      station,
    );
    if (ways === null) return null;
    return {
      backend,
      model,
      actors,
      items,
      processors: tools.processors,
      minutesPerRound: MINUTES_PER_ROUND,
      rounds: ways['in-turn'].roundMs.length,
      ways,
      slowdown: speedup(ways['in-turn'].roundMs, ways['at-once'].roundMs),
      answers: check.agreement,
    };
  });
}

const SERVE: Readonly<Record<Wait, (pool: Executor, actors: number, minute: ItemBatch) => Promise<Answers>>> =
  {
    async 'in-turn'(pool, actors, minute) {
      const replies: Answers[] = [];
      for (const [slot, range] of partition(minute.targets.length, actors).entries()) {
        if (range.end > range.start) replies.push(await pool.ask(slot, minute, range, 'batched'));
      }
      return joinAnswers(replies);
    },
    async 'at-once'(pool, actors, minute) {
      const ranges = partition(minute.targets.length, actors).filter(({ start, end }) => end > start);
      const replies = ranges.map((range, slot) => pool.ask(slot, minute, range, 'batched'));
      return joinAnswers(await Promise.all(replies));
    },
  };
