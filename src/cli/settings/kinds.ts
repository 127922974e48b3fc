import { InvalidArgumentError } from 'commander';

import type { ActorCount } from '../../core/actor-count.js';
import type { RejectLimit } from '../../core/counts.js';
import type { Shard } from '../../core/shard.js';
import { formatDuration } from '../../core/time.js';
import type { VerifyInput } from '../../read/snapshot/compare-inputs.js';
import type { JsonForm, Kind } from './setting.js';

/** A kind whose values are text. */
export function textKind<T extends string>(parse: (text: string) => T, json: JsonForm = 'text'): Kind<T> {
  return { parse, show: (value) => value, json };
}

/** A path or a name: any text that is not empty. */
export const name: Kind<string> = textKind((text) => {
  if (text === '') throw new InvalidArgumentError('Expected a name.');
  return text;
});

/** The name of a column, in quotes if need be; `""`: the one without a name, as pandas writes its index. */
export const columnName: Kind<string> = {
  parse: (text) => /^"((?:[^"]|"")*)"$/.exec(text)?.[1]?.replaceAll('""', '"') ?? name.parse(text, undefined),
  show: (value) => (/^$|^".*"$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value),
  json: 'text',
};

/** `a, b or c` */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]!}`;
}

/** One of a few words. */
export function oneOf<const T extends string>(...choices: readonly T[]): Kind<T> {
  const parse = (text: string): T => {
    const found = choices.find((word) => word === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Expected ${alternatives(choices)}.`);
  };
  return { ...textKind(parse), choices };
}

/** A flag without a value. */
export const toggle: Kind<boolean> = {
  parse(text) {
    if (/^(1|true|yes|on)$/i.test(text)) return true;
    if (/^(0|false|no|off|)$/i.test(text)) return false;
    throw new InvalidArgumentError('Expected true or false.');
  },
  show: () => '',
  json: 'switch',
};

/** Any finite decimal number. */
export const decimal: Kind<number> = {
  parse(text) {
    const value = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
    return value;
  },
  show: String,
  json: 'number',
};

export function whole(least: number, most: number): Kind<number> {
  const parse = (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
  return { parse, show: String, json: 'number' };
}

/** A value of `kind`, or `auto`. */
export function orAuto<T>(kind: Kind<T>, refusal?: string): Kind<T | 'auto'> {
  const parse = (text: string): T | 'auto' => {
    if (text === 'auto') return text;
    try {
      return kind.parse(text);
    } catch (cause) {
      if (refusal === undefined || !(cause instanceof InvalidArgumentError)) throw cause;
      throw new InvalidArgumentError(refusal);
    }
  };
  return { parse, show: (value) => (value === 'auto' ? 'auto' : kind.show(value)), json: kind.json };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A hundred years; sums of much longer durations lose precision. */
const LONGEST_DURATION_MS = 36_500 * 86_400_000;

/** `500ms`, `10s`, `1m`, `1h`, `1d` → ms, more than 0. */
export const duration: Kind<number> = {
  parse(text) {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
    const ms = Number(amount) * (UNIT_MS[unit ?? ''] ?? NaN);
    if (ms > 0 && ms <= LONGEST_DURATION_MS) return ms;
    throw new InvalidArgumentError(
      'Expected a duration such as 500ms, 10s, 1m or 1h, more than 0 and at most 36500d.',
    );
  },
  show: formatDuration,
  json: 'text',
};

/** A duration, or `0`. */
export const durationOrZero: Kind<number> = {
  parse: (text) => (/^0(ms|s|m|h|d)?$/.test(text) ? 0 : duration.parse(text)),
  show: formatDuration,
  json: 'number',
};

const DELIMITERS: Readonly<Record<string, string>> = {
  ...{ comma: ',', semicolon: ';', tab: '\t', '\\t': '\t', pipe: '|', space: ' ' },
};

/** One ASCII character, or its name. */
export const delimiter: Kind<string> = {
  parse(text) {
    const found = DELIMITERS[text.toLowerCase()] ?? text;
    if (/^[\t -~]$/.test(found) && !/["\w.+-]/.test(found)) return found;
    throw new InvalidArgumentError(
      'Expected a character such as ; or |, or comma, semicolon, tab, pipe, space.',
    );
  },
  show: (value) => (value === '\t' ? 'tab' : value === ' ' ? 'space' : value),
  json: 'text',
};

const DECIMAL_MARKS: Readonly<Record<string, '.' | ','>> = { '.': '.', point: '.', ',': ',', comma: ',' };

/** `.` or `,`, or its name. */
export const decimalMark: Kind<'.' | ','> = {
  parse(text) {
    const found = DECIMAL_MARKS[text];
    if (found !== undefined) return found;
    throw new InvalidArgumentError('Expected . or , (or point, comma).');
  },
  show: (value) => (value === ',' ? 'comma' : 'point'),
  json: 'text',
};

const SIZE_UNITS = [
  ['GiB', 2 ** 30],
  ['GB', 1e9],
  ['MiB', 2 ** 20],
  ['MB', 1e6],
  ['KiB', 2 ** 10],
  ['KB', 1e3],
  ['B', 1],
] as const;

/** The address of an HTTP service. */
export const httpAddress: Kind<string> = textKind((text) => {
  const { protocol } = URL.canParse(text) ? new URL(text) : { protocol: '' };
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new InvalidArgumentError('Expected an address such as http://head:8265.');
});

/** `16MiB`, `500KB`, `1.5GB`, `4096` → whole bytes, at least 1; units in any case. */
export const size: Kind<number> = {
  parse(text) {
    const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
    const [, unitBytes = NaN] =
      SIZE_UNITS.find(([known]) => known.toUpperCase() === (unit.toUpperCase() || 'B')) ?? [];
    const bytes = Math.floor(Number(amount) * unitBytes);
    if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
    throw new InvalidArgumentError('Expected a size such as 16MiB, 500KB, 2GB or a number of bytes.');
  },
  /** In the largest unit that makes it a whole number. */
  show(bytes) {
    const [unit, unitBytes] = SIZE_UNITS.find((one) => bytes % one[1] === 0) ?? ['', 1];
    return unitBytes === 1 ? String(bytes) : `${bytes / unitBytes}${unit}`;
  },
  json: 'number',
};

/** V8's longest string is about twice as long. */
const MOST_LINE_BYTES = 256 * 2 ** 20;
const LEAST_LINE_BYTES = 64;

export const lineSize: Kind<number> = {
  ...size,
  parse(text) {
    const bytes = size.parse(text);
    if (bytes >= LEAST_LINE_BYTES && bytes <= MOST_LINE_BYTES) return bytes;
    throw new InvalidArgumentError('Expected a size from 64 bytes to 256MiB.');
  },
};

const SLOWEST_PACE = 1e-6;
const FASTEST_PACE = 1e9;

/** `realtime`, `10x`, `0.5x` → recorded time per real time; `max` → Infinity. */
export const pace: Kind<number> = {
  parse(text) {
    if (text === 'max') return Infinity;
    const [, digits] = /^(\d+(?:\.\d+)?)x$/.exec(text === 'realtime' ? '1x' : text) ?? [];
    const factor = Number(digits);
    if (factor >= SLOWEST_PACE && factor <= FASTEST_PACE) return factor;
    throw new InvalidArgumentError(
      'Expected realtime, a factor such as 10x or 0.5x, or max; the factor is 0.000001 to 1000000000.',
    );
  },
  show: (factor) => (factor === Infinity ? 'max' : `${factor}x`),
  json: 'text',
};

const MOST_SHARDS = 10_000;

/** `2/3`: the second of three shares. */
export const shard: Kind<Shard> = {
  parse(text) {
    const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    const found = { index: Number(index), count: Number(count) };
    if (found.index >= 1 && found.index <= found.count && found.count <= MOST_SHARDS) return found;
    throw new InvalidArgumentError(
      `Expected a share such as 2/3: the second of three, at most ${MOST_SHARDS}.`,
    );
  },
  show: ({ index, count }) => `${index}/${count}`,
  json: 'text',
};

const MOST_ACTORS = 1024;

/** `4`, `30%` of the usable processors, or `auto`, all of them. */
export const actorCount: Kind<ActorCount> = {
  parse(text) {
    if (text === 'auto') return { kind: 'auto' };
    const [, digits, percent] = /^(\d+)(%?)$/.exec(text) ?? [];
    const value = Number(digits);
    if (digits === undefined || value < 1 || value > MOST_ACTORS)
      throw new InvalidArgumentError(`Expected 1 to ${MOST_ACTORS} actors, a share such as 30%, or auto.`);
    return percent === '%' ? { kind: 'share', share: value / 100 } : { kind: 'count', count: value };
  },
  show(count) {
    if (count.kind === 'auto') return 'auto';
    return count.kind === 'count' ? String(count.count) : `${count.share * 100}%`;
  },
  json: 'number',
};

/** `100`, or `2.5%` of the records. */
export const rejectLimit: Kind<RejectLimit> = {
  parse(text) {
    const [, share] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
    if (share !== undefined && Number(share) <= 100) return { kind: 'share', share: Number(share) / 100 };
    const count = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(count)) return { kind: 'count', count };
    throw new InvalidArgumentError('Expected a number of records such as 100, or a share such as 1%.');
  },
  show: (limit) => (limit.kind === 'count' ? String(limit.count) : `${limit.share * 100}%`),
  json: 'number',
};

/** How much of an input is compared: true (the flag alone), false, or `sample`. */
export const verifyInput: Kind<VerifyInput> = {
  parse(text) {
    if (text === 'sample') return 'sample';
    try {
      return toggle.parse(text) ? 'all' : 'changed';
    } catch {
      throw new InvalidArgumentError('Expected true, false or sample.');
    }
  },
  show: (value) => (value === 'sample' ? value : ''),
  json: 'optional-word',
};
