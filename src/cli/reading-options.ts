import { basename } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { skippedTimes } from '../core/skipped-time.js';
import { ANY_TIME_FORMAT, typedTimeParser, type ParseTime } from '../core/time/format.js';
import type { ReadSettings } from '../read/options.js';
import { FORMAT } from './settings/format.js';
import { READING } from './settings/reading.js';
import { pick, type ValuesOf } from './settings/setting.js';

const SETTINGS = { ...FORMAT, ...READING } as const;

export type ReadingValues = ValuesOf<typeof SETTINGS>;

/** @throws AiopsError `usage` if a time is invalid or the range is empty */
export function readSettings(values: ReadingValues): ReadSettings {
  const { from, to, maxRejects, ...same } = pick(SETTINGS, values);
  return { ...same, ...timeRange(values) };
}

function timeRange(values: ReadingValues): Pick<ReadSettings, 'fromMs' | 'toMs'> {
  const { from, to, timezone, timeUnit: unit, timeFormat } = values;
  const pattern = timeFormat === undefined || timeFormat === ANY_TIME_FORMAT ? null : timeFormat;
  const parserIn = (zone: string): ParseTime => typedTimeParser({ unit, pattern }, zone);
  const parse = parserIn(timezone);
  const read = (flag: string, text: string | undefined): number | null => {
    if (text === undefined) return null;
    const timeMs = parse(text);
    if (!Number.isNaN(timeMs)) return timeMs;
    const skipped = skippedTimes(parserIn, timezone)(text);
    if (skipped !== null) {
      throw new AiopsError('usage', `${flag}: ${skipped}`, {
        hint: 'give a time before or after the gap, or one in UTC that ends with Z',
      });
    }
    throw new AiopsError('usage', `${flag} ${text} is not a time`, {
      hint: `give one such as 2024-05-01, "2024-05-01 12:30" or 2024-05-01T12:30:00Z${pattern === null ? '' : ', or one as --time-format says'}`,
    });
  };
  const range = { fromMs: read('--from', from), toMs: read('--to', to) };
  if (range.fromMs !== null && range.toMs !== null && range.fromMs >= range.toMs) {
    throw new AiopsError('usage', `there is no minute between --from ${from} and --to ${to}`, {
      hint: '--to names the first minute after the range, so it must be later than --from',
    });
  }
  return range;
}

/** The first input's name with `.aiops`, in the current folder; contains the shard, if any. */
export function defaultOut(inputs: readonly string[], { shard }: Pick<ReadingValues, 'shard'>): string {
  const [first = '-'] = inputs;
  const share = shard === null ? '' : `.shard-${shard.index}-of-${shard.count}`;
  return `${first === '-' ? 'stdin' : basename(first)}${share}.aiops`;
}
