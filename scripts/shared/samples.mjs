/** Statistics of repeated measurements. */
import { percentile, sortSamples } from '#build/core/statistics.js';

export function median(samples) {
  return percentile(sortSamples(samples), 0.5);
}

/** An estimate with its interval, like `1.02 (0.92–1.26)`. */
export function estimateText({ value, low, high }, format) {
  return `${format(value)} (${format(low)}–${format(high)})`;
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled(list, random) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    const chosen = random.nextInteger(0, last);
    [copy[last], copy[chosen]] = [copy[chosen], copy[last]];
  }
  return copy;
}
