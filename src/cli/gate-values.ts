import { InvalidArgumentError } from 'commander';

import { parseGate, type Gate, type Metrics } from '../report/gates.js';

/** `p99>5s`; given again, the flag adds to the list. */
export function parseGates<Summary>(
  metrics: Metrics<Summary>,
): (text: string, earlier: readonly Gate[] | undefined) => readonly Gate[] {
  return (text, earlier) => {
    try {
      return [...(earlier ?? []), parseGate(text, metrics)];
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new InvalidArgumentError(cause.message);
    }
  };
}
