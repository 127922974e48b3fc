import { stat } from 'node:fs/promises';
import { AiopsError } from '../core/errors.js';
import type { DuplicatePolicy } from '../core/minute.js';
import { oneLine } from '../core/one-line.js';
import type { Shard } from '../core/shard.js';
import { timeParser } from '../core/time.js';
import type { ParseTime } from '../core/time.js';

export interface ReadOptions {
  readonly format: 'auto' | 'csv' | 'jsonl';
  readonly timeColumn?: string;
  readonly targetColumn?: string;
  readonly labelColumn?: string;
  /** The metric columns, in this order; default: all numeric ones. */
  readonly columns?: readonly string[];
  /** New name → name in the file. */
  readonly map: Readonly<Record<string, string>>;
  /** Only these targets; `*` stands for any text. */
  readonly targets?: readonly string[];
  /** Only targets whose hash falls to this shard, `index` from 1 to `count`; null: all. */
  readonly shard: Shard | null;
  /** Only minutes from this one on, epoch ms; null: from the first. */
  readonly fromMs: number | null;
  /** Only minutes before this one, epoch ms; null: to the last. */
  readonly toMs: number | null;
  /** For times without a zone: `UTC` or an IANA name. */
  readonly timezone: string;
  /** ms */
  readonly interval: 'auto' | number;
  /** Intervals that a file may go back in time. */
  readonly grace: number;
  readonly duplicates: DuplicatePolicy;
  /** The shape required of two-dimensional values, `[window, columns]`; null: they are not allowed. */
  readonly ownWindow: { readonly window: number } | null;
  /** Intervals before the first minute that its windows and warm-up depend on. */
  readonly lookBackIntervals: number;
  /** Whether inputs arrive in real time, so that the clock closes minutes as well. */
  readonly live?: boolean;
  /** Intervals that a record of a live input may be ahead of this machine's clock; default: any number. */
  readonly maxAhead?: number;
  readonly maxLineBytes: number;
  /** How many times its size a compressed input may unpack to. */
  readonly maxExpansion: number;
}

/** The part of the options that does not depend on the model. */
export type ReadSettings = Omit<ReadOptions, 'ownWindow' | 'lookBackIntervals'>;

/**
 * Refuses invalid options; returns how to parse times.
 *
 * @throws AiopsError `usage`
 */
export function checkOptions(inputs: readonly string[], options: ReadOptions): ParseTime {
  const { columns = [], interval, timezone } = options;
  if (inputs.length === 0) throw usage('no input named', 'name a file, or - for standard input');
  const inputsTwice = repeated(inputs);
  if (inputsTwice.length > 0) throw usage(`${listNames(inputsTwice)} is named twice`, 'name each input once');
  const twice = repeated(columns);
  if (twice.length > 0) throw usage(`--columns names ${listNames(twice)} twice`, 'name each column once');
  if (interval !== 'auto' && !(Number.isInteger(interval) && interval > 0)) {
    throw usage(`an interval of ${interval} ms`, 'give one such as 30s, 1m or 5m');
  }
  try {
    return timeParser(timezone);
  } catch (cause) {
    throw usage(`no such time zone: ${timezone}`, 'give UTC or a name such as Europe/Berlin', cause);
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

/** `--map` inverted, name in the file → new name: every field of every file looks its name up. */
const RENAMED = new WeakMap<ReadOptions['map'], ReadonlyMap<string, string>>();

/** The name of a field after `--map`. */
export function newName(field: string, { map }: Pick<ReadOptions, 'map'>): string {
  let renamed = RENAMED.get(map);
  if (renamed === undefined) {
    // Reversed, so that the first of several new names for one field wins.
    renamed = new Map(
      Object.entries(map)
        .map(([name, old]) => [old, name] as const)
        .reverse(),
    );
    RENAMED.set(map, renamed);
  }
  return renamed.get(field) ?? field;
}

/** A list of names for a message, cut if it would be too long to read. */
export function listNames(names: readonly string[], most = 12): string {
  if (names.length === 0) return 'nothing';
  const shown = names.slice(0, most).map((name) => (name === '' ? '(nameless)' : oneLine(name)));
  return shown.join(', ') + (names.length > most ? `, … (${names.length - most} more)` : '');
}
