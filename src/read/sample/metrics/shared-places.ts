import type { Intervals } from '../../../core/grid.js';
import type { FileSample } from '../sampler.js';

/** What a sample shows of one metric: its value by target and interval. */
export interface SampledPlaces {
  readonly targets: ReadonlySet<string>;
  /** By interval, epoch ms, then by target. */
  readonly values: ReadonlyMap<number, ReadonlyMap<string, number>>;
  readonly span: Span;
}

/** The first interval and the last, epoch ms. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `target`: of all records; null: each names its own. */
export function placesOf(
  { sampled }: Pick<FileSample, 'sampled'>,
  { field, target }: { readonly field: string; readonly target: string | null },
  intervals: Intervals,
): SampledPlaces {
  const column = sampled.names.indexOf(field);
  const targets = new Set<string>();
  const values = new Map<number, Map<string, number>>();
  for (const record of sampled.records) {
    if (!record.isWhole) continue;
    const name = target ?? record.target;
    const minuteMs = intervals.of(record.timeMs);
    const byTarget = values.get(minuteMs) ?? new Map<string, number>();
    values.set(minuteMs, byTarget.set(name, record.values?.[column] ?? NaN));
    targets.add(name);
  }
  return { targets, values, span: spanOf(values.keys()) };
}

/** Of the shorter sample, this share must be within the longer one. */
const MOST_OF_TIME = 0.5;
/** Of the places there, this share must be in both, and more than one. */
const MOST_OF_PLACES = 0.5;
const MIN_PLACES = 2;

/** Whether two samples are of the same targets and times, rather than of days that meet. */
export function areOfSamePlaces(a: SampledPlaces, b: SampledPlaces): boolean {
  const [ofA, ofB] = [a.span, b.span];
  const span = { fromMs: Math.max(ofA.fromMs, ofB.fromMs), toMs: Math.min(ofA.toMs, ofB.toMs) };
  const shorterMs = Math.min(ofA.toMs - ofA.fromMs, ofB.toMs - ofB.fromMs);
  const longerMs = Math.max(ofA.toMs - ofA.fromMs, ofB.toMs - ofB.fromMs);
  const commonMs = span.toMs - span.fromMs;
  if (commonMs < MOST_OF_TIME * shorterMs || (commonMs <= 0 && longerMs > 0)) return false;
  const fewer = Math.min(countIn(a, span), countIn(b, span));
  const shared = sharedValues(a, b).length;
  return shared >= MIN_PLACES && shared >= MOST_OF_PLACES * fewer;
}

/** How far values of one quantity, measured twice, are apart at most, as a share of them. */
const NEAR = 0.01;

/** Whether most values that two samples share are about equal, so that one repeats the other. Zeros show nothing. */
export function areCopies(a: SampledPlaces, b: SampledPlaces): boolean {
  const telling = sharedValues(a, b).filter(([one, other]) => one !== 0 || other !== 0);
  const equal = telling.filter(
    ([one, other]) => Math.abs(one - other) <= NEAR * Math.max(Math.abs(one), Math.abs(other)),
  );
  return equal.length > 0 && 2 * equal.length >= telling.length;
}

function sharedValues(a: SampledPlaces, b: SampledPlaces): (readonly [number, number])[] {
  const shared: (readonly [number, number])[] = [];
  for (const [minuteMs, ofA] of a.values) {
    const ofB = b.values.get(minuteMs);
    if (ofB === undefined) continue;
    for (const [target, value] of ofA) {
      const other = ofB.get(target);
      if (other !== undefined) shared.push([value, other]);
    }
  }
  return shared;
}

function spanOf(minutes: Iterable<number>): Span {
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const minuteMs of minutes) {
    fromMs = Math.min(fromMs, minuteMs);
    toMs = Math.max(toMs, minuteMs);
  }
  return { fromMs, toMs };
}

function countIn({ values }: SampledPlaces, { fromMs, toMs }: Span): number {
  let count = 0;
  for (const [minuteMs, targets] of values) if (minuteMs >= fromMs && minuteMs <= toMs) count += targets.size;
  return count;
}
