/** What became of every record and every result row. */
export interface RunCounts {
  /** `accepted + merged + rejected` */
  readonly records: number;
  readonly accepted: number;
  readonly merged: number;
  readonly rejected: number;
  /** Left out by `--targets`, `--shard`, `--from` or `--to`, not counted as records. */
  readonly filtered: number;
  readonly minutes: number;
  /** `accepted × rows per record = ok + warmup + error` */
  readonly rows: number;
  readonly ok: number;
  readonly warmup: number;
  readonly error: number;
  readonly anomalies: number;
}

/** How many rejects end the run. */
export type RejectLimit =
  { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly share: number };
