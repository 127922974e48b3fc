import { isDeepStrictEqual } from 'node:util';

import { InvalidArgumentError } from 'commander';

import type { SettingOption } from './add-options.js';

/**
 * The value of a setting in the configuration file. Which JSON it takes follows from its row in the table of flags: a
 * switch takes true and false, every other flag text, and some a number, a list or an object as well.
 *
 * @throws InvalidArgumentError that says what was expected
 */
export function settingValue(option: SettingOption, found: unknown): unknown {
  if (!option.isBoolean()) return parseTexts(option, textsOf(option, found));
  if (typeof found === 'boolean') return found;
  throw new InvalidArgumentError('Expected true or false.');
}

/** What a flag's value is when it is given with each of these texts in turn. @throws InvalidArgumentError */
export function parseTexts({ parseArg }: SettingOption, texts: readonly string[]): unknown {
  let parsed: unknown;
  for (const text of texts) parsed = parseArg ? parseArg<unknown>(text, parsed) : text;
  return parsed;
}

function textsOf(option: SettingOption, found: unknown): readonly string[] {
  const isObject = typeof found === 'object' && found !== null;
  const texts = Array.isArray(found)
    ? found.map((each) => (takesList(option) ? textOf(option, each) : refuse(option)))
    : isObject && option.row.json === 'pairs'
      ? Object.entries(found).map((pair) => pairText(option, pair))
      : [textOf(option, found)];
  return texts.length === 0 ? refuse(option) : texts;
}

function textOf(option: SettingOption, found: unknown): string {
  if (typeof found === 'string') return found;
  if (typeof found === 'number' && option.row.json === 'number' && Number.isFinite(found))
    return String(found);
  if (typeof found === 'boolean' && option.row.json === 'switch') return String(found);
  return refuse(option);
}

function pairText(option: SettingOption, [key, value]: readonly [string, unknown]): string {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value)))
    throw new InvalidArgumentError(`Expected text or a number for "${key}".`);
  const text = `${key}=${value}`;
  // A key with an equals sign, for instance, would be read as another one.
  if (isDeepStrictEqual(parseTexts(option, [text]), { [key]: String(value) })) return text;
  throw new InvalidArgumentError(`"${key}" and its value cannot be given as ${option.flags}.`);
}

/** A parser that takes what came before is one of a flag that may be given several times. */
function takesList({ row }: SettingOption): boolean {
  return (row.parse?.length ?? 0) > 1;
}

function refuse(option: SettingOption): never {
  const { choices, json } = option.row;
  if (json === 'switch')
    throw new InvalidArgumentError(`Expected true, false or text, as for ${option.flags}.`);
  const scalar = json === 'number' ? 'a number or text' : 'text';
  const many = json === 'pairs' ? ', a list of it, or an object of texts' : ', or a list of it';
  const amount = takesList(option) ? 'at least one value' : 'one value';
  const form = `${scalar}${takesList(option) ? many : ''}, as for ${option.flags}`;
  throw new InvalidArgumentError(`Expected ${amount}: ${choices?.join(', ') ?? form}.`);
}
