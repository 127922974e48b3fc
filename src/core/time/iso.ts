import { HOUR_MS, MINUTE_MS, SECOND_MS, dateMs, inRange } from './calendar.js';
import { startOfDay, type ToUtc } from './zone.js';

/**
 * `YYYY-MM-DD`, alone or with `T` or a space and `HH:MM[:SS[.fraction]]` and perhaps an offset; NaN for anything else.
 * Goes by fixed positions; beyond the end, `charCodeAt` is NaN, which fails every check.
 */
export function isoMs(text: string, toUtc: ToUtc): number {
  const midnight = dateMs(
    twoDigits(text, 0) * 100 + twoDigits(text, 2),
    twoDigits(text, 5),
    twoDigits(text, 8),
  );
  if (text.charCodeAt(7) !== 45 /* - */ || Number.isNaN(midnight)) return NaN;
  if (text.length === 10) return inRange(startOfDay(midnight, toUtc));

  const separator = text.charCodeAt(10);
  if (separator !== 84 /* T */ && separator !== 32 && separator !== 116 /* t */) return NaN;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  if (text.charCodeAt(13) !== 58 /* : */ || !(hour < 24 && minute < 60)) return NaN;
  let local = midnight + hour * HOUR_MS + minute * MINUTE_MS;
  let at = 16;
  if (text.charCodeAt(16) === 58) {
    const second = twoDigits(text, 17);
    if (!(second < 60)) return NaN;
    local += second * SECOND_MS;
    at = 19;
    const mark = text.charCodeAt(19);
    if (mark === 46 /* . */ || mark === 44 /* , */) {
      at = endOfDigits(text, 20);
      if (at === 20) return NaN;
      local += fractionMs(text.slice(20, at));
    }
  }
  if (at === text.length) return inRange(toUtc(local));
  return inRange(local - offsetMs(text.slice(at)));
}

/** The ms of the digits after a second's decimal mark; further digits are cut off. */
export function fractionMs(digits: string): number {
  return Number(digits.slice(0, 3).padEnd(3, '0'));
}

/** ` +02:00`, `-0530`, `Z`, ` UTC` … → ms ahead of UTC; NaN for anything else. */
export function offsetMs(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  const match = /^ ?(?:(?:Z|UTC|GMT)|([+-])(\d\d)(?::?([0-5]\d))?)$/i.exec(text);
  if (match === null) return NaN;
  const hours = Number(match[2] ?? 0);
  if (hours > 23) return NaN;
  return (match[1] === '-' ? -1 : 1) * (hours * HOUR_MS + Number(match[3] ?? 0) * MINUTE_MS);
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
