import { basename } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { skippedTimes } from '../core/skipped-time.js';
import { timeParser } from '../core/time.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import type { RejectLimit } from '../core/counts.js';

/** The flags that say how recordings are read, as commander collects them. */
export interface ReadingFlags {
  readonly format: 'auto' | 'csv' | 'jsonl';
  readonly timeColumn?: string;
  readonly targetColumn?: string;
  readonly labelColumn?: string;
  readonly columns?: readonly string[];
  readonly map?: Readonly<Record<string, string>>;
  readonly targets?: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
  readonly from?: string;
  readonly to?: string;
  readonly timezone: string;
  readonly interval: 'auto' | number;
  readonly grace: number;
  readonly maxAhead: number;
  readonly duplicates: 'reject' | 'first' | 'last' | 'mean';
  readonly maxRejects?: RejectLimit;
  /** Bytes. */
  readonly maxLine: number;
  readonly maxExpansion: number;
}

/** @throws AiopsError `usage` where a time cannot be read, or the range is empty */
export function readOptions(flags: ReadingFlags): ReplayConfig['read'] {
  return {
    format: flags.format,
    ...(flags.timeColumn === undefined ? {} : { timeColumn: flags.timeColumn }),
    ...(flags.targetColumn === undefined ? {} : { targetColumn: flags.targetColumn }),
    ...(flags.labelColumn === undefined ? {} : { labelColumn: flags.labelColumn }),
    ...(flags.columns === undefined ? {} : { columns: flags.columns }),
    ...(flags.targets === undefined ? {} : { targets: flags.targets }),
    map: flags.map ?? {},
    timezone: flags.timezone,
    interval: flags.interval,
    grace: flags.grace,
    maxAhead: flags.maxAhead,
    duplicates: flags.duplicates,
    shard: flags.shard ?? null,
    ...timeRange(flags),
    maxLineBytes: flags.maxLine,
    maxExpansion: flags.maxExpansion,
  };
}

function timeRange({ from, to, timezone }: ReadingFlags): Pick<ReplayConfig['read'], 'fromMs' | 'toMs'> {
  const parse = timeParser(timezone);
  const read = (flag: string, text: string | undefined): number | null => {
    if (text === undefined) return null;
    const timeMs = parse(text);
    if (!Number.isNaN(timeMs)) return timeMs;
    const skipped = skippedTimes(timezone)(text);
    if (skipped !== null) {
      throw new AiopsError('usage', `${flag}: ${skipped}`, {
        hint: 'give a time before or after the gap, or one in UTC, with a Z at its end',
      });
    }
    throw new AiopsError('usage', `${flag} ${text} is no time`, {
      hint: 'give one such as 2024-05-01, "2024-05-01 12:30" or 2024-05-01T12:30:00Z',
    });
  };
  const range = { fromMs: read('--from', from), toMs: read('--to', to) };
  if (range.fromMs !== null && range.toMs !== null && range.fromMs >= range.toMs) {
    throw new AiopsError('usage', `nothing lies between --from ${from} and --to ${to}`, {
      hint: '--to names the first minute that is left out, so it comes after --from',
    });
  }
  return range;
}

/** `data.jsonl` → `data.jsonl.aiops` in the current folder; several inputs go by the first, shares have their own. */
export function defaultOut(inputs: readonly string[], { shard }: Pick<ReadingFlags, 'shard'>): string {
  const [first = '-'] = inputs;
  const share = shard === undefined ? '' : `.shard-${shard.index}-of-${shard.count}`;
  return `${first === '-' ? 'stdin' : basename(first)}${share}.aiops`;
}
