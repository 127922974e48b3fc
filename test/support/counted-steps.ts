import type { ReadStep } from '#build/core/types.js';

import { minuteBatch, record, reject } from './records.js';

export const REJECT = reject('cpu is "x", not a number');

/** A step of one minute, with another record that was merged and two that were not selected. */
export function countedStep(accepted: number, rejected = 0): ReadStep {
  return {
    batch: minuteBatch(
      0,
      Array.from({ length: accepted }, (_, i) => record(0, `t${i}`, [1])),
    ),
    lookBack: false,
    positions: null,
    isTail: false,
    found: accepted + rejected + 1,
    rejects: Array.from({ length: rejected }, () => REJECT),
    merged: 1,
    filtered: 2,
  };
}
