import { RandomStream } from '../core/random.js';

/**
 * Where an item's numbers come from, by kind; normalized windows are mostly small, but outliers are what is looked for.
 */
const KINDS: readonly ((random: RandomStream, position: number) => number)[] = [
  (random) => random.nextNormal(),
  (random) => 10 * random.nextNormal(),
  (random) => 0 * random.next(),
  (random) => -random.next(),
  (random) => 1e3 * random.nextNormal(),
  (random, position) => (position === 0 ? 100 * random.next() : 0),
  (random) => 4 * random.nextNormal(),
  (random) => 1e6 * random.nextNormal(),
];

/**
 * `[items, itemSize]`, numbers from 0 to 1, which are valid even for models that need positive numbers or word indexes.
 */
export function plainItems(items: number, itemSize: number): Float32Array {
  const random = new RandomStream(1);
  return Float32Array.from({ length: items * itemSize }, () => random.next());
}

/** `[items, itemSize]`, items of all magnitudes and signs, some of zeros. */
export function variedItems(items: number, itemSize: number): Float32Array {
  const random = new RandomStream(2);
  return Float32Array.from({ length: items * itemSize }, (_, i) =>
    KINDS[Math.floor(i / itemSize) % KINDS.length]!(random, i % itemSize),
  );
}

/** The step of a nudge, relative to a number: a few times the rounding of Float32. */
const NUDGE = 2 ** -20;

/** The same items, each number moved by about its rounding error. */
export function nudged(values: Float32Array, itemSize: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  const moved = values.slice();
  for (let start = 0; start < values.length; start += itemSize) {
    const item = values.subarray(start, start + itemSize);
    const least = 1e-3 * item.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    for (const [i, value] of item.entries())
      moved[start + i] = value + NUDGE * Math.max(Math.abs(value), least) * (2 * random.next() - 1);
  }
  return moved;
}

/** The numbers from 0 to `count` − 1 in another order. */
export function shuffled(count: number, seed: number): Int32Array {
  const random = new RandomStream(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.nextInteger(0, i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
