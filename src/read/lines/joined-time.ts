import type { FoundRow } from './found-row.js';
import type { FilePlan } from './plan.js';

/** Midnight after a date, as spreadsheets and databases write a day, perhaps with its zone as a group. */
export const MIDNIGHT =
  /[T ](?:0?0:00(?::00(?:[.,]0+)?)?|12:00(?::00)?[ \u202f\u00a0]?a\.?m\.?)( ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?$/i;
/** What spreadsheets, databases and pandas write before a time of day that has no date. */
const DAY_ZERO =
  /^(?:(?:1899-12-3[01]|1900-01-0[01]|1904-01-01|1970-01-01|0001-01-01)[T ]|12\/3[01]\/1899 |3[01]\.12\.1899 |0 days )/;
const HOUR = /^\d{1,2}$/;
const DIGITS = /^(\d\d)(\d\d)(\d\d)?$/;
/** With two dots, it is no number. */
const DOTS = /^(\d{1,2})\.(\d\d)\.(?=\d\d)/;
const WITH_ZONE = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/i;

/**
 * The time that several fields hold together: their texts with spaces between them. Unless a pattern says how it is
 * written, a midnight after the date is dropped but for its zone, and a bare hour is a time of day. If one is missing,
 * so is the time.
 */
export function joinedTime(parts: readonly unknown[], pattern: string | null): unknown {
  const texts: string[] = [];
  for (const part of parts) {
    if (typeof part !== 'string' && typeof part !== 'number') return part;
    const text = String(part).trim();
    if (text === '') return '';
    texts.push(text);
  }
  const [date = '', clock = '', ...others] = texts;
  if (pattern !== null || others.length > 0) return texts.join(' ');
  const [midnight = '', zone = ''] = MIDNIGHT.exec(date) ?? [];
  const day = midnight === '' ? date : date.slice(0, -midnight.length);
  const ofDay = timeOfDay(clock);
  return `${day} ${ofDay}${WITH_ZONE.test(ofDay) ? '' : zone}`;
}

/** A time of day with colons and without the day that a program writes before it: `0058` and `1899-12-30 00:58`. */
export function timeOfDay(clock: string): string {
  const text = clock.replace(DAY_ZERO, '').replace(DOTS, '$1:$2:');
  if (HOUR.test(text)) return `${text}:00`;
  return text.replace(DIGITS, (_, hour: string, minute: string, second?: string) =>
    [hour, minute, second].filter((part) => part !== undefined).join(':'),
  );
}

/** Fills in the time of a row of which several fields hold it; null: one does. */
export function timeJoiner({
  timeFields = [],
  time: { pattern },
}: Pick<FilePlan, 'timeFields' | 'time'>): ((row: FoundRow) => void) | null {
  if (timeFields.length < 2) return null;
  return (row) => {
    row.time = joinedTime(row.timeParts, pattern);
  };
}
