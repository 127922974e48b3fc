import { InvalidArgumentError } from 'commander';

import { MONTH_MS } from '../../core/time.js';
import { duration, durationOrZero, orAuto } from './kinds.js';
import type { Kind } from './setting.js';

const LONGEST_INTERVAL_MS = 366 * 86_400_000;

const INTERVALS = 'Expected an interval from 1s to 366d such as 60s, 5m or 1h, months up to 12mo, or auto.';

/** `auto`, a duration from a second to a year, or calendar months, up to a year of them. */
export const interval: Kind<number | 'auto'> = orAuto(
  {
    ...duration,
    parse(text) {
      const months = /^(\d+)mo$/.exec(text)?.[1];
      const ms = months === undefined ? duration.parse(text) : Number(months) * MONTH_MS;
      if (ms < 1000 || ms > LONGEST_INTERVAL_MS || !Number.isInteger(ms))
        throw new InvalidArgumentError(INTERVALS);
      return ms;
    },
  },
  INTERVALS,
);

const LONGEST_PHASE_MS = LONGEST_INTERVAL_MS;

const phaseOrLocal: Kind<number | 'local'> = {
  parse(text) {
    if (text === 'local') return text;
    const ms = durationOrZero.parse(text);
    if (ms <= LONGEST_PHASE_MS && Number.isInteger(ms)) return ms;
    throw new InvalidArgumentError('Expected a duration such as 0s, 30s or 9h; or local, or auto.');
  },
  show: (value) => (value === 'local' ? value : durationOrZero.show(value)),
  json: 'number',
};

/** `auto`, `local`, or a duration from 0 on. */
export const phase = orAuto(phaseOrLocal);

/** `auto`, or a whole number of milliseconds from 0 on. */
export const lead: Kind<number | 'auto'> = orAuto({
  ...durationOrZero,
  parse(text) {
    const ms = durationOrZero.parse(text);
    if (Number.isInteger(ms)) return ms;
    throw new InvalidArgumentError('Expected a duration such as 0s, 5s or 1m; or auto.');
  },
});
