import { InvalidArgumentError } from 'commander';

import { ANY_TIME_FORMAT } from '../../core/time/format.js';
import { compilePattern } from '../../core/time/pattern.js';
import { canonicalZone } from '../../core/time/zone.js';
import { textKind } from './kinds.js';
import type { Kind } from './setting.js';

/** A time, kept as text because it can depend on `--timezone`, `--time-unit` and `--time-format`. */
export const time: Kind<string> = textKind((text) => {
  if (/\d/.test(text)) return text;
  throw new InvalidArgumentError(
    'Expected a time such as 2024-05-01, "2024-05-01 12:30" or 2024-05-01T12:30:00Z.',
  );
}, 'number');

/** `UTC`, a fixed offset or a name from the IANA time-zone database. */
export const timezone: Kind<string> = textKind((text) => {
  try {
    return canonicalZone(text);
  } catch {
    throw new InvalidArgumentError(
      'Expected UTC, an offset such as +02:00, or a zone such as Europe/Vienna.',
    );
  }
});

/** A pattern as strptime has them, or `any`. */
export const timeFormat: Kind<string> = textKind((text) => {
  if (text === ANY_TIME_FORMAT) return text;
  try {
    compilePattern(text);
    return text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError(`Expected a pattern such as "%d.%m.%Y %H:%M"; ${error.message}.`);
  }
});
