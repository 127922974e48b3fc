import { AUTO_TIME, parserOf } from '../../core/time/format.js';
import type { ParseTime } from '../../core/time/format.js';
import { NUMBER_FORMS } from '../../core/time/numbers.js';
import type { NumberForm, TimeUnit } from '../../core/time/numbers.js';
import { formatDuration, isoTime } from '../../core/time.js';
import type { Decision } from './decision.js';
import { USUAL_MS } from './interval.js';

/** A form must fit this share of the numbers: a few may be broken. */
const ALMOST_ALL = 0.95;
const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** More than a month. */
const LONGEST_STEP_MS = 32 * 86_400_000;
/** The day numbers that spreadsheets give to 1968 and 2064. */
const DAYS = { from: 25_000, to: 60_000 };

const EPOCH_UNIT_MS = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
type EpochUnit = keyof typeof EPOCH_UNIT_MS;
const EPOCH_UNITS = ['s', 'ms', 'us', 'ns'] as const;

const UNIT_NAMES: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds since 1970',
  ms: 'milliseconds since 1970',
  us: 'microseconds since 1970',
  ns: 'nanoseconds since 1970',
  days: 'day numbers of a spreadsheet',
};

const PARSERS = Object.fromEntries(
  NUMBER_FORMS.map((numbers) => [numbers, parserOf({ ...AUTO_TIME, numbers }, 'UTC')]),
) as Readonly<Record<NumberForm, ParseTime>>;

type Numbers = readonly (number | string)[];

interface Chosen {
  readonly form: NumberForm;
  readonly decision: Decision;
}

/**
 * Decides what times that are bare numbers mean: the form that puts them between 1990 and the end of the next year. If
 * none does, they are seconds or milliseconds by their size, with a warning.
 */
export function decideNumberForm(numbers: Numbers, field: string, nowMs: number): Chosen {
  const years = { fromMs: EARLIEST_MS, untilMs: Date.UTC(new Date(nowMs).getUTCFullYear() + 2, 0, 1) };
  const evidence = `that puts them in ${yearsText(years)}`;
  if (shareIn(numbers, 'auto', years) >= ALMOST_ALL && !areFarApart(numbers)) {
    const unit = unitBySize(numbers);
    return chosen('auto', { choice: UNIT_NAMES[unit], evidence, source: 'default', flag: unitFlag(unit) });
  }
  const unit = (['us', 'ns'] as const).find((form) => shareIn(numbers, form, years) >= ALMOST_ALL);
  if (unit !== undefined)
    return chosen(unit, { choice: UNIT_NAMES[unit], evidence, source: 'shape', flag: unitFlag(unit) });
  const since1970 = { ...years, fromMs: 0 };
  if (shareIn(numbers, 'compact', since1970) >= ALMOST_ALL && haveOneLength(numbers))
    return compactDates(numbers);
  return areDays(numbers) ? dayNumbers(numbers, years) : unlikely(numbers, field, years);
}

interface Years {
  readonly fromMs: number;
  readonly untilMs: number;
}

function yearsText({ fromMs, untilMs }: Years): string {
  return `${new Date(fromMs).getUTCFullYear()} to ${new Date(untilMs - 1).getUTCFullYear()}`;
}

function shareIn(numbers: Numbers, form: NumberForm, { fromMs, untilMs }: Years): number {
  const times = numbers.map(PARSERS[form]);
  return times.filter((ms) => ms >= fromMs && ms < untilMs).length / numbers.length;
}

function chosen(
  form: NumberForm,
  decision: Omit<Decision, 'about' | 'alternatives'>,
  alternatives: readonly string[] = [],
): Chosen {
  return { form, decision: { about: 'time format', ...decision, alternatives } };
}

function unitFlag(unit: TimeUnit): string {
  return `--time-unit ${unit}`;
}

/** Whether they are months apart, but a usual interval in a smaller unit. */
function areFarApart(numbers: Numbers): boolean {
  const step = commonestStep(numbers) ?? 0;
  const isLong = step * EPOCH_UNIT_MS[unitBySize(numbers)] > LONGEST_STEP_MS;
  return isLong && EPOCH_UNITS.some((unit) => isUsual(step * EPOCH_UNIT_MS[unit]));
}

/** What `auto` takes most of the numbers for. */
function unitBySize(numbers: Numbers): 's' | 'ms' {
  const seconds = numbers.filter((number) => PARSERS.auto(number) === PARSERS.s(number));
  return seconds.length * 2 >= numbers.length ? 's' : 'ms';
}

function wholeDigits(number: number | string): string {
  return String(number).trim().replace(/\..*$/, '');
}

function haveOneLength(numbers: Numbers): boolean {
  const counts = new Map<number, number>();
  for (const { length } of numbers.map(wholeDigits)) counts.set(length, (counts.get(length) ?? 0) + 1);
  return Math.max(...counts.values()) >= ALMOST_ALL * numbers.length;
}

function compactDates(numbers: Numbers): Chosen {
  const dates = numbers.filter((number) => !Number.isNaN(PARSERS.compact(number)));
  const digits = wholeDigits(dates[0] ?? '');
  const pattern = '%Y%m%d%H%M%S%f'.slice(0, { 8: 6, 10: 8, 12: 10, 14: 12 }[digits.length]);
  const decimals = new Set(dates.map((date) => String(date).trim().slice(digits.length)));
  const [after = ''] = decimals;
  // Some programs write .0 after the digits.
  const flag = decimals.size === 1 && !/[1-9]/.test(after) ? `--time-format ${pattern}${after}` : null;
  const evidence = `their ${digits.length} digits are dates, the first one ${digits}`;
  return chosen('compact', { choice: 'dates without separators', evidence, source: 'shape', flag });
}

/** Spreadsheets of every day or with fractions; whole numbers that are a usual number of seconds apart are seconds. */
function areDays(numbers: Numbers): boolean {
  const inRange = numbers.map(Number).filter((number) => number >= DAYS.from && number <= DAYS.to);
  if (inRange.length < ALMOST_ALL * numbers.length) return false;
  const step = commonestStep(numbers);
  const areWhole = inRange.every((number) => Number.isInteger(number));
  return !areWhole || step === null || step <= 2 || !isUsual(step * EPOCH_UNIT_MS.s);
}

function dayNumbers(numbers: Numbers, years: Years): Chosen {
  const firstMs = PARSERS.days(numbers[0] ?? NaN);
  const evidence = `as seconds they would be from some hours of 1970; the first is ${isoTime(firstMs)}`;
  const isLikely = firstMs >= years.fromMs && firstMs < years.untilMs;
  const decision = { choice: UNIT_NAMES.days, evidence, source: 'shape', flag: unitFlag('days') } as const;
  return chosen('days', decision, isLikely ? [] : [unitFlag('s')]);
}

/** Numbers that nothing puts into our years: in the unit that their column's name has, or else by their size. */
function unlikely(numbers: Numbers, field: string, years: Years): Chosen {
  const step = commonestStep(numbers);
  const usual = EPOCH_UNITS.filter((unit) => step !== null && isUsual(step * EPOCH_UNIT_MS[unit]));
  const named = usual.find((unit) => unit === unitOfName(field));
  if (named !== undefined && step !== null) {
    const evidence = `its name says so, and then they are ${formatDuration(step * EPOCH_UNIT_MS[named])} apart`;
    return chosen(named, { choice: UNIT_NAMES[named], evidence, source: 'shape', flag: unitFlag(named) });
  }
  const unit = unitBySize(numbers);
  const times = numbers.map(PARSERS.auto).filter((ms) => !Number.isNaN(ms));
  const odd = times.find((ms) => ms < years.fromMs || ms >= years.untilMs) ?? times[0] ?? 0;
  const evidence = `their size suggests it, although that makes one of them ${isoTime(odd)}`;
  const decision = { choice: UNIT_NAMES[unit], evidence, source: 'default', flag: unitFlag(unit) } as const;
  const others: readonly EpochUnit[] = usual.filter((each) => each !== unit);
  const likelier = others.length > 0 ? others : [unit === 's' ? ('ms' as const) : ('s' as const)];
  // Numbers that count on must not turn from seconds into milliseconds where they get large.
  const isMixed = shareIn(numbers, 'auto', years) > 0 && !areFarApart(numbers);
  return chosen(isMixed ? 'auto' : unit, decision, likelier.map(unitFlag));
}

function isUsual(stepMs: number): boolean {
  return USUAL_MS.includes(Math.round(stepMs * 1e6) / 1e6);
}

/** Between distinct numbers in order, the shortest of equally common ones; null: there is but one number. */
function commonestStep(numbers: Numbers): number | null {
  const sorted = [...new Set(numbers.map(Number))].sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (const [i, number] of sorted.entries()) {
    const step = number - (sorted[i - 1] ?? NaN);
    if (!Number.isNaN(step)) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  const common = [...counts].filter(([, count]) => count === most).map(([step]) => step);
  return common.length === 0 ? null : Math.min(...common);
}

const UNIT_WORDS: readonly (readonly [EpochUnit, RegExp])[] = [
  ['ms', /^(ms|msecs?|millis|milliseconds?)$/],
  ['us', /^(us|µs|usecs?|micros|microseconds?)$/],
  ['ns', /^(ns|nsecs?|nanos|nanoseconds?)$/],
  ['s', /^(s|secs?|seconds?)$/],
];

/** The unit that a name such as `time_us` or `Time [ms]` ends in. */
function unitOfName(field: string): EpochUnit | null {
  const word = /([a-zµ]+)[\s)\]]*$/i.exec(field)?.[1]?.toLowerCase() ?? '';
  return UNIT_WORDS.find(([, words]) => words.test(word))?.[0] ?? null;
}
