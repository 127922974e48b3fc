import type { DuplicatePolicy } from './shared/minute.js';
import type { TimeUnit } from '../core/time/numbers.js';
import type { Shard } from '../core/shard.js';
import type { ExportName } from './exports/names.js';

/** The longest line that is read unless an option says otherwise. */
export const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;
/** More than monitoring data compresses to, less than deflate makes of a single repeated byte (about 1,030). */
export const DEFAULT_MAX_EXPANSION = 500;

export interface ReadOptions {
  readonly format: 'auto' | 'csv' | 'jsonl' | ExportName;
  /** Or several that hold the time together, separated by commas. */
  readonly timeColumn?: string;
  /** Several together name a target; `['none']`: no column does. */
  readonly targetColumns?: readonly string[];
  /** The target of files without a target column. */
  readonly series?: string;
  /** `none`: no column. */
  readonly labelColumn?: string;
  /** Of a table with a row per metric. */
  readonly metricColumn?: string;
  readonly valueColumn?: string;
  /**
   * What metrics with a general name are called; default `auto`: as their files if they would be duplicates otherwise.
   */
  readonly metricNames?: 'auto' | 'files' | 'columns';
  /** Whether every metric column is a target of its own. */
  readonly wide?: boolean;
  /** What bare numbers count; default `auto`: as the sample shows. */
  readonly timeUnit?: 'auto' | TimeUnit;
  /** As for `strptime`, or `any`. */
  readonly timeFormat?: string;
  /** CSV only. */
  readonly delimiter?: string;
  /** CSV only: lines before the header. */
  readonly skipLines?: number;
  readonly decimal?: '.' | ',';
  /** Texts that stand for a missing value, besides empty ones, null and NaN. */
  readonly missingValues?: readonly string[];
  /** The metric columns, in this order; default: all numeric ones. */
  readonly columns?: readonly string[];
  /** New name → name in the file. */
  readonly map: Readonly<Record<string, string>>;
  /** Only these targets; `*` stands for any text. */
  readonly targets?: readonly string[];
  /** Only targets whose hash falls to this shard, `index` from 1 to `count`; null: all. */
  readonly shard: Shard | null;
  /** Only minutes from this one on, epoch ms; null: from the first. */
  readonly fromMs: number | null;
  /** Only minutes before this one, epoch ms; null: to the last. */
  readonly toMs: number | null;
  /** For times without a zone: `UTC` or an IANA name. */
  readonly timezone: string;
  /** ms */
  readonly interval: 'auto' | number;
  /**
   * Where intervals begin: ms after multiples of their length, or `local`: at midnight in `timezone`; default `auto`:
   * as the data shows.
   */
  readonly phase?: 'auto' | 'local' | number;
  /** How long before its interval a record may be, ms; default `auto`: as jitter needs. */
  readonly lead?: 'auto' | number;
  /** Whether to bring each input into time order first. */
  readonly sort?: boolean;
  /** Intervals that a file may go back in time. */
  readonly grace: number;
  readonly duplicates: DuplicatePolicy;
  /** The columns that are counters, to be read as rates per second; `*` stands for any text. */
  readonly rate?: readonly string[];
  /** The shape required of two-dimensional values, `[window, columns]`; null: they are not allowed. */
  readonly ownWindow: { readonly window: number } | null;
  /** Intervals before the first minute that its windows and warm-up depend on. */
  readonly lookBackIntervals: number;
  /** Whether inputs arrive in real time, so that the clock closes minutes as well. */
  readonly live?: boolean;
  /** Intervals that a record of a live input may be ahead of this machine's clock; default: any number. */
  readonly maxAhead?: number;
  readonly maxLineBytes: number;
  /** How many times its size a compressed input may unpack to. */
  readonly maxExpansion: number;
}

/** The part of the options that does not depend on the model. */
export type ReadSettings = Omit<ReadOptions, 'ownWindow' | 'lookBackIntervals'>;
