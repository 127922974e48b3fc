import type { Label } from './types.js';

/** The label of two records that become one: the higher number, or the first text. */
export function strongerLabel(a: Label, b: Label): Label {
  if (typeof a === 'number' && typeof b === 'number') return Math.max(a, b);
  return a ?? b;
}
