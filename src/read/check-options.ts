import { stat } from 'node:fs/promises';
import { AiopsError } from '../core/errors.js';
import { timeParser } from '../core/time.js';
import type { ParseTime } from '../core/time.js';
import { listNames } from './sample/fields.js';
import type { ReadOptions } from './options.js';

/**
 * Refuses options that cannot be; returns how they say that times are read.
 *
 * @throws AiopsError `usage`
 */
export function checkOptions(inputs: readonly string[], options: ReadOptions): ParseTime {
  if (inputs.length === 0)
    throw new AiopsError('usage', 'no input named', { hint: 'name a file, or - for standard input' });
  const inputsTwice = repeated(inputs);
  if (inputsTwice.length > 0) {
    throw new AiopsError('usage', `${listNames(inputsTwice)} is named twice`, {
      hint: 'name each input once',
    });
  }
  const twice = repeated(options.columns ?? []);
  if (twice.length > 0) {
    throw new AiopsError('usage', `--columns names ${listNames(twice)} twice`, {
      hint: 'name each column once',
    });
  }
  if (options.interval !== 'auto' && !(Number.isInteger(options.interval) && options.interval > 0)) {
    throw new AiopsError('usage', `an interval of ${options.interval} ms`, {
      hint: 'give one such as 30s, 1m or 5m',
    });
  }
  try {
    return timeParser(options.timezone);
  } catch (cause) {
    throw new AiopsError('usage', `no such time zone: ${options.timezone}`, {
      hint: 'give UTC or a name such as Europe/Berlin',
      cause,
    });
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
    if (other !== undefined) {
      throw new AiopsError('usage', `${listNames([other, input])} are the same file`, {
        hint: 'name each input once',
      });
    }
    nameOf.set(id, input);
  }
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.has(name) || !seen.add(name));
}
