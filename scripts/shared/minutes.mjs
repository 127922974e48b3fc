/** Minutes to serve, made of windows instead of a recording. */
import { syntheticTarget } from '#build/bench/synthetic.js';

/**
 * A block of one minute: each target is one item with a long life.
 *
 * @param values `[items, window, width]`, oldest first
 */
export function minuteOf(values, { window, width = 1 }) {
  const items = values.length / (window * width);
  return {
    intervalMs: 60_000,
    window,
    width,
    minutesMs: [Date.UTC(2024, 0, 1)],
    intervals: window,
    targets: Array.from({ length: items }, (_, item) => syntheticTarget(item)),
    columns: new Array(items).fill(null),
    values,
    present: new Uint8Array(items).fill(1),
    bornAt: new Int32Array(items).fill(-window),
    seenAt: new Int32Array(items).fill(-1),
    labels: null,
  };
}
