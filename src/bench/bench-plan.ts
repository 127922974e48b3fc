/* What a benchmark measures: setups (a backend and a batch size), cases (a number of items) and variants. */
import { resolveActors } from '../core/actor-count.js';
import type { Notice } from '../core/errors.js';
import type { CallStyle } from '../core/types.js';
import { countText, plural, roundDuration } from '../report/format.js';
import type { ActorRange, BenchConfig, MeasuringConfig } from './bench-config.js';

/** A combination of settings that needs its own processes. */
export interface Setup {
  readonly backend: MeasuringConfig['backends'][number];
  readonly batchSize: MeasuringConfig['batchSizes'][number];
}

/** The minutes that variants serve. */
export interface CasePlan {
  readonly items: number;
  /** `full`: all variants; `probe`: batched ones only, to see how times grow with the number of items. */
  readonly kind: 'full' | 'probe';
  /** Time for each variant, ms. */
  readonly timeMs: number;
}

/** One way to serve minutes. */
export interface VariantPlan {
  /** Unique among the variants of a case. */
  readonly name: string;
  readonly mode: 'sequential' | 'parallel';
  readonly style: CallStyle;
  /** Processes that compute; 1 if sequential. */
  readonly actors: number;
  /** Threads of each process. */
  readonly threads: number;
}

export function planSetups({ backends, batchSizes }: Pick<MeasuringConfig, keyof PerSetup>): Setup[] {
  return backends.flatMap((backend) => batchSizes.map((batchSize) => ({ backend, batchSize })));
}

type PerSetup = Pick<MeasuringConfig, 'backends' | 'batchSizes'>;

/** The most actors measured by default: more take long to start and may exhaust memory. */
const MOST_ACTORS = 32;

/** The numbers of actors to measure, ascending, without duplicates. `auto` goes up to twice the processors. */
export function actorCounts(range: ActorRange, processors: number): number[] {
  if (range.kind === 'exactly') {
    const counts = range.counts.map((count) => resolveActors(count, processors));
    return [...new Set(counts)].sort((a, b) => a - b);
  }
  const most =
    range.most.kind === 'auto'
      ? Math.min(2 * processors, MOST_ACTORS)
      : resolveActors(range.most, processors);
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

/** A probe's share of a variant's time; less, because it only needs a median. */
const PROBE_SHARE = 1 / 3;

/** A single number of items gets two probes, one with fewer items and one with more; several numbers need none. */
export function planCases(items: readonly number[], timeMs: number): CasePlan[] {
  const full = items.map((count): CasePlan => ({ items: count, kind: 'full', timeMs }));
  const [only] = items;
  if (only === undefined || items.length > 1) return full;
  const sizes = [Math.round(only / 5), only * 4].filter((count) => count > 0 && count !== only);
  const probes = sizes.map((count): CasePlan => ({
    items: count,
    kind: 'probe',
    timeMs: timeMs * PROBE_SHARE,
  }));
  return [...full, ...probes];
}

export interface VariantChoice {
  /** Numbers of actors, ascending. */
  readonly actors: readonly number[];
  /** Threads of an actor. */
  readonly threads: number;
  /** Threads of an additional sequential variant that uses all processors; null: no such variant. */
  readonly allThreads: number | null;
}

const STYLE_TEXT: Readonly<Record<CallStyle, string>> = { 'per-item': 'per item', batched: 'batched' };

/** The variants of a case, simple ones first, because the first of equally fast variants wins. */
export function planVariants(
  kind: CasePlan['kind'],
  { actors, threads, allThreads }: VariantChoice,
): VariantPlan[] {
  const styles: readonly CallStyle[] = kind === 'probe' ? ['batched'] : ['per-item', 'batched'];
  const sequential = styles.map((style) => sequentialVariant(style, threads));
  const threaded =
    allThreads === null
      ? []
      : [sequentialVariant('batched', allThreads, `, ${plural(allThreads, 'thread')}`)];
  const parallel = actors.flatMap((count) => styles.map((style) => parallelVariant(style, count, threads)));
  return [...sequential, ...threaded, ...parallel];
}

function sequentialVariant(style: CallStyle, threads: number, suffix = ''): VariantPlan {
  const name = `sequential, ${STYLE_TEXT[style]}${suffix}`;
  return { name, mode: 'sequential', style, actors: 1, threads };
}

function parallelVariant(style: CallStyle, actors: number, threads: number): VariantPlan {
  const name = `${plural(actors, 'actor')}, ${STYLE_TEXT[style]}`;
  return { name, mode: 'parallel', style, actors, threads };
}

/** Rough time to start and warm up the processes of a setup, for the announcement. */
const START_MS = 2500;
const WARM_UP_SHARE = 1.2;

/** Announces what will be measured and roughly how long it takes; slow minutes take longer. */
export function announcement(
  config: Pick<BenchConfig, 'inputs' | 'threadsPerActor' | keyof PerSetup>,
  cases: readonly CasePlan[],
  actors: readonly number[],
): Notice {
  const choice = { actors, threads: config.threadsPerActor, allThreads: null };
  const measuringMs = cases.reduce(
    (sum, { kind, timeMs }) => sum + planVariants(kind, choice).length * timeMs,
    0,
  );
  const totalMs = planSetups(config).length * (START_MS + measuringMs * WARM_UP_SHARE);
  const origin = config.inputs.length === 0 ? 'synthetic minutes' : 'recorded minutes';
  const items = cases.map((one) => countText(one.items)).join(', ');
  const itemNoun = cases.every((one) => one.items === 1) ? 'item' : 'items';
  const noun = actors.join() === '1' ? 'actor' : 'actors';
  const about = roundDuration(Math.ceil(totalMs / 1000) * 1000);
  return {
    level: 'info',
    text: `${origin} of ${items} ${itemNoun}, ${actors.join(', ')} ${noun}: takes about ${about}`,
  };
}
