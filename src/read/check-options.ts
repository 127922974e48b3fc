import { stat } from 'node:fs/promises';
import { AiopsError } from '../core/errors.js';
import { oneLine } from '../core/one-line.js';
import { ANY_TIME_FORMAT } from '../core/time/format.js';
import { compilePattern } from '../core/time/pattern.js';
import { toUtcIn } from '../core/time/zone.js';
import type { ReadOptions } from './options.js';
import { listNames } from './sample/names.js';

/**
 * Refuses invalid options.
 *
 * @throws AiopsError `usage`
 */
export function checkOptions(inputs: readonly string[], options: ReadOptions): void {
  const { columns = [], interval, timezone, timeUnit = 'auto', timeFormat } = options;
  if (inputs.length === 0) throw usage('no input named', 'name a file, or - for standard input');
  const inputsTwice = repeated(inputs);
  if (inputsTwice.length > 0)
    throw usage(
      `${listNames(inputsTwice)} ${inputsTwice.length === 1 ? 'is' : 'are'} named twice`,
      'name each input once',
    );
  const twice = repeated(columns);
  if (twice.length > 0) throw usage(`--columns names ${listNames(twice)} twice`, 'name each column once');
  if (interval !== 'auto' && !(Number.isInteger(interval) && interval > 0)) {
    throw usage(`an interval of ${interval} ms`, 'give one such as 30s, 1m or 5m');
  }
  if (options.rate !== undefined && options.duplicates === 'mean') {
    throw usage(
      '--rate needs the values of a counter as they are, and --duplicates mean averages those before and after a reset',
      'give --duplicates last or first',
    );
  }
  if (timeFormat !== undefined && timeUnit !== 'auto') {
    throw usage(
      '--time-format and --time-unit contradict each other',
      'drop one; %s in a pattern is epoch seconds',
    );
  }
  try {
    if (timeFormat !== undefined && timeFormat !== ANY_TIME_FORMAT) compilePattern(timeFormat);
  } catch (cause) {
    throw usage(
      `--time-format ${oneLine(timeFormat ?? '')} is no pattern`,
      'give one such as "%d.%m.%Y %H:%M"',
      cause,
    );
  }
  try {
    toUtcIn(timezone);
  } catch (cause) {
    throw usage(
      `no such time zone: ${timezone}`,
      'give UTC, an offset such as +02:00, or a name such as Europe/Berlin',
      cause,
    );
  }
}

/**
 * Refuses a file that is named twice by different names: each of its records would be a duplicate.
 *
 * @throws AiopsError `usage`
 */
export async function refuseSameFiles(inputs: readonly string[]): Promise<void> {
  const nameOf = new Map<string, string>();
  for (const input of inputs) {
    const stats = input === '-' ? null : await stat(input, { bigint: true }).catch(() => null); // opening reports it
    if (stats === null || !stats.isFile()) continue;
    const id = `${stats.dev}:${stats.ino}`;
    const other = nameOf.get(id);
    if (other !== undefined)
      throw usage(`${listNames([other, input])} are the same file`, 'name each input once');
    nameOf.set(id, input);
  }
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.has(name) || !seen.add(name));
}

function usage(message: string, hint: string, cause?: unknown): AiopsError {
  return new AiopsError('usage', message, cause === undefined ? { hint } : { hint, cause });
}
