import { AUTO_TIME, parserOf, type ParseTime } from '../../../core/time/format.js';
import {
  EPOCH_UNITS,
  NUMBER_FORMS,
  hasDecimalComma,
  type NumberForm,
  type TimeUnit,
} from '../../../core/time/numbers.js';
import { formatDuration, isoTime } from '../../../core/time.js';
import type { Decision } from '../decision.js';
import { digitDates, type DigitDates } from './digit-dates.js';
import {
  ALMOST_ALL,
  commonestStep,
  haveOneLength,
  isIn,
  isUsual,
  wholeDigits,
  yearsText,
  type Numbers,
  type Years,
} from './number-steps.js';

const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** More than a month. */
const LONGEST_STEP_MS = 32 * 86_400_000;
/** The day numbers that spreadsheets give to 1968 and 2064. */
const DAYS = { from: 25_000, to: 60_000 };
/** Apple's clocks count from 2001, so these are of the years since phones have them. */
const COCOA_FROM_MS = Date.UTC(2007, 0, 1);

const HALF = 0.5;
const MANY = 20;

const EPOCH_UNIT_MS = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
type EpochUnit = keyof typeof EPOCH_UNIT_MS;

const UNIT_NAMES: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds since 1970',
  ms: 'milliseconds since 1970',
  us: 'microseconds since 1970',
  ns: 'nanoseconds since 1970',
  days: 'day numbers of a spreadsheet',
  days1904: 'day numbers of a spreadsheet that counts from 1904',
  mjd: 'modified Julian days',
  jd: 'Julian days',
  datenum: 'day numbers of MATLAB',
  unixdays: 'days since 1970',
  cocoa: 'seconds since 2001',
  ticks: 'ticks of 100 ns since the year 1',
  filetime: 'units of 100 ns since 1601',
};

const PARSERS = Object.fromEntries(
  NUMBER_FORMS.map((numbers) => [numbers, parserOf({ ...AUTO_TIME, numbers }, 'UTC')]),
) as Readonly<Record<NumberForm, ParseTime>>;

/** How times that are bare numbers are read. */
export interface ChosenForm {
  readonly form: NumberForm;
  /** The strptime pattern of their digits; null: by their form. */
  readonly pattern: string | null;
  /** Whether nothing else is likely, or they are epochs of our years in any case. */
  readonly isClear: boolean;
  /** Whether it puts them into our years. */
  readonly isLikely: boolean;
  readonly decision: Decision;
}

/**
 * Decides what times that are bare numbers mean: the form that puts them between 1990 and the end of the next year. If
 * none does, they are seconds or milliseconds by their size, with a warning.
 */
export function decideNumberForm(given: Numbers, field: string, nowMs: number): ChosenForm {
  const comma = given.find((number) => typeof number === 'string' && hasDecimalComma(number.trim()));
  if (comma !== undefined) {
    const { decision, ...form } = decideNumberForm(given.map(withPoint), field, nowMs);
    const evidence = `${decision.evidence}; such as ${comma}`;
    const flag = decision.flag?.replace(/\.(?=0*$)/, ',') ?? null;
    return {
      ...form,
      decision: { ...decision, choice: `${decision.choice}, with a decimal comma`, evidence, flag },
    };
  }
  const years = { fromMs: EARLIEST_MS, untilMs: Date.UTC(new Date(nowMs).getUTCFullYear() + 2, 0, 1) };
  const digits = digitDates(given, years);
  const isUnit = (unit: TimeUnit): boolean => shareIn(given, unit, years) >= ALMOST_ALL;
  if (isUnit('ticks')) return ofUnit('ticks', years);
  if (shareIn(given, 'auto', years) >= ALMOST_ALL && !areFarApart(given))
    return epochs(given, digits, years, nowMs);
  const unit = (['us', 'ns', 'filetime'] as const).find(isUnit);
  if (unit !== undefined) return ofUnit(unit, years);
  const since1970 = { ...years, fromMs: 0 };
  if (shareIn(given, 'compact', since1970) >= ALMOST_ALL && haveOneLength(given)) return compactDates(given);
  if (digits !== null) return datesOf(digits, digits.isSure ? [] : [unitFlag('s')]);
  return dayNumbers(given, years) ?? secondsSince2001(given, years) ?? unlikely(given, field, years);
}

/** Times that anyone may have, in the past or simulated. */
const ANY_YEARS = { fromMs: EARLIEST_MS, untilMs: Date.UTC(2100, 0, 1) };

/** Whether numbers are of no likely year in any unit, and no dates either, with what they would be as seconds. */
export function areNoTimes(given: Numbers, { isLikely, decision }: ChosenForm): boolean {
  if (isLikely || decision.source !== 'default') return false;
  const years = (form: NumberForm): Years =>
    form === 'cocoa' ? { ...ANY_YEARS, fromMs: COCOA_FROM_MS } : ANY_YEARS;
  const numbers = given.map(withPoint);
  const areTimes = NUMBER_FORMS.some((form) => shareIn(numbers, form, years(form)) >= ALMOST_ALL);
  return !areTimes && otherCount(numbers, ANY_YEARS) === null;
}

function withPoint(number: number | string): number | string {
  return typeof number === 'string' && hasDecimalComma(number.trim()) ? number.replace(',', '.') : number;
}

function shareIn(numbers: Numbers, form: NumberForm, years: Years): number {
  return numbers.map(PARSERS[form]).filter((ms) => isIn(ms, years)).length / numbers.length;
}

function chosen(
  form: NumberForm,
  decision: Omit<Decision, 'about' | 'alternatives'>,
  alternatives: readonly string[] = [],
): ChosenForm {
  const isClear = alternatives.length === 0;
  const full = { about: 'time format', ...decision, alternatives } as const;
  return { form, pattern: null, isClear, isLikely: true, decision: full };
}

function ofUnit(unit: TimeUnit, years: Years): ChosenForm {
  const evidence = `that puts them in ${yearsText(years)}`;
  return chosen(unit, { choice: UNIT_NAMES[unit], evidence, source: 'shape', flag: unitFlag(unit) });
}

function unitFlag(unit: TimeUnit): string {
  return `--time-unit ${unit}`;
}

function patternFlag(pattern: string): string {
  return `--time-format ${pattern}`;
}

/** Numbers that as seconds or milliseconds are of our years, unless they rather are dates. */
function epochs(numbers: Numbers, digits: DigitDates | null, years: Years, nowMs: number): ChosenForm {
  const unit = unitBySize(numbers);
  const firstMs = PARSERS.auto(numbers[0] ?? NaN);
  if (digits !== null && (digits.isSure || firstMs > nowMs || areHardlyEpochs(numbers)))
    return { ...datesOf(digits, digits.isSure ? [] : [unitFlag(unit)]), isClear: true };
  const evidence = `that puts them in ${yearsText(years)}`;
  const decision = { choice: UNIT_NAMES[unit], source: 'default', flag: unitFlag(unit) } as const;
  const isCocoa =
    unit === 's' && shareIn(numbers, 'cocoa', { ...years, fromMs: COCOA_FROM_MS }) >= ALMOST_ALL;
  if (digits === null && !isCocoa) return chosen('auto', { ...decision, evidence });
  const other = digits === null ? PARSERS.cocoa(numbers[0] ?? NaN) : digits.firstMs;
  const doubtful = `${evidence}, the first one ${isoTime(firstMs)}, although it may be ${isoTime(other)}`;
  const flags = digits === null ? [unitFlag('cocoa')] : [digits.pattern, ...digits.others].map(patternFlag);
  return { ...chosen('auto', { ...decision, evidence: doubtful }, flags), isClear: true };
}

/**
 * Whether numbers whose digits are dates are in steps of full hours, or are too many at irregular steps to be it by
 * chance.
 */
function areHardlyEpochs(numbers: Numbers): boolean {
  const { step, share } = commonestStep(numbers.map(Number));
  return share < HALF ? numbers.length >= MANY : step % 100 === 0;
}

/** Whether they are months apart, but a usual interval in a smaller unit. */
function areFarApart(numbers: Numbers): boolean {
  const { step } = commonestStep(numbers.map(Number));
  const isLong = step * EPOCH_UNIT_MS[unitBySize(numbers)] > LONGEST_STEP_MS;
  return isLong && EPOCH_UNITS.some((unit) => isUsual(step * EPOCH_UNIT_MS[unit]));
}

/** What `auto` takes most of the numbers for. */
function unitBySize(numbers: Numbers): 's' | 'ms' {
  const seconds = numbers.filter((number) => PARSERS.auto(number) === PARSERS.s(number));
  return seconds.length * 2 >= numbers.length ? 's' : 'ms';
}

function datesOf({ pattern, others, evidence }: DigitDates, alternatives: readonly string[]): ChosenForm {
  const flag = patternFlag(pattern);
  const decision = { choice: 'dates without separators', evidence, source: 'shape', flag } as const;
  return { ...chosen('auto', decision, [...others.map(patternFlag), ...alternatives]), pattern };
}

function compactDates(numbers: Numbers): ChosenForm {
  const dates = numbers.filter((number) => !Number.isNaN(PARSERS.compact(number)));
  const digits = wholeDigits(dates[0] ?? '');
  const pattern = '%Y%m%d%H%M%S%f'.slice(0, { 8: 6, 10: 8, 12: 10, 14: 12 }[digits.length]);
  const decimals = new Set(dates.map((date) => String(date).trim().slice(digits.length)));
  const [after = ''] = decimals;
  // Some programs write .0 after the digits.
  const flag = decimals.size === 1 && !/[1-9]/.test(after) ? patternFlag(`${pattern}${after}`) : null;
  const evidence = `their ${digits.length} digits are dates, the first one ${digits}`;
  return chosen('compact', { choice: 'dates without separators', evidence, source: 'shape', flag });
}

/** Whether they count days: every one, or with fractions; whole numbers a usual number of seconds apart are seconds. */
function mayCountDays(numbers: Numbers): boolean {
  const { step } = commonestStep(numbers.map(Number));
  const areWhole = numbers.every((number) => Number.isInteger(Number(number)));
  return !areWhole || Number.isNaN(step) || step <= 2 || !isUsual(step * EPOCH_UNIT_MS.s);
}

/** Null: they are no day numbers. */
function dayNumbers(numbers: Numbers, years: Years): ChosenForm | null {
  if (!mayCountDays(numbers)) return null;
  const inRange = numbers.map(Number).filter((number) => number >= DAYS.from && number <= DAYS.to);
  const unit = (['days', 'mjd', 'jd', 'datenum', 'unixdays'] as const).find(
    (each) => shareIn(numbers, each, years) >= ALMOST_ALL,
  );
  if (unit === undefined && inRange.length < ALMOST_ALL * numbers.length) return null;
  const found = unit ?? 'days';
  const dateIn = (each: NumberForm): string => isoTime(PARSERS[each](numbers[0] ?? NaN));
  const other =
    found === 'days' ? `, or ${dateIn('days1904')} if it counts from 1904 (${unitFlag('days1904')})` : '';
  const evidence = `as seconds they would be of January 1970; the first is ${dateIn(found)}${other}`;
  const decision = { choice: UNIT_NAMES[found], evidence, source: 'shape', flag: unitFlag(found) } as const;
  const isLikely = unit !== undefined;
  return { ...chosen(found, decision, unit === 'days' ? [] : [unitFlag('s')]), isLikely };
}

/** Null: as seconds since 2001, they are not of our years or not in usual steps. */
function secondsSince2001(numbers: Numbers, years: Years): ChosenForm | null {
  const { step } = commonestStep(numbers.map(Number));
  const isLikely = shareIn(numbers, 'cocoa', { ...years, fromMs: COCOA_FROM_MS }) >= ALMOST_ALL;
  if (!isLikely || !isUsual(step * EPOCH_UNIT_MS.s)) return null;
  const first = numbers[0] ?? NaN;
  const [oneMs, otherMs] = [PARSERS.cocoa(first), PARSERS.s(first)];
  const evidence = `the first is ${isoTime(oneMs)}, but since 1970 ${isoTime(otherMs)}`;
  const decision = { choice: UNIT_NAMES.cocoa, evidence, source: 'shape', flag: unitFlag('cocoa') } as const;
  return chosen('cocoa', decision, [unitFlag('s')]);
}

/** Numbers that nothing puts into our years: in the unit that their column's name has, or else by their size. */
function unlikely(numbers: Numbers, field: string, years: Years): ChosenForm {
  const { step } = commonestStep(numbers.map(Number));
  const usual = EPOCH_UNITS.filter((unit) => isUsual(step * EPOCH_UNIT_MS[unit]));
  const named = usual.find((unit) => unit === unitOfName(field));
  if (named !== undefined) {
    const evidence = `its name says so, and then they are ${formatDuration(step * EPOCH_UNIT_MS[named])} apart`;
    const flag = unitFlag(named);
    return {
      ...chosen(named, { choice: UNIT_NAMES[named], evidence, source: 'shape', flag }),
      isLikely: false,
    };
  }
  const unit = unitBySize(numbers);
  const times = numbers.map(PARSERS.auto).filter((ms) => !Number.isNaN(ms));
  const odd = times.find((ms) => !isIn(ms, years)) ?? times[0] ?? 0;
  const other = otherCount(numbers, years);
  const evidence = `their size suggests it, although that makes one of them ${isoTime(odd)}${other ?? ''}`;
  const decision = { choice: UNIT_NAMES[unit], evidence, source: 'default', flag: unitFlag(unit) } as const;
  const others: readonly EpochUnit[] = usual.filter((each) => each !== unit);
  const likelier = others.length > 0 ? others : [unit === 's' ? ('ms' as const) : ('s' as const)];
  // Numbers that count on must not turn from seconds into milliseconds where they get large.
  const isMixed = shareIn(numbers, 'auto', years) > 0 && !areFarApart(numbers);
  const alternatives = other === null ? likelier.map(unitFlag) : ['times in seconds since 1970'];
  return { ...chosen(isMixed ? 'auto' : unit, decision, alternatives), isLikely: false };
}

/** Counts that no `--time-unit` reads. */
const OTHER_COUNTS = [
  { name: 'minutes since 1970', unitMs: 60_000, fromMs: 0 },
  { name: 'seconds since 1900', unitMs: 1000, fromMs: Date.UTC(1900, 0, 1) },
  { name: 'seconds since 1904', unitMs: 1000, fromMs: Date.UTC(1904, 0, 1) },
];

/** What else they may count, if that puts them into our years; null: nothing known does. */
function otherCount(numbers: Numbers, years: Years): string | null {
  const found = OTHER_COUNTS.flatMap(({ name, unitMs, fromMs }) => {
    const times = numbers.map((number) => fromMs + Number(number) * unitMs);
    const isLikely = times.filter((ms) => isIn(ms, years)).length >= ALMOST_ALL * times.length;
    return isLikely ? [`${isoTime(times[0]!)} as ${name}`] : [];
  });
  return found.length === 0 ? null : `, and the first one would be ${found.join(' or ')}`;
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
