import type { Band } from './charts/band-series.js';
import type { ChosenTarget } from './charts/target-charts.js';
import type { TargetBucket } from './charts/target-series.js';
import type { BandLine, TargetLine } from '../../report/html/plot-data.js';

/** What a plot can show of a number, and short to write. */
const DIGITS = 5;

export function bandLine(name: string, bands: readonly Band[]): BandLine {
  const isSingle = bands.every(({ count }) => count === 1);
  return {
    name,
    x: bands.map(({ firstMs }) => firstMs / 1000),
    median: bands.map(({ median }) => shortNumber(median)),
    range: isSingle
      ? null
      : { min: bands.map(({ min }) => shortNumber(min)), max: bands.map(({ max }) => shortNumber(max)) },
  };
}

export function targetLine(
  { series, column }: ChosenTarget,
  columns: readonly string[],
  intervalMs: number,
): TargetLine {
  const { buckets } = series;
  const lows = buckets.map((bucket) => bucket.low[column] ?? NaN);
  const highs = buckets.map((bucket) => bucket.high[column] ?? NaN);
  const decimals = decimalsFor([...lows, ...highs]);
  const [low, high] = [lows, highs].map((values) =>
    values.map((value) => (Number.isFinite(value) ? Number(value.toFixed(decimals)) : null)),
  ) as [(number | null)[], (number | null)[]];
  return {
    target: series.target,
    column: columns[column] ?? '',
    minutesPerBucket: series.minutesPerBucket,
    steps: buckets.map(({ firstMs }, i) => (firstMs - (buckets[i - 1]?.firstMs ?? 0)) / 1000),
    end: ((buckets[buckets.length - 1]?.lastMs ?? 0) + intervalMs) / 1000,
    low,
    high: high.every((value, i) => value === low[i]) ? null : high,
    score: buckets.map(({ score }) => (Number.isFinite(score) ? shortNumber(score) : null)),
    flagged: indicesWhere(buckets, ({ flagged }) => flagged > 0),
    labelled: indicesWhere(buckets, ({ labelled }) => labelled > 0),
  };
}

function indicesWhere(buckets: readonly TargetBucket[], holds: (bucket: TargetBucket) => boolean): number[] {
  return [...buckets.keys()].filter((i) => holds(buckets[i]!));
}

/** Decimals that tell two thousand steps between the smallest and the largest value apart. */
function decimalsFor(values: readonly number[]): number {
  const there = values.filter(Number.isFinite);
  const range = Math.max(...there) - Math.min(...there); // hundreds of buckets, not more
  return range > 0 ? Math.min(20, Math.max(0, Math.ceil(-Math.log10(range / 2000)))) : 6;
}

function shortNumber(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
