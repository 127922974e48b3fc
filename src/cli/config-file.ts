import { readFileSync } from 'node:fs';

import { InvalidArgumentError, type Command, type Option } from 'commander';
import { z } from 'zod';

import { AiopsError } from '../core/errors.js';

/** Taken from the current folder when there is one; `--config` names another. */
const DEFAULT_CONFIG = 'aiops-serve.config.json';

const value = z.union([z.string(), z.number(), z.boolean()]);
const schema = z.record(
  z.string(),
  z.union(
    [value, z.array(value), z.record(z.string(), z.union([z.string(), z.number()]))],
    'expected a text, a number, true or false, or a list or object of such',
  ),
);

/**
 * Gives every option that neither the command line nor the environment has set its value from the
 * configuration file: `{ "actors": 4, "columns": ["cpu", "mem"] }`, keys being flags without their dashes. Keys
 * that `elsewhere` has, settings of other commands, are passed over.
 *
 * @throws AiopsError `config` naming the file, the key and what was expected
 */
export function applyConfigFile(
  command: Command,
  path: string | undefined,
  elsewhere: ReadonlySet<string> = new Set(),
): void {
  const settings = readSettings(path ?? DEFAULT_CONFIG, path !== undefined);
  const options = new Map(command.options.map((option) => [option.name(), option]));
  for (const [key, setting] of Object.entries(settings)) {
    const option = options.get(key);
    if (option === undefined && elsewhere.has(key)) continue;
    if (option === undefined || key === 'config') {
      throw new AiopsError('config', `${path ?? DEFAULT_CONFIG}: unknown setting "${key}"`, {
        hint: `settings are flags without their dashes: ${[...options.keys()].filter((name) => name !== 'config').join(', ')}`,
      });
    }
    const source = command.getOptionValueSource(option.attributeName());
    if (source !== undefined && source !== 'default') continue;
    command.setOptionValueWithSource(option.attributeName(), parse(option, setting, path), 'config');
  }
}

function parse(option: Option, setting: z.infer<typeof schema>[string], path: string | undefined): unknown {
  if (option.isBoolean() && typeof setting === 'boolean') return setting;
  const { argChoices, parseArg } = option;
  try {
    const texts = settingTexts(setting);
    // A parser that takes what came before is one of a flag that may be given several times.
    const isList = argChoices === undefined && (parseArg?.length ?? 0) > 1;
    if (typeof setting === 'object' && (!isList || texts.length === 0))
      throw new InvalidArgumentError(isList ? 'Expected at least one value.' : 'Expected one value.');
    if (argChoices !== undefined) return chosen(argChoices, String(texts[0]));
    let parsed: unknown;
    // As on the command line, where a flag that is given again adds to what it was.
    for (const text of texts) parsed = parseArg ? parseArg<unknown>(text, parsed) : text;
    return parsed;
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    throw new AiopsError(
      'config',
      `${path ?? DEFAULT_CONFIG}: "${option.name()}": ${JSON.stringify(setting)} is invalid. ${cause.message}`,
    );
  }
}

function chosen(choices: readonly string[], text: string): string {
  if (choices.includes(text)) return text;
  throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
}

function settingTexts(setting: z.infer<typeof schema>[string]): readonly string[] {
  if (Array.isArray(setting)) return setting.map(String);
  if (typeof setting !== 'object') return [String(setting)];
  return Object.entries(setting).map(([key, text]) => `${key}=${text}`);
}

function readSettings(path: string, required: boolean): z.infer<typeof schema> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new AiopsError('config', `cannot read the settings: ${(cause as Error).message}`, {
      hint: 'check the path given with --config',
      cause,
    });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new AiopsError('config', `${path} is no configuration: ${why}`, {
      hint: 'it is a JSON object such as { "actors": 4, "columns": ["cpu", "mem"] }',
      cause,
    });
  }
}
