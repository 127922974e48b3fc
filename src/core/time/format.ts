import { isoMs } from './iso.js';
import { isNumberText, numberParser, type NumberForm, type TimeUnit } from './numbers.js';
import { compilePattern, patternParser } from './pattern.js';
import { otherTextMs, textKind, type DayMonth, type TextKind } from './texts.js';
import { toUtcIn } from './zone.js';

/** How the times of a file are read; plain JSON. */
export interface TimeFormat {
  readonly numbers: NumberForm;
  /** For dates such as 04/05/2018; null: they are no times. */
  readonly dayMonth: DayMonth | null;
  /** A `--time-format`, by which alone times are read; null: by their form. */
  readonly pattern: string | null;
  /** The kinds of times that are read, besides ISO; null: all. */
  readonly kinds: readonly TimeKind[] | null;
}

export const TIME_KINDS = ['number', 'iso', 'year-first', 'year-last', 'month-name', 'period'] as const;
export type TimeKind = 'number' | TextKind;

/** The kind of a time; null: it is none. */
export function timeKind(value: string | number): TimeKind | null {
  if (typeof value === 'number' || isNumberText(value.trim())) return 'number';
  return textKind(value);
}

/** How times are read unless the data or an option says otherwise. */
export const AUTO_TIME: TimeFormat = { numbers: 'auto', dayMonth: null, pattern: null, kinds: null };

/** The `--time-format` that is no pattern: times are read by their form, whatever kinds the sample has. */
export const ANY_TIME_FORMAT = 'any';

/** Parses a time to epoch ms; NaN if it is not one. */
export type ParseTime = (value: string | number) => number;

/**
 * Makes a parser of times: dates and date-times in ISO 8601 and other clear forms, with an optional `Z`, `UTC`, `GMT`
 * or offset, and numbers as `format` says. Fractions of a millisecond are truncated. Invalid times such as month 13,
 * 31 February or hour 25 are NaN.
 *
 * A time without a zone is in `timezone`. If it occurs twice because clocks go back, the first one is meant; if it
 * never occurs because they go forward, it is NaN.
 *
 * @throws RangeError when `timezone` is neither `UTC`, a fixed offset nor an IANA name known to Intl, or the pattern is
 *   invalid
 */
export function parserOf({ numbers, dayMonth, pattern, kinds }: TimeFormat, timezone: string): ParseTime {
  const toUtc = toUtcIn(timezone);
  if (pattern !== null) return patternParser(compilePattern(pattern), toUtc);
  const read = kinds === null ? null : new Set<string>(['iso', ...kinds]);
  const numberMs = read?.has('number') === false ? () => NaN : numberParser(numbers, toUtc);
  return (value) => {
    if (typeof value === 'number') return numberMs(value);
    const text = needsTrim(value) ? value.trim() : value;
    const usualMs =
      text.charCodeAt(4) === 45 /* - */ && text.length >= 10 ? isoMs(text, toUtc) : numberMs(text);
    return Number.isNaN(usualMs) && !isNumberText(text) ? otherTextMs(text, toUtc, dayMonth, read) : usualMs;
  };
}

/** Between these years, digits that a person types are a date if they can be one. */
const TYPED_DATES_MS = { from: Date.UTC(1970, 0, 1), until: Date.UTC(2100, 0, 1) };

/**
 * The parser of times that people type: like those of the recording, but digits such as 20180430 are a date although
 * they could be an epoch, unless a unit is given.
 *
 * @throws RangeError as `parserOf`
 */
export function typedTimeParser(
  { unit, pattern }: { readonly unit: 'auto' | TimeUnit; readonly pattern: string | null },
  timezone: string,
): ParseTime {
  const general = parserOf({ ...AUTO_TIME, numbers: unit }, timezone);
  const preferred = pattern === null ? null : parserOf({ ...AUTO_TIME, pattern }, timezone);
  const digits = parserOf({ ...AUTO_TIME, numbers: 'compact' }, timezone);
  const isDate = unit === 'auto' ? typedDates() : () => false;
  return (value) => {
    const ms = preferred?.(value) ?? NaN;
    if (!Number.isNaN(ms)) return ms;
    return isDate(value) ? digits(value) : general(value);
  };
}

/** In UTC, so that a date which the zone skips is not taken for an epoch. */
function typedDates(): (value: string | number) => boolean {
  const parse = parserOf({ ...AUTO_TIME, numbers: 'compact' }, 'UTC');
  return (value) => {
    const ms = parse(value);
    return ms >= TYPED_DATES_MS.from && ms < TYPED_DATES_MS.until && isNumberText(String(value).trim());
  };
}

function needsTrim(text: string): boolean {
  return !(text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32);
}
