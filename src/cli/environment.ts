import { InvalidArgumentError, type Command } from 'commander';

import { AiopsError, type Notice } from '../core/errors.js';
import { parseSwitch } from './values.js';

const PREFIX = 'AIOPS_SERVE_';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable of a flag: `compare-time` → `AIOPS_SERVE_COMPARE_TIME`. */
export function environmentName(flag: string): string {
  return PREFIX + flag.replaceAll('-', '_').toUpperCase();
}

/**
 * Flags without a value count as set for commander whenever their variable exists; here `false` and `0` are false.
 *
 * @throws AiopsError `usage` where the variable is neither true nor false
 */
export function applySwitches(command: Command, environment: Environment): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (!option.isBoolean() || command.getOptionValueSource(name) !== 'env') continue;
    const variable = environmentName(option.name());
    const text = environment[variable] ?? '';
    try {
      command.setOptionValueWithSource(name, parseSwitch(text), 'env');
    } catch (cause) {
      if (!(cause instanceof InvalidArgumentError)) throw cause;
      throw new AiopsError('usage', `${variable}='${text}' is invalid. ${cause.message}`, { cause });
    }
  }
}

/** A warning for each variable that looks like a setting of ours and is none, nor one of other commands. */
export function unknownVariables(
  command: Command,
  environment: Environment,
  elsewhere: ReadonlySet<string>,
): Notice[] {
  const names = [...command.options.map((option) => option.name()), ...elsewhere];
  const known = new Set(names.map(environmentName));
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(PREFIX) && !known.has(variable))
    .map((variable) => ({ level: 'warning', text: `${variable} is no setting of ${command.name()}` }));
}
