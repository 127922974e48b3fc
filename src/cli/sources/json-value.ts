import { isDeepStrictEqual } from 'node:util';

import { InvalidArgumentError } from 'commander';

import { alternatives } from '../settings/kinds.js';
import type { Settings } from '../settings/setting.js';

type Row = Settings[string];

/**
 * The value of a setting in the configuration file.
 *
 * @throws InvalidArgumentError that says what was expected
 */
export function jsonValue(row: Row, found: unknown): unknown {
  if (row.kind.json !== 'switch') return parseTexts(row, textsOf(row, found), Array.isArray(found));
  if (typeof found === 'boolean') return found;
  throw new InvalidArgumentError('Expected true or false.');
}

/**
 * The value of a flag that is given once with each of these texts, or of a list that has them as elements.
 *
 * @throws InvalidArgumentError
 */
export function parseTexts({ kind }: Row, texts: readonly string[], areElements = false): unknown {
  const parse = (areElements ? kind.parseElement : undefined) ?? kind.parse;
  let parsed: unknown;
  for (const text of texts) parsed = parse(text, parsed as never);
  return parsed;
}

/** Whether a flag may be given several times. */
export function takesList({ kind: { json } }: Row): boolean {
  return json === 'list' || json === 'numbers' || json === 'pairs';
}

function textsOf(row: Row, found: unknown): readonly string[] {
  const isObject = typeof found === 'object' && found !== null;
  const texts = Array.isArray(found)
    ? found.map((each) => (takesList(row) ? textOf(row, each) : refuse(row)))
    : isObject && row.kind.json === 'pairs'
      ? Object.entries(found).map((pair) => pairText(row, pair))
      : [textOf(row, found)];
  return texts.length === 0 ? refuse(row) : texts;
}

function textOf(row: Row, found: unknown): string {
  const { json } = row.kind;
  if (typeof found === 'string') return found;
  if (typeof found === 'number' && (json === 'number' || json === 'numbers') && Number.isFinite(found))
    return String(found);
  if (typeof found === 'boolean' && json === 'optional-word') return String(found);
  if (typeof found === 'number' && row.flags.includes('<duration>'))
    throw new InvalidArgumentError('Write it as text with its unit, such as "60s".');
  return refuse(row);
}

function pairText(row: Row, [key, value]: readonly [string, unknown]): string {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isFinite(value)))
    throw new InvalidArgumentError(`Expected text or a number for "${key}".`);
  const text = `${key}=${value}`;
  // For example, a key with an equals sign would be split at the wrong place.
  if (isDeepStrictEqual(parseTexts(row, [text]), { [key]: String(value) })) return text;
  throw new InvalidArgumentError(`"${key}" and its value cannot be given as ${row.flags}.`);
}

function refuse({ flags, kind }: Row): never {
  const { choices, json } = kind;
  if (json === 'optional-word')
    throw new InvalidArgumentError(`Expected true, false or text, as for ${flags}.`);
  if (choices !== undefined) throw new InvalidArgumentError(`Expected one value: ${alternatives(choices)}.`);
  throw new InvalidArgumentError(`Expected ${FORMS[json]}, as for ${flags}.`);
}

const FORMS = {
  text: 'one value: text',
  number: 'one value: a number or text',
  list: 'at least one value: text, or a list of it',
  numbers: 'at least one value: a number or text, or a list of them',
  pairs: 'at least one value: text, a list of it, or an object of texts',
  switch: 'true or false',
} as const;
