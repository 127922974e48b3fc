/** Significant digits of a plotted number: more would not be seen. */
const DIGITS = 5;

/** Enough decimals for two thousand steps between the smallest and the largest value. */
export function decimalsFor(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  const range = Math.max(...finite) - Math.min(...finite); // hundreds of buckets, not more
  return range > 0 ? Math.min(20, Math.max(0, Math.ceil(-Math.log10(range / 2000)))) : 6;
}

/** As short as a plot allows. */
export function shortNumber(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
