import { basename } from 'node:path';

import type { RejectLimit, ReplayConfig } from '../run/replay-config.js';

/** The flags that say how recordings are read, as commander collects them. */
export interface ReadingFlags {
  readonly format: 'auto' | 'csv' | 'jsonl';
  readonly timeColumn?: string;
  readonly targetColumn?: string;
  readonly labelColumn?: string;
  readonly columns?: readonly string[];
  readonly map?: Readonly<Record<string, string>>;
  readonly targets?: readonly string[];
  readonly timezone: string;
  readonly interval: 'auto' | number;
  readonly grace: number;
  readonly duplicates: 'reject' | 'first' | 'last' | 'mean';
  readonly maxRejects?: RejectLimit;
  /** Bytes. */
  readonly maxLine: number;
  readonly maxExpansion: number;
}

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
    duplicates: flags.duplicates,
    shard: null,
    fromMs: null,
    toMs: null,
    maxLineBytes: flags.maxLine,
    maxExpansion: flags.maxExpansion,
  };
}

/** `data.jsonl` → `data.jsonl.aiops` in the current folder; several inputs go by the first. */
export function defaultOut(inputs: readonly string[]): string {
  const [first = '-'] = inputs;
  return `${first === '-' ? 'stdin' : basename(first)}.aiops`;
}
