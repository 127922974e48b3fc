import { median } from '../core/statistics.js';

/** The outputs of items, each as a list of numbers. */
export type ItemOutputs = readonly (readonly number[])[];

/** How the outputs of items differ from those expected. */
export interface Difference {
  /** The largest, relative to the largest number of its item; null: the counts of numbers differ, or all are zeros. */
  readonly share: number | null;
  /** Of the first item that differs by more than rounding; null: none does. */
  readonly example: string | null;
}

/** Relative to an item's largest number: libraries add up in other orders. */
const TOLERANCE = 1e-4;
/** Of the typical item's largest number: rounding leaves a difference where an item's own numbers cancel out. */
const LEAST_SIZE = 0.01;

export function differenceOf(found: ItemOutputs, expected: ItemOutputs): Difference {
  const sizes = expected.map((numbers) => numbers.reduce((most, one) => Math.max(most, Math.abs(one)), 0));
  const least = LEAST_SIZE * median(sizes);
  let share = 0;
  let example: string | null = null;
  for (const [i, numbers] of expected.entries()) {
    const own = found[i] ?? [];
    if (own.length !== numbers.length)
      return { share: null, example: `item ${i + 1} has ${own.length} in place of ${numbers.length}` };
    const size = Math.max(sizes[i]!, least);
    for (const [k, number] of numbers.entries()) {
      const difference = own[k] === number ? 0 : Math.abs(own[k]! - number) / size;
      if (!(difference <= TOLERANCE)) example ??= `item ${i + 1} has ${own[k]} in place of ${number}`;
      share = Math.max(share, difference);
    }
  }
  return { share: Number.isFinite(share) ? share : null, example };
}
