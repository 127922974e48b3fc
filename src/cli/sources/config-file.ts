import { accessSync, constants, readFileSync } from 'node:fs';

import { InvalidArgumentError, type Command } from 'commander';

import { AiopsError, type Notice } from '../../core/errors.js';
import { isGiven, settingsOf } from './command-line.js';
import { jsonValue } from './json-value.js';

/** In the current folder; `--config` names another file. */
const DEFAULT_CONFIG = 'aiops-serve.config.json';
/** Some editors begin a file with it. */
const BYTE_ORDER_MARK = /^\uFEFF/;
/** Longest value that a message shows, in characters. */
const MOST_SHOWN = 200;

/**
 * Applies the values of the configuration file to settings that neither the command line nor the environment has set.
 * Its keys are flags without dashes: `{ "actors": 4, "columns": ["cpu", "mem"] }`. Ignores keys in `elsewhere`, which
 * are settings of other commands.
 *
 * @throws AiopsError `config` naming the file, the key, its value and what is expected
 */
export function applyConfigFile(
  command: Command,
  path: string | undefined,
  elsewhere: ReadonlySet<string> = new Set(),
): Notice[] {
  const text = path === undefined ? readDefault() : read(path);
  if (text === null) return [];
  if (typeof text !== 'string') return [text];
  const file = path ?? DEFAULT_CONFIG;
  const known = settingsOf(command);
  for (const [key, found] of Object.entries(parseSettings(file, text))) {
    const option = known.get(key);
    if (key === '$schema' || (option === undefined && elsewhere.has(key))) continue;
    if (option === undefined || key === 'config') throw unknownSetting(file, key, known);
    if (isGiven(command, option)) continue;
    try {
      command.setOptionValueWithSource(option.attributeName(), jsonValue(option.row, found), 'config');
    } catch (cause) {
      if (!(cause instanceof InvalidArgumentError)) throw cause;
      throw new AiopsError('config', `${file}: "${key}": ${shown(found)} is invalid. ${cause.message}`);
    }
  }
  return [];
}

function unknownSetting(file: string, key: string, known: ReadonlyMap<string, unknown>): AiopsError {
  const names = [...known.keys()].filter((name) => name !== 'config');
  const near = names.filter((name) => name.startsWith(key.slice(0, 3)) || name.includes(key));
  const some = near.length > 0 ? `; similar: ${near.join(', ')}` : '';
  return new AiopsError('config', `${file}: unknown setting "${key}"`, {
    hint: `settings are flags without their dashes, as --help lists them${some}`,
  });
}

function parseSettings(file: string, text: string): object {
  const example = 'write a JSON object such as { "actors": 4, "columns": ["cpu", "mem"] }';
  let settings: unknown;
  try {
    settings = JSON.parse(text.replace(BYTE_ORDER_MARK, ''));
  } catch (cause) {
    throw new AiopsError('config', `${file} is not a configuration file: ${(cause as Error).message}`, {
      hint: example,
      cause,
    });
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new AiopsError(
      'config',
      `${file} is not a configuration file: ${shown(settings)} is not an object`,
      {
        hint: example,
      },
    );
  const repeated = repeatedKey(text);
  if (repeated === null) return settings;
  throw new AiopsError('config', `${file}: "${repeated}" is given twice`, { hint: 'remove one of them' });
}

/** The JSON of a value, truncated if it is long; a number out of range, such as 1e999, is Infinity. */
function shown(found: unknown): string {
  const text = typeof found === 'number' ? String(found) : JSON.stringify(found);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** The text of the default file; null if it does not exist, a warning if the folder cannot be entered. */
function readDefault(): string | null | Notice {
  try {
    accessSync('.', constants.X_OK);
    return readFileSync(DEFAULT_CONFIG, 'utf8');
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (syscall !== 'access') throw unreadable(cause, 'make it readable, or move it away');
    const text = `the current folder cannot be entered, so its ${DEFAULT_CONFIG}, if any, is ignored: ${message}`;
    return { level: 'warning', text };
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(cause, 'check the path given with --config');
  }
}

function unreadable(cause: unknown, hint: string): AiopsError {
  return new AiopsError('config', `cannot read the settings: ${(cause as Error).message}`, { hint, cause });
}

/**
 * The first key that occurs twice in an object of a JSON text (`JSON.parse` silently keeps the last value); null: none.
 *
 * @param text valid JSON
 */
export function repeatedKey(text: string): string | null {
  /** The keys of the enclosing objects and lists, the innermost last. */
  const around: Set<string>[] = [];
  for (const { 0: token, 1: isKey } of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') around.push(new Set());
    else if (token === '}' || token === ']') around.pop();
    else if (isKey !== undefined) {
      const key = JSON.parse(token.slice(0, -isKey.length)) as string;
      const keys = around.at(-1);
      if (keys?.has(key) === true) return key;
      keys?.add(key);
    }
  }
  return null;
}

/** A string, with the colon that makes it a key, or a bracket. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{}]/g;
