import { InvalidArgumentError, type Command } from 'commander';

import { AiopsError, type Notice } from '../../core/errors.js';
import { isGiven, settingsOf } from './command-line.js';
import { parseTexts } from './json-value.js';

const PREFIX = 'AIOPS_SERVE_';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable of a flag: `compare-time` → `AIOPS_SERVE_COMPARE_TIME`. */
function environmentName(flag: string): string {
  return PREFIX + flag.replaceAll('-', '_').toUpperCase();
}

/**
 * Applies environment variables to settings that the command line has not set. Commander itself would turn on flags
 * without a value, whatever their variable says.
 *
 * @throws AiopsError `config` naming the variable, its value and what is expected
 */
export function applyEnvironment(command: Command, environment: Environment): void {
  for (const [flag, option] of settingsOf(command)) {
    const variable = environmentName(flag);
    const text = environment[variable];
    if (text === undefined || isGiven(command, option)) continue;
    try {
      command.setOptionValueWithSource(option.attributeName(), parseTexts(option.row, [text]), 'env');
    } catch (cause) {
      if (!(cause instanceof InvalidArgumentError)) throw cause;
      throw new AiopsError('config', `${variable}='${text}' is invalid. ${cause.message}`, { cause });
    }
  }
}

/** A warning for each variable with our prefix that is not a setting; `known`: flags of all commands. */
export function unknownVariables(environment: Environment, known: ReadonlySet<string>): Notice[] {
  const variables = new Set([...known].map(environmentName));
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(PREFIX) && !variables.has(variable))
    .map((variable) => ({ level: 'warning', text: `${variable} is not a setting of aiops-serve` }));
}
