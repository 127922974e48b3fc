import { checkAnswered, joinAnswers } from '../../core/gather.js';
import type { ItemRange } from '../../core/partition.js';
import { medianEstimate, type Estimate } from '../../core/statistics.js';
import { speedup } from '../../core/scaling.js';
import type { Answers, CallStyle, Executor, InputSpec, ItemBatch, ReadyFacts } from '../../core/types.js';
import { GRAINS, type Grain, type GranularityResult } from './scenario-granularity.js';
import type { TimedWay } from './scenario-parts.js';
import { minutesThatFit } from '../minutes.js';
import { generatedMinutes } from '../minutes.js';
import { unlessAborted } from '../../core/unless-aborted.js';
import { AnswerCheck } from './check-answers.js';
import { workWith, type Station } from './lab.js';
import { interleaved } from './rounds.js';

const DEFAULT_ITEMS = 100_000;
const BIG_CALL_ITEMS = 1000;

/** One request to an actor. */
interface Call {
  readonly batch: ItemBatch;
  readonly range: ItemRange;
}

interface Work {
  readonly items: number;
  readonly itemsPerCall: number;
  /** Minutes of `itemsPerCall` items that big calls take in turn: few, however many calls there are. */
  readonly minutes: readonly ItemBatch[];
}

const STYLES: Readonly<Record<Grain, CallStyle>> = {
  tiny: 'per-item',
  'big-per-item': 'per-item',
  'big-batched': 'batched',
};

/** The same items as many tiny calls and as few big ones, all sent before the first answer is waited for. */
export async function granularity(station: Station): Promise<GranularityResult | null> {
  const { load, signal, tools, seed } = station;
  const actors = station.actors ?? tools.processors;
  const wantedItems = station.items ?? DEFAULT_ITEMS;
  const pool = tools.openPool(load, actors);
  return workWith(pool, station, async (ready) => {
    const itemsPerCall = Math.max(1, Math.min(BIG_CALL_ITEMS, Math.floor(wantedItems / actors)));
    const workOf = (items: number): Work => cutWork(ready.input, { items, itemsPerCall, seed });
    const served = async (work: Work, grain: Grain): Promise<Answers> =>
      serveAll({ pool, actors, work, grain });

    station.onStep('warm-up');
    const sample = workOf(Math.min(wantedItems, itemsPerCall * actors));
    const warm = await unlessAborted(warmUp(sample, served, station), signal);
    if (warm === null) return null;
    const fitting = fittingItems(wantedItems, itemsPerCall * actors, warm.msPerItem, station);
    const work = workOf(fitting);
    const timed = (grain: Grain) => async (): Promise<number> => {
      const startedAtMs = tools.now();
      await served(work, grain);
      return tools.now() - startedAtMs;
    };
    const times = await interleaved(
      GRAINS.map((grain) => [grain, timed(grain)] as const),
      station,
    );
    return times === null
      ? null
      : resultOf({ ready, actors, wantedItems, work, times, answers: warm.agreement });
  });
}

/** Every way twice, on some of the items; what the second time took tells how long all of them will. */
async function warmUp(
  sample: Work,
  served: (work: Work, grain: Grain) => Promise<Answers>,
  { tools }: Station,
): Promise<{ agreement: GranularityResult['answers']; msPerItem: number }> {
  const check = new AnswerCheck();
  let startedAtMs = 0;
  for (let time = 0; time < 2; time++) {
    startedAtMs = tools.now();
    for (const grain of GRAINS) check.check(await served(sample, grain), sample.items);
  }
  return { agreement: check.agreement, msPerItem: (tools.now() - startedAtMs) / sample.items };
}

/** All items that are wanted; where nobody asked for so many, as many as one round can serve before the end. */
function fittingItems(
  wanted: number,
  least: number,
  msPerItem: number,
  { items, tools, endMs }: Station,
): number {
  const fitting = Math.floor(Math.max(0, endMs - tools.now()) / msPerItem / least) * least;
  return items !== null ? wanted : Math.min(wanted, Math.max(least, fitting));
}

/** Sends every call of the work, to the actors in turn, and gathers once. */
async function serveAll(how: { pool: Executor; actors: number; work: Work; grain: Grain }): Promise<Answers> {
  const { pool, actors, work, grain } = how;
  const replies: Promise<Answers>[] = [];
  for (const { batch, range } of callsOf(work, grain)) {
    replies.push(pool.ask(replies.length % actors, batch, range, STYLES[grain]));
  }
  const answers = joinAnswers(await Promise.all(replies));
  checkAnswered(work.items, answers);
  return answers;
}

function cutWork(input: InputSpec, how: { items: number; itemsPerCall: number; seed: number }): Work {
  const { items, itemsPerCall, seed } = how;
  const count = Math.min(bigCalls(how), minutesThatFit(itemsPerCall, input));
  return { items, itemsPerCall, minutes: generatedMinutes(input, { items: itemsPerCall, count, seed }) };
}

function bigCalls({ items, itemsPerCall }: Pick<Work, 'items' | 'itemsPerCall'>): number {
  return Math.ceil(items / itemsPerCall);
}

function callCount(work: Work, grain: Grain): number {
  return grain === 'tiny' ? work.items : bigCalls(work);
}

/** A big call is a minute of made-up data, the last one cut to what is left; a tiny call is an item of one. */
function* callsOf(work: Work, grain: Grain): Generator<Call> {
  const { items, itemsPerCall, minutes } = work;
  for (let call = 0; call < bigCalls(work); call++) {
    const batch = minutes[call % minutes.length]!;
    const end = Math.min(itemsPerCall, items - call * itemsPerCall);
    if (grain !== 'tiny') yield { batch, range: { start: 0, end } };
    else for (let item = 0; item < end; item++) yield { batch, range: { start: item, end: item + 1 } };
  }
}

function resultOf(found: {
  readonly ready: ReadyFacts;
  readonly actors: number;
  readonly wantedItems: number;
  readonly work: Work;
  readonly times: Readonly<Record<Grain, TimedWay>>;
  readonly answers: GranularityResult['answers'];
}): GranularityResult {
  const { ready, actors, wantedItems, work, times, answers } = found;
  const { tiny, 'big-per-item': perItem, 'big-batched': batched } = times;
  return {
    backend: ready.backend,
    model: ready.model,
    actors,
    items: work.items,
    wantedItems,
    rounds: tiny.roundMs.length,
    ways: byGrain((grain) => ({
      ...times[grain],
      calls: callCount(work, grain),
      itemsPerCall: grain === 'tiny' ? 1 : work.itemsPerCall,
      style: STYLES[grain],
    })),
    messages: speedup(tiny.roundMs, perItem.roundMs),
    batching: speedup(perItem.roundMs, batched.roundMs),
    perMessageMs: perMessage(times, work),
    answers,
  };
}

/** Zero where there were no more messages one way than the other. */
function perMessage(times: Readonly<Record<Grain, TimedWay>>, work: Work): Estimate {
  const more = callCount(work, 'tiny') - callCount(work, 'big-per-item');
  return medianEstimate(
    times.tiny.roundMs.map((ms, round) =>
      more === 0 ? 0 : (ms - times['big-per-item'].roundMs[round]!) / more,
    ),
  );
}

function byGrain<T>(of: (grain: Grain) => T): Record<Grain, T> {
  return { tiny: of('tiny'), 'big-per-item': of('big-per-item'), 'big-batched': of('big-batched') };
}
