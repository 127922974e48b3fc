import { timeOfDay } from '../../lines/joined-time.js';
import { lettersOf } from '../names.js';
import { areMost } from './time-shape.js';

const CLOCK =
  /^\s*\d{1,2}(?::\d\d(?::\d\d(?:[.,]\d+)?)?|\.\d\d\.\d\d)(?:[ \u202f\u00a0]?[ap]\.?m\.?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?\s*$/i;
const RANGE = /^\d{1,2}:\d\d(?::\d\d)? ?(?:-|–|—|to|bis) ?(\d{1,2}:\d\d(?::\d\d)?)$/i;
/** So many offsets a zone has, with daylight saving time; more are the ends of ranges. */
const ZONE_OFFSETS = 2;

export const HOUR_NAMES = new Set([
  'hour',
  'hours',
  'hr',
  'hourofday',
  'stunde',
  'heure',
  'hora',
  'ora',
  'uur',
  'godzina',
]);
const CLOCK_NAMES = new Set([
  ...HOUR_NAMES,
  ...[
    'time',
    'timeofday',
    'clock',
    'localtime',
    'utctime',
    'timeutc',
    'lsttime',
    'gmttime',
    'uhrzeit',
    'zeit',
    'tijd',
    'czas',
    'hhmm',
  ],
]);
const HOUR_ENDING = /^(?:he|hourend(?:ing|ed)?)$/;
const PERIOD = /^\w*(?:period|interval|hour|he|hr|sp|ptu|stunde)(?:no|nr|num|number|id)?$/;
/** So many hours, halves or quarters of them a day has, less or more when clocks change. */
const PERIODS_OF_DAY = [24, 48, 96];

export function isClockName(name: string): boolean {
  return CLOCK_NAMES.has(lettersOf(name));
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Whether a column has times of day, with any name. */
export function isClock(column: readonly unknown[]): boolean {
  const texts = textsOf(column);
  return areMost(texts.filter((text) => CLOCK.test(bare(text))).length, texts.length) && !areRanges(column);
}

/** A time of day with the day zero dropped, but digits as they are. */
function bare(text: string): string {
  return /^\d+$/.test(text) ? text : timeOfDay(text);
}

/** Whether a column has times of day as four or six digits. */
export function areClockDigits(column: readonly unknown[]): boolean {
  const texts = textsOf(column);
  const isOne = (text: string): boolean => /^(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?$/.test(text);
  return new Set(texts).size > 1 && areMost(texts.filter(isOne).length, texts.length);
}

/** Whether a column has hours as numbers from 0 to 23, several of them. */
export function areHours(column: readonly unknown[]): boolean {
  const hours = textsOf(column);
  return new Set(hours).size > 1 && hours.every((text) => /^\d{1,2}$/.test(text) && Number(text) < 24);
}

/** A part of the time that cannot be joined with a date for sure. */
export interface UnclearPart {
  /** As words for a message. */
  readonly what: string;
  /** Whether its name and values show it; if not, it must rise within each day. */
  readonly isSure: boolean;
}

/** How a column says when in a day a row is, if that cannot be joined with a date for sure; null: it does not. */
export function unclearPart(name: string, column: readonly unknown[]): UnclearPart | null {
  const texts = textsOf(column);
  if (areNumberedPeriods(name, texts))
    return { what: 'the number of an hour or a period of the day', isSure: true };
  if (areRanges(column)) return { what: 'a range of times of day', isSure: false };
  if (!isClockName(name)) return null;
  if (areFewDigits(texts)) return { what: 'the time of day as HHMM without leading zeros', isSure: false };
  if (new Set(texts).size < MIN_DISTINCT) return null;
  if (texts.every((text) => /^(?:[01]?\d|2[0-3])\.[0-5]\d$/.test(text)))
    return { what: 'the time of day with a dot', isSure: false };
  return texts.every((text) => /^0?[.,]\d+$|^0$/.test(text))
    ? { what: 'the time of day as a fraction', isSure: false }
    : null;
}

const MIN_DISTINCT = 8;

function areRanges(column: readonly unknown[]): boolean {
  const texts = textsOf(column);
  const ends = texts.map((text) => RANGE.exec(text)?.[1]).filter((end) => end !== undefined);
  return areMost(ends.length, texts.length) && new Set(ends).size > ZONE_OFFSETS;
}

function areNumberedPeriods(name: string, texts: readonly string[]): boolean {
  const letters = lettersOf(name);
  if (!texts.every((text) => /^\d{1,3}(?:\.0)?$/.test(text))) return false;
  const numbers = new Set(texts.map(Number));
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.size < 2) return false;
  if (HOUR_ENDING.test(letters)) return most <= 25;
  if (HOUR_NAMES.has(letters)) return most === 24 || most === 25;
  const isWhole = least === 1 && numbers.size === most;
  return isWhole && PERIOD.test(letters) && PERIODS_OF_DAY.some((count) => isAbout(most, count));
}

/** On the day when clocks change, a day has an hour less or more. */
function isAbout(most: number, count: number): boolean {
  return Math.abs(most - count) <= count / 24;
}

/** Whether numbers are times of day from 0 to 2359: none is between 59 and 100. */
function areFewDigits(texts: readonly string[]): boolean {
  const areWhole = texts.every((text) => /^\d{1,4}$/.test(text));
  const isOne = (text: string): boolean => Number(text) < 2400 && Number(text) % 100 < 60;
  const haveMinutes = texts.some((text) => text.length >= 3);
  return (
    areWhole && haveMinutes && new Set(texts).size >= MIN_DISTINCT && texts.every(isOne) && isUneven(texts)
  );
}

function isUneven(texts: readonly string[]): boolean {
  return new Set(texts.map((text) => text.length)).size > 1;
}

function textsOf(column: readonly unknown[]): string[] {
  return column.map((value) => textOf(value).trim()).filter((text) => text !== '');
}
