import { InvalidArgumentError } from 'commander';

import { AiopsError, type Notice } from '../../core/errors.js';
import { parseGate, type Gate, type Metrics } from '../../report/gates.js';
import type { Kind } from './setting.js';

/**
 * Conditions such as `p99>5s`, as text. Metrics of another command are accepted as well, because all commands share one
 * environment and one configuration file; `ownGates` separates them.
 */
export function conditions<Own, Other>(
  metrics: Metrics<Own>,
  elsewhere: Metrics<Other>,
): Kind<readonly string[]> {
  return {
    parse(text, earlier) {
      const problem = problemOf(text, metrics);
      if (problem !== null && problemOf(text, elsewhere) !== null) throw new InvalidArgumentError(problem);
      return [...(earlier ?? []), text];
    },
    show: (texts) => texts.join(' --fail-if '),
    json: 'list',
  };
}

/**
 * The conditions on metrics of this command, and a notice for each that is ignored.
 *
 * @throws AiopsError `usage` if the command line has a condition on a metric of another command
 */
export function ownGates<Own>(
  texts: readonly string[],
  metrics: Metrics<Own>,
  { isTyped, command }: { readonly isTyped: boolean; readonly command: string },
): { readonly gates: readonly Gate[]; readonly notices: readonly Notice[] } {
  const gates: Gate[] = [];
  const notices: Notice[] = [];
  for (const text of texts) {
    const problem = problemOf(text, metrics);
    if (problem === null) gates.push(parseGate(text, metrics));
    else if (isTyped) throw new AiopsError('usage', `--fail-if '${text}' is invalid. ${problem}`);
    else notices.push({ level: 'info', text: `ignored --fail-if '${text}': ${command} has no such metric` });
  }
  return { gates, notices };
}

/** Why a condition on these metrics is invalid; null: it is valid. */
function problemOf<Result>(text: string, metrics: Metrics<Result>): string | null {
  try {
    parseGate(text, metrics);
    return null;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return cause.message;
  }
}
