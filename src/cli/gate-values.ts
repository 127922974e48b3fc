import { InvalidArgumentError, type Command } from 'commander';

import { AiopsError, type Notice } from '../core/errors.js';
import { parseGate, type Gate, type Metrics } from '../report/gates.js';

/** A gate of another command, which shares the environment and the settings file with this one. */
interface ForeignGate {
  readonly condition: string;
  /** Says which metrics there are here. */
  readonly why: string;
}

/** The option that holds gates, as commander names it. */
const OPTION = 'failIf';

/**
 * `p99>5s`; given again, the flag adds to the list. Gates on metrics that only another command has are kept apart:
 * `passOverForeignGates` must see to them.
 */
export function parseGates<Own, Other>(
  metrics: Metrics<Own>,
  elsewhere: Metrics<Other>,
): (text: string, earlier: readonly (Gate | ForeignGate)[] | undefined) => readonly (Gate | ForeignGate)[] {
  return (text, earlier) => {
    try {
      return [...(earlier ?? []), parseGate(text, metrics)];
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const foreign = foreignGate(text, elsewhere, cause.message);
      if (foreign === null) throw new InvalidArgumentError(cause.message);
      return [...(earlier ?? []), foreign];
    }
  };
}

function foreignGate<Other>(text: string, elsewhere: Metrics<Other>, why: string): ForeignGate | null {
  try {
    return { condition: parseGate(text, elsewhere).condition, why };
  } catch {
    return null;
  }
}

/**
 * Takes the gates of other commands out of the command's option: one environment and one file may hold the gates of
 * all. Says which ones.
 *
 * @throws AiopsError `usage` where the command line has one
 */
export function passOverForeignGates(command: Command): Notice[] {
  const gates = command.getOptionValue(OPTION) as readonly (Gate | ForeignGate)[] | undefined;
  const foreign = (gates ?? []).filter((gate) => 'why' in gate);
  const [first] = foreign;
  if (gates === undefined || first === undefined) return [];
  const source = command.getOptionValueSource(OPTION);
  if (source === 'cli') {
    throw new AiopsError('usage', `--fail-if '${first.condition}' is invalid. ${first.why}`);
  }
  const own = gates.filter((gate) => !('why' in gate));
  command.setOptionValueWithSource(OPTION, own, source);
  return foreign.map(({ condition }) => ({
    level: 'info',
    text: `--fail-if '${condition}' is passed over: ${command.name()} has no such metric`,
  }));
}
