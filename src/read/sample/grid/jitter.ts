/** Jitter makes no step shorter than this, as a share of the interval. */
const LEAST_STEP = 0.6;
/** With a larger share of shorter steps, it is not jitter: there is more than one record per interval. */
const MOST_SHORT = 0.1;
/** Of what moving the border gains, the share that a wider place for it may cost. */
const TOLERANCE = 0.05;

/** A run of places for the border between intervals, ms after a multiple of the interval. */
interface Places {
  readonly from: number;
  readonly until: number;
}

/** An earlier border between intervals. */
export interface Lead {
  /** How long before its label an interval should begin, ms. */
  readonly leadMs: number;
  /** How many records would otherwise share an interval with the one before. */
  readonly gained: number;
}

const NO_LEAD: Lead = { leadMs: 0, gained: 0 };

/**
 * Where to put the border of two intervals if times jitter around it: then two records of a target fall into one
 * interval, and none into the next. It stays if moving it would not help much.
 *
 * @param series for each target, its different times in order
 */
export function leadAgainstJitter(series: readonly (readonly number[])[], intervalMs: number): Lead {
  const gaps = shortSteps(series, intervalMs);
  if (gaps === null) return NO_LEAD;
  const changes = countChanges(gaps, intervalMs);
  // At each place, how many pairs of records a border there separates.
  const places: (Places & { readonly separated: number })[] = [];
  let [separated, from] = [0, 0];
  for (const [until, change] of [...changes].sort(([a], [b]) => a - b)) {
    if (until > from) places.push({ from, until, separated });
    [separated, from] = [separated + change, until];
  }
  places.push({ from, until: intervalMs, separated });
  const most = places.reduce((best, place) => Math.max(best, place.separated), 0);
  const [together, fewest] = [places[0]!.separated, most].map((count) => gaps.length - count) as [
    number,
    number,
  ];
  const gained = together - fewest;
  if (together < 2 * fewest || gained === 0) return NO_LEAD;
  const least = most - Math.floor(TOLERANCE * gained);
  const { from: first, until: end } = widestRun(places.filter((place) => place.separated >= least));
  const halfMs = Math.floor(intervalMs / 2);
  const leadMs = halfMs >= first && halfMs < end ? halfMs : intervalMs - Math.floor((first + end) / 2);
  return { leadMs, gained };
}

/** Pairs of successive times less than an interval apart; null if there are several records per interval. */
function shortSteps(series: readonly (readonly number[])[], intervalMs: number): [number, number][] | null {
  const pairs: [number, number][] = [];
  let [steps, short] = [0, 0];
  for (const times of series) {
    for (let i = 1; i < times.length; i++) {
      const [before, after] = [times[i - 1]!, times[i]!];
      steps++;
      if (after - before < intervalMs) pairs.push([before, after]);
      if (after - before < intervalMs * LEAST_STEP) short++;
    }
  }
  return short > steps * MOST_SHORT ? null : pairs;
}

/** Where a border would begin to separate a pair of times, +1, or cease to, −1. */
function countChanges(
  pairs: readonly (readonly [number, number])[],
  intervalMs: number,
): Map<number, number> {
  const changes = new Map<number, number>();
  const add = (place: number, change: number): void => {
    changes.set(place, (changes.get(place) ?? 0) + change);
  };
  for (const [before, after] of pairs) {
    // A border separates them if it is later than the first, and not later than the second.
    const [from, until] = [before + 1, after + 1].map((timeMs) => modulo(timeMs, intervalMs)) as [
      number,
      number,
    ];
    add(from, 1);
    add(until, -1);
    if (from > until) add(0, 1);
  }
  return changes;
}

/** The last run that is not much shorter than the longest: with a short lead, most records come after their label. */
function widestRun(places: readonly Places[]): Places {
  const runs: Places[] = [];
  for (const { from, until } of places) {
    const last = runs.at(-1);
    if (last?.until === from) runs[runs.length - 1] = { from: last.from, until };
    else runs.push({ from, until });
  }
  const longest = Math.max(...runs.map(({ from, until }) => until - from));
  return runs.findLast((run) => 2 * (run.until - run.from) >= longest) ?? { from: 0, until: 0 };
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
