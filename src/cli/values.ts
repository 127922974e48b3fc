import { InvalidArgumentError } from 'commander';

import { timeParser } from '../core/time.js';
import type { VerifyInput } from '../read/snapshot/compare-inputs.js';
import type { ActorRange } from '../bench/bench-config.js';
import type { RejectLimit } from '../core/counts.js';
import type { ActorCount } from '../core/actor-count.js';

/* Each parser takes the text of a flag, an environment variable or the configuration file. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A hundred years: anything longer would sooner or later not be a number any more. */
const LONGEST_DURATION_MS = 36_500 * 86_400_000;

/** `500ms`, `10s`, `1m`, `1h`, `1d` → ms, more than 0. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit ?? ''] ?? NaN);
  if (ms > 0 && ms <= LONGEST_DURATION_MS) return ms;
  throw new InvalidArgumentError('Expected a duration such as 500ms, 10s, 1m or 1h, at most 36500d.');
}

/** A duration, or `0`. */
export function parseDurationOrZero(text: string): number {
  return /^0(ms|s|m|h|d)?$/.test(text) ? 0 : parseDuration(text);
}

/** `2/3`: the second of three shares. */
export function parseShard(text: string): { readonly index: number; readonly count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count && shard.count <= MOST_SHARDS)) {
    throw new InvalidArgumentError(
      `Expected a share such as 2/3: the second of three, at most ${MOST_SHARDS}.`,
    );
  }
  return shard;
}

const MOST_SHARDS = 10_000;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** `16MiB`, `500KB`, `1.5GB`, `4096` → whole bytes, at least 1; units in any case. */
export function parseSize(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(amount) * (UNIT_BYTES[unit?.toUpperCase() ?? ''] ?? NaN));
  if (!(bytes >= 1 && Number.isSafeInteger(bytes)))
    throw new InvalidArgumentError('Expected a size such as 16MiB, 500KB, 2GB or a number of bytes.');
  return bytes;
}

/** The longest line that fits a string of V8 with room to spare. */
const MOST_LINE_BYTES = 256 * 2 ** 20;
const LEAST_LINE_BYTES = 64;

/** What one line may take at most. */
export function parseLineSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes < LEAST_LINE_BYTES || bytes > MOST_LINE_BYTES)
    throw new InvalidArgumentError('Expected a size from 64 bytes to 256MiB.');
  return bytes;
}

const SLOWEST_PACE = 1e-6;
const FASTEST_PACE = 1e9;

/** `realtime`, `10x`, `0.5x` → recorded time over real time; `max` → Infinity, since commander makes `''` of null. */
export function parsePace(text: string): number {
  if (text === 'max') return Infinity;
  const [, digits] = /^(\d+(?:\.\d+)?)x$/.exec(text === 'realtime' ? '1x' : text) ?? [];
  const pace = Number(digits);
  if (pace >= SLOWEST_PACE && pace <= FASTEST_PACE) return pace;
  throw new InvalidArgumentError(
    'Expected realtime, a factor such as 10x or 0.5x, or max; the factor is 0.000001 to 1000000000.',
  );
}

const LONGEST_INTERVAL_MS = 366 * 86_400_000;

/** `auto` or a duration from a second to a year. */
export function parseInterval(text: string): 'auto' | number {
  if (text === 'auto') return text;
  const ms = parseDuration(text);
  if (ms < 1000 || ms > LONGEST_INTERVAL_MS || !Number.isInteger(ms)) {
    throw new InvalidArgumentError('An interval is at least 1s and at most 366d; or give auto.');
  }
  return ms;
}

export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

const MOST_ACTORS = 1024;

/** `4`, `30%` (of the usable processors) or `auto` (all of them). */
export function parseActors(text: string): ActorCount {
  if (text === 'auto') return { kind: 'auto' };
  const [, digits, percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined || value < 1 || value > MOST_ACTORS) {
    throw new InvalidArgumentError(`Expected 1 to ${MOST_ACTORS} actors, a share such as 30%, or auto.`);
  }
  return percent === '%' ? { kind: 'share', share: value / 100 } : { kind: 'count', count: value };
}

/** `4`, `30%` or `auto`: up to so many; `1,2,4`, or given several times: exactly these. */
export function parseActorRange(text: string, earlier: ActorRange | undefined): ActorRange {
  const counts = parseEach(parseActors)(text, countsOf(earlier));
  const [only] = counts;
  return only !== undefined && counts.length === 1 && !text.includes(',')
    ? { kind: 'up-to', most: only }
    : { kind: 'exactly', counts };
}

function countsOf(range: ActorRange | undefined): readonly ActorCount[] | undefined {
  return range?.kind === 'up-to' ? [range.most] : range?.counts;
}

/** `a,b,c`, each by a parser of its own; given again, the flag adds to the list. */
export function parseEach<T>(
  parse: (text: string) => T,
): (text: string, earlier: readonly T[] | undefined) => readonly T[] {
  return (text, earlier) => [...(earlier ?? []), ...parseList(text, undefined).map(parse)];
}

const MOST_ITEMS = 1_000_000;

/** `100,500,2000` */
export const parseItemCounts = parseEach(parseWhole(1, MOST_ITEMS));

/** `100` or `2.5%`. */
export function parseRejectLimit(text: string): RejectLimit {
  const [, share] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (share !== undefined && Number(share) <= 100) return { kind: 'share', share: Number(share) / 100 };
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(count)) return { kind: 'count', count };
  throw new InvalidArgumentError('Expected a number of records such as 100, or a share such as 1%.');
}

const MOST_ITEMS_A_CALL = 65_536;

/** `64` or `auto`. */
export function parseBatchSize(text: string): number | 'auto' {
  return text === 'auto' ? text : parseWhole(1, MOST_ITEMS_A_CALL)(text);
}

/** One of a few words, where leaving the flag away means something else than any of them. */
export function parseOneOf<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Expected ${words.join(', ')}.`);
  };
}

/** Any finite decimal number. */
export function parseNumber(text: string): number {
  const value = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** `each`, or `a,b,c`; given again, the flag adds to the list. */
export function parseModelColumns(
  text: string,
  earlier: 'each' | readonly string[] | undefined,
): 'each' | readonly string[] {
  return text === 'each' ? text : parseList(text, earlier === 'each' ? undefined : earlier);
}

/** `key=value`, the value being any text; given again, the flag adds to what there is. */
export function parseParam(
  text: string,
  earlier: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected KEY=VALUE.');
  const key = text.slice(0, at);
  const before = Object.entries(earlier ?? {});
  if (before.some(([other]) => other === key)) throw new InvalidArgumentError(`"${key}" is given twice.`);
  return Object.fromEntries([...before, [key, text.slice(at + 1)]]);
}

/** `a,b,c`; given again, the flag adds to the list. */
export function parseList(text: string, earlier: readonly string[] | undefined): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected names separated by commas.');
  return [...(earlier ?? []), ...names];
}

/** `new=old,new2=old2`; given again, the flag adds to the map. */
export function parseMap(
  text: string,
  earlier: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const pairs = parseList(text, undefined).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1 || at === pair.length - 1) throw new InvalidArgumentError('Expected NEW=OLD.');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const all = [...Object.entries(earlier ?? {}), ...pairs];
  for (const side of [0, 1] as const) {
    const seen = new Set<string>();
    for (const { [side]: name } of all) {
      if (seen.has(name)) throw new InvalidArgumentError(`"${name}" is mapped twice.`);
      seen.add(name);
    }
  }
  return Object.fromEntries(all);
}

/** What an environment variable says of a flag without a value. */
export function parseSwitch(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off|)$/i.test(text)) return false;
  throw new InvalidArgumentError('Expected true or false.');
}

/** How much of an input is compared: true, false, or `sample`. */
export function parseVerifyInput(text: string): VerifyInput {
  if (text === 'sample') return 'sample';
  try {
    return parseSwitch(text) ? 'all' : 'changed';
  } catch {
    throw new InvalidArgumentError('Expected true, false or sample.');
  }
}

/** A path or name; not the empty text. */
export function parseName(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a name.');
  return text;
}

/** A time as recordings have it, left as text: which instant it is may depend on `--timezone`. */
export function parseTime(text: string): string {
  if (!Number.isNaN(timeParser('UTC')(text))) return text;
  throw new InvalidArgumentError(
    'Expected a time such as 2024-05-01, "2024-05-01 12:30" or 2024-05-01T12:30:00Z.',
  );
}

/** `UTC` or a name of the IANA time-zone database. */
export function parseTimezone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('Expected UTC or a zone such as Europe/Vienna.');
  }
}
