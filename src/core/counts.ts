import type { RejectReason } from './types.js';

/** How many records were read, by what became of them. */
export interface ReadCounts {
  /** `accepted + merged + rejected` */
  readonly records: number;
  readonly accepted: number;
  readonly merged: number;
  readonly rejected: number;
  /** Excluded by `--targets`, `--shard`, `--from` or `--to`; not counted as records. */
  readonly filtered: number;
  readonly minutes: number;
}

/** The same of a run, with its result rows. */
export interface RunCounts extends ReadCounts {
  /** `accepted × rows per record = ok + warmup + error` */
  readonly rows: number;
  readonly ok: number;
  readonly warmup: number;
  readonly error: number;
  readonly anomalies: number;
}

/** How many records were rejected for a reason. */
export interface RejectCount {
  readonly reason: RejectReason;
  readonly count: number;
  /** The first of them. */
  readonly example: { readonly file: string; readonly line: number; readonly message: string };
  /** Of duplicates: how far apart they regularly are, ms; 0: at the same time; absent: neither. */
  readonly stepMs?: number;
}

/** How many items failed with an `errno`. */
export interface ErrorCount {
  readonly errno: string;
  readonly count: number;
  /** The first of them: the item, its minute in ISO 8601, and its `errmsg`. */
  readonly example: {
    readonly target: string;
    readonly column: string | null;
    readonly minute: string;
    readonly message: string;
  };
}

/** How many rejects a run tolerates. */
export type RejectLimit =
  { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly share: number };
