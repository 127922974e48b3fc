import { dateMs, inRange, ordinalDateMs } from './calendar.js';
import { timeOn } from './clock.js';
import { fractionMs, offsetMs } from './iso.js';
import { monthOf } from './periods.js';
import { startOfDay, type ToUtc } from './zone.js';

/** Directive → the regular expression of its text; those of digits have a width, which holds if digits follow. */
const DIRECTIVES: Readonly<Record<string, string | { readonly digits: string; readonly width: number }>> = {
  Y: { digits: '\\d{4}', width: 4 },
  y: { digits: '\\d\\d', width: 2 },
  m: { digits: '\\d{1,2}', width: 2 },
  d: { digits: '\\d{1,2}', width: 2 },
  H: { digits: '\\d{1,2}', width: 2 },
  I: { digits: '\\d{1,2}', width: 2 },
  M: { digits: '\\d{1,2}', width: 2 },
  S: { digits: '\\d{1,2}', width: 2 },
  j: { digits: '\\d{1,3}', width: 3 },
  f: '\\d{1,9}',
  b: '[a-z]{3,9}',
  p: '[ap]\\.?m\\.?',
  z: 'Z|[+-]\\d\\d(?::?[0-5]\\d)?',
  Z: 'UTC|GMT|Z',
  s: '[+-]?\\d+',
  a: '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*',
};

/** Directives that stand for others. */
const SHORT: Readonly<Record<string, string>> = {
  ...{ T: '%H:%M:%S', R: '%H:%M', F: '%Y-%m-%d', D: '%m/%d/%y', h: '%b', B: '%b', A: '%a', e: '%d' },
};

/** Every directive that a pattern may have. */
const PATTERN_DIRECTIVES = [...Object.keys(DIRECTIVES), ...Object.keys(SHORT), '%'].map((each) => `%${each}`);

export interface TimePattern {
  readonly regExp: RegExp;
  /** The directive of each group, in order. */
  readonly groups: readonly string[];
}

/**
 * Compiles a pattern as strptime has them, such as `%d.%m.%Y %H:%M`. Month and weekday names are English; a blank
 * stands for any number of them.
 *
 * @throws RangeError if it has an unknown directive, one twice, or names no date
 */
export function compilePattern(pattern: string): TimePattern {
  const long = pattern.trim().replace(/%(.)/g, (found, letter: string) => SHORT[letter] ?? found);
  const tokens = long.match(/%.?|\s+|[^%\s]+/gsu) ?? [];
  const groups: string[] = [];
  const parts = tokens.map((token, i) => {
    if (/^\s/.test(token)) return '\\s+';
    if (token === '%%') return '%';
    if (!token.startsWith('%')) return literal(token);
    const letter = token.slice(1);
    const directive = DIRECTIVES[letter];
    if (directive === undefined)
      throw new RangeError(`${token} is not one of ${PATTERN_DIRECTIVES.join(' ')}`);
    if (groups.includes(letter)) throw new RangeError(`${token} occurs twice`);
    groups.push(letter);
    if (typeof directive === 'string') return `(${directive})`;
    const isFixed = startsWithDigit(tokens[i + 1]) || endsWithDigit(tokens[i - 1]);
    return isFixed ? `(\\d{${directive.width}})` : `(${directive.digits})`;
  });
  refuseWithoutDate(groups);
  return { regExp: new RegExp(`^${parts.join('')}$`, 'i'), groups };
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** `%d` after `%m` has two digits, or neither had: `2018041` is not 1 April. */
function endsWithDigit(token: string | undefined): boolean {
  return token?.startsWith('%') === true && typeof DIRECTIVES[token.slice(1)] === 'object';
}

function startsWithDigit(token: string | undefined): boolean {
  if (token === undefined) return false;
  const directive = DIRECTIVES[token.slice(1)];
  const isDigits = typeof directive === 'object' || /^%[fs]$/.test(token);
  return token.startsWith('%') ? isDigits : /^\d/.test(token);
}

function refuseWithoutDate(groups: readonly string[]): void {
  const has = (letter: string): boolean => groups.includes(letter);
  if (has('s')) return;
  if (!has('Y') && !has('y')) throw new RangeError('it names no year: add %Y, or %s for epoch seconds');
  if (has('d') && !has('m') && !has('b'))
    throw new RangeError('it names a day without a month: add %m or %b');
  if (has('M') && !has('H') && !has('I')) throw new RangeError('it names minutes without an hour: add %H');
  if (has('I') !== has('p')) throw new RangeError('%I and %p need each other; %H is the hour of 24');
}

/** Reads a time by the pattern alone; numbers by their digits. */
export function patternParser(
  { regExp, groups }: TimePattern,
  toUtc: ToUtc,
): (value: string | number) => number {
  return (value) => {
    const match = regExp.exec(String(value).trim());
    if (match === null) return NaN;
    const parts: Record<string, string> = {};
    for (const [i, letter] of groups.entries()) parts[letter] = match[i + 1] ?? '';
    return partsMs(parts, toUtc);
  };
}

function partsMs(parts: Readonly<Record<string, string>>, toUtc: ToUtc): number {
  const ms = fractionMs(parts['f'] ?? '');
  if (parts['s'] !== undefined) return inRange(Number(parts['s']) * 1000 + ms);
  if (!['H', 'I', 'S', 'f', 'z', 'Z'].some((letter) => letter in parts))
    return inRange(startOfDay(midnightOf(parts), toUtc));
  const clock = {
    hour: Number(parts['H'] ?? parts['I'] ?? 0),
    minute: Number(parts['M'] ?? 0),
    second: Number(parts['S'] ?? 0),
    ms,
    half: parts['p'] === undefined ? undefined : /^a/i.test(parts['p']) ? ('am' as const) : ('pm' as const),
  };
  const zone = parts['z'] ?? parts['Z'];
  const ahead = zone === undefined ? null : offsetMs(zone);
  return Number.isNaN(ahead) ? NaN : timeOn(midnightOf(parts), clock, ahead, toUtc);
}

function midnightOf({ Y, y, m, b, d, j }: Readonly<Record<string, string>>): number {
  // As in POSIX: 69 to 99 are of the last century.
  const year = Y === undefined ? Number(y) + (Number(y) < 69 ? 2000 : 1900) : Number(Y);
  if (j !== undefined) return ordinalDateMs(year, Number(j));
  const month = b === undefined ? Number(m ?? 1) : monthOf(b);
  return dateMs(year, month, Number(d ?? 1));
}
