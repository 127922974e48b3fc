import type { ModelOutput } from '../core/types.js';
import type { Outputs } from './backends/backend.js';

/** Tolerance where only other items of a call changed: no kernel rounds an item differently for that. */
const SAME_PLACE = 1e-6;
/** Tolerance for an item elsewhere in a call, or in a call of another size. */
export const OTHER_PLACE = 1e-4;

/** Stands for an item of zeros, as padding has. */
export const PADDING = -1;

/** Items with the model's answers to them: twice as many as the calls of the check have, to mix calls from. */
export interface KnownAnswers {
  /** Items per call of the check. */
  readonly items: number;
  readonly itemSize: number;
  /** `[2 × items, itemSize]` */
  readonly inputs: Float32Array;
  readonly layout: readonly ModelOutput[];
  readonly width: number;
  /** `[2 × items, width]`, each from the place `item % items` of a call. */
  readonly values: Float32Array;
}

/** A number of an item's answer that is not what it was. */
export interface Deviation {
  readonly item: number;
  /** Where the item was in the call. */
  readonly place: number;
  readonly output: string;
  readonly expected: number;
  readonly found: number;
}

export interface Comparison {
  /** Items compared. */
  readonly compared: number;
  /** At most one for each item. */
  readonly deviations: readonly Deviation[];
  readonly hasSameBits: boolean;
}

/** The input of a call, from the known items at its places. */
export function arrangedInput({ inputs, itemSize }: KnownAnswers, arrangement: Int32Array): Float32Array {
  const input = new Float32Array(arrangement.length * itemSize);
  for (const [place, item] of arrangement.entries()) {
    if (item !== PADDING)
      input.set(inputs.subarray(item * itemSize, (item + 1) * itemSize), place * itemSize);
  }
  return input;
}

/**
 * Compares the answers of a call with those known.
 *
 * @param tolerance relative to the largest number of the same output of an item; by default strict where the item has
 *   kept its place
 */
export function compareAnswers(
  known: KnownAnswers,
  arrangement: Int32Array,
  { width, values }: Outputs,
  tolerance?: number,
): Comparison {
  const deviations: Deviation[] = [];
  let compared = 0;
  let hasSameBits = true;
  for (const [place, item] of arrangement.entries()) {
    if (item === PADDING) continue;
    compared++;
    const isInPlace = arrangement.length === known.items && item % known.items === place;
    const expected = known.values.subarray(item * known.width, (item + 1) * known.width);
    const found = values.subarray(place * width, (place + 1) * width);
    hasSameBits &&= expected.every((value, i) => Object.is(value, found[i]));
    const at = deviatingAt(
      known.layout,
      expected,
      found,
      tolerance ?? (isInPlace ? SAME_PLACE : OTHER_PLACE),
    );
    if (at === null) continue;
    deviations.push({ item, place, output: at.name, expected: expected[at.i]!, found: found[at.i]! });
  }
  return { compared, deviations, hasSameBits };
}

/** The first number that differs by more than the tolerance, relative to the largest number of the same output. */
function deviatingAt(
  layout: readonly ModelOutput[],
  expected: Float32Array,
  found: Float32Array,
  tolerance: number,
): { readonly name: string; readonly i: number } | null {
  let start = 0;
  for (const { name, size } of layout) {
    const end = start + size;
    let largest = 0;
    for (let i = start; i < end; i++) {
      const magnitude = Math.abs(expected[i]!);
      if (Number.isFinite(magnitude)) largest = Math.max(largest, magnitude);
    }
    for (let i = start; i < end; i++) {
      const [one, other] = [expected[i]!, found[i]!];
      if (!Object.is(one, other) && !(Math.abs(one - other) <= tolerance * largest)) return { name, i };
    }
    start = end;
  }
  return null;
}
