import type { Agreement } from '../../core/comparison.js';
import { joinAnswers } from '../../core/answers.js';
import { cutSeries, type Answers, type Block } from '../../core/block.js';
import { inverse, isRealSpeedup, speedup } from '../../core/scaling.js';
import { medianEstimate, type Estimate } from '../../core/statistics.js';
import type { PoolExecutor } from '../../core/executor.js';
import type { CallStyle, InputSpec } from '../../core/types.js';
import { AnswerCheck, checkRows } from '../../measure/answer-check.js';
import type { TimedVariant } from '../../measure/rounds.js';
import { numbersOnly } from '../../measure/turn.js';
import { countText, durationText, plural } from '../../report/format.js';
import { type Column, estimate, figure, tableOf } from '../../report/table.js';
import { generatedMinutes, minutesThatFit } from '../minute-supply.js';
import {
  ACTORS,
  asLong,
  BACKEND,
  byVerdict,
  commonCaveats,
  ROUNDS,
  WAY,
  type Scenario,
  type ScenarioSetting,
} from './scenario.js';
import type { Trial, TrialOptions, Way } from './trial.js';

/** Ways to hand out the same items, from the finest to the coarsest. */
const GRAINS = ['tiny', 'big-per-item', 'big-batched'] as const;
type Grain = (typeof GRAINS)[number];

const NAMES: Readonly<Record<Grain, string>> = {
  tiny: 'one item per call',
  'big-per-item': 'big calls, predicted item by item',
  'big-batched': 'big calls, predicted in batches',
};
const STYLES: Readonly<Record<Grain, CallStyle>> = {
  tiny: 'per-item',
  'big-per-item': 'per-item',
  'big-batched': 'batched',
};

export interface GranularityWay extends TimedVariant {
  readonly calls: number;
  /** Of every call but perhaps the last. */
  readonly itemsPerCall: number;
  readonly style: CallStyle;
}

export interface GranularityResult extends ScenarioSetting {
  /** Items requested; more than `items` if serving them would have taken too long. */
  readonly wantedItems: number;
  readonly ways: Readonly<Record<Grain, GranularityWay>>;
  /** Paired by round: tiny calls / big calls that predict item by item. They differ in messages only. */
  readonly messages: Estimate;
  /** Paired by round: big calls that predict item by item / big calls that predict in batches. */
  readonly batching: Estimate;
  /** Time that each additional message took, ms, paired by round. */
  readonly perMessageMs: Estimate;
  /** Agreement of the answers to the items of the warm-up. */
  readonly answers: Agreement;
}

const BIG_CALL_ITEMS = 1000;

/** Serves the same items with many tiny calls and with a few big ones, all sent before the first answer is awaited. */
export const granularity: Scenario<GranularityResult> = {
  question: 'What does it cost to send items one by one, and how much of it is due to messages?',
  items: 100_000,
  actors: (processors) => processors,
  measure: (trial) =>
    trial.using(trial.options.actors, ['pool'], async ({ pool }, { backend, model, input }) => {
      const { actors, items: wantedItems } = trial.options;
      const itemsPerCall = Math.max(1, Math.min(BIG_CALL_ITEMS, Math.floor(wantedItems / actors)));
      const ways = (work: Work): Way<Work>[] => GRAINS.map((grain) => wayOf(trial, pool, work, grain));
      const sample = cutWork(
        input,
        Math.min(wantedItems, itemsPerCall * actors),
        itemsPerCall,
        trial.options,
      );
      const warm = await warmUp(trial, ways(sample), sample.items);
      if (warm === null) return null;
      const items = fittingItems(itemsPerCall * actors, warm.msPerItem, trial.options);
      const work = cutWork(input, items, itemsPerCall, trial.options);
      const times = await trial.times(ways(work));
      if (times === null) return null;
      return {
        backend,
        model,
        actors,
        items,
        wantedItems,
        ...figuresOf(times, work),
        answers: warm.agreement,
      };
    }),
  table: (results) => tableOf(COLUMNS, results.flatMap(rows)),
  lesson: (result) => [messagesSentence(result), batchingSentence(result), largerCause(result)].join(' '),
  caveats: (result) => [
    ...commonCaveats(result, result.answers, 'fewer --items leave time for more rounds'),
    ...(result.wantedItems > result.items
      ? [
          `${plural(result.wantedItems, 'item')} would have taken too long with this model, so there were ` +
            `${countText(result.items)}; --items asks for more.`,
        ]
      : []),
    'All calls are sent before the first answer is awaited, so tiny calls do not wait for round trips: with a round ' +
      'trip per call they would take even longer.',
  ],
};

const COLUMNS: readonly Column<ReturnType<typeof rows>[number]>[] = [
  ...[WAY, BACKEND, ACTORS],
  figure('calls', 'calls', countText, ({ way }) => way.calls),
  figure('items per call', 'items_per_call', countText, ({ way }) => way.itemsPerCall),
  estimate('time', 'time_ms', durationText, ({ way }) => way.medianMs),
  figure('per item', 'per_item_ms', durationText, ({ way, result }) => way.medianMs.value / result.items),
  ROUNDS,
];

function rows(result: GranularityResult) {
  return GRAINS.map((grain) => ({ result, name: NAMES[grain], way: result.ways[grain] }));
}

interface Work {
  readonly items: number;
  readonly itemsPerCall: number;
  /** Minutes of `itemsPerCall` items, which big calls cycle through. */
  readonly minutes: readonly Block[];
}

function cutWork(input: InputSpec, items: number, itemsPerCall: number, { seed }: TrialOptions): Work {
  const count = Math.min(Math.ceil(items / itemsPerCall), minutesThatFit(itemsPerCall, input));
  return { items, itemsPerCall, minutes: generatedMinutes(input, { items: itemsPerCall, count, seed }) };
}

function callCount({ items, itemsPerCall }: Work, grain: Grain): number {
  return grain === 'tiny' ? items : Math.ceil(items / itemsPerCall);
}

interface Call {
  readonly chunk: Block;
  /** 0-based number of its minute among those served. */
  readonly minute: number;
}

/** A big call is a minute, the last one truncated to the remaining items; a tiny call is one item of it. */
function* callsOf({ items, itemsPerCall, minutes }: Work, grain: Grain): Generator<Call> {
  for (let minute = 0; minute * itemsPerCall < items; minute++) {
    const block = minutes[minute % minutes.length]!;
    const end = Math.min(itemsPerCall, items - minute * itemsPerCall);
    const step = grain === 'tiny' ? 1 : end;
    for (let start = 0; start < end; start += step) {
      yield { chunk: cutSeries(block, { start, end: start + step }), minute };
    }
  }
}

/** Sends all calls to the actors, round-robin, and gathers once. */
function wayOf(trial: Trial, pool: PoolExecutor, work: Work, grain: Grain): Way<Work> {
  const request = numbersOnly(STYLES[grain]);
  const serve = trial.timed(async () => {
    const parts: Promise<{ answers: Answers; firstMinute: number }>[] = [];
    for (const { chunk, minute } of callsOf(work, grain)) {
      const asked = pool.ask(parts.length % pool.actors, chunk, request);
      parts.push(asked.then((answers) => ({ answers, firstMinute: minute })));
    }
    const joined = joinAnswers(callCount(work, 'big-batched'), await Promise.all(parts));
    checkRows(work.items, joined);
    return joined;
  });
  return { serve, tasks: [work], untimed: false };
}

/** Serves some of the items twice in every way; times the second pass to predict how long all of them will take. */
async function warmUp(
  trial: Trial,
  ways: readonly Way<Work>[],
  items: number,
): Promise<{ readonly agreement: Agreement; readonly msPerItem: number } | null> {
  const { now } = trial.options.machine;
  const check = new AnswerCheck(items);
  if (!(await trial.warmUp(ways, check))) return null;
  const startedAtMs = now();
  if (!(await trial.warmUp(ways, check))) return null;
  return { agreement: check.agreement, msPerItem: (now() - startedAtMs) / items };
}

/** All wanted items if the user asked for them, otherwise as many as one round can serve before the end. */
function fittingItems(
  least: number,
  msPerItem: number,
  { items, areItemsGiven, machine, endMs }: TrialOptions,
): number {
  const fitting = Math.floor(Math.max(0, endMs - machine.now()) / msPerItem / least) * least;
  return areItemsGiven ? items : Math.min(items, Math.max(least, fitting));
}

type Figures = Pick<GranularityResult, 'rounds' | 'ways' | 'messages' | 'batching' | 'perMessageMs'>;

function figuresOf(times: readonly TimedVariant[], work: Work): Figures {
  const way = (grain: Grain): GranularityWay => ({
    ...times[GRAINS.indexOf(grain)]!,
    calls: callCount(work, grain),
    itemsPerCall: grain === 'tiny' ? 1 : work.itemsPerCall,
    style: STYLES[grain],
  });
  const ways = { tiny: way('tiny'), 'big-per-item': way('big-per-item'), 'big-batched': way('big-batched') };
  const { tiny, 'big-per-item': perItem, 'big-batched': batched } = ways;
  const more = tiny.calls - perItem.calls;
  return {
    rounds: tiny.roundMs.length,
    ways,
    messages: speedup(tiny.roundMs, perItem.roundMs),
    batching: speedup(perItem.roundMs, batched.roundMs),
    perMessageMs: medianEstimate(
      tiny.roundMs.map((ms, round) => (more === 0 ? 0 : (ms - perItem.roundMs[round]!) / more)),
    ),
  };
}

function messagesSentence({ ways, messages, perMessageMs }: GranularityResult): string {
  const tiny = plural(ways.tiny.calls, 'call');
  const big = plural(ways['big-per-item'].calls, 'call');
  return byVerdict(messages, {
    longer:
      `${tiny} of one item took ${asLong(messages)} as the same predictions in ${big}: ` +
      `each additional message cost ${durationText(perMessageMs.value)}.`,
    shorter: `Tiny calls were faster here: big calls with the same predictions took ${asLong(inverse(messages))}.`,
    same: `Messages made no measurable difference: ${tiny} of one item took ${asLong(messages)} as ${big}.`,
  });
}

function batchingSentence({ batching }: GranularityResult): string {
  return byVerdict(batching, {
    longer: `With the same messages, predicting item by item took ${asLong(batching)} as in batches.`,
    shorter: `Batches did not pay with this model: they took ${asLong(inverse(batching))} as predicting item by item.`,
    same: `Batches gained nothing measurable: predicting item by item took ${asLong(batching)}.`,
  });
}

function largerCause({ messages, batching }: GranularityResult): string {
  if (![messages, batching].some(isRealSpeedup)) return 'With this model it does not matter how work is cut.';
  const cause = batching.value > messages.value ? 'predicting in batches' : 'sending fewer messages';
  return `Most of what big chunks gain here comes from ${cause}.`;
}
