import type { FoundRow } from './found-row.js';
import type { FilePlan } from './plan.js';

/** Midnight after a date, as spreadsheets write a day. */
export const MIDNIGHT = /[T ]0?0:00(:00([.,]0+)?)?$/;
const HOUR = /^\d{1,2}$/;

/**
 * The time that several fields hold together: their texts with spaces between them. Unless a pattern says how it is
 * written, a midnight after the date is dropped, and a bare hour is a time of day. If one is missing, so is the time.
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
  const day = MIDNIGHT.test(date) ? date.replace(MIDNIGHT, '') : date;
  return `${day} ${HOUR.test(clock) ? `${clock}:00` : clock}`;
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
