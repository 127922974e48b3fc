import { NO_VERDICT, ROW_STATUS, type MinuteRows, type RowStatus } from '#build/core/block.js';

/** What became of a row. */
export interface Row {
  readonly status: RowStatus;
  readonly score: number | null;
  readonly anomaly: boolean | null;
}

/** The rows of a minute, as columns. */
export function rowsOf(rows: readonly Row[]): MinuteRows {
  return {
    statuses: Uint8Array.from(rows, ({ status }) => ROW_STATUS[status]),
    scores: Float32Array.from(rows, ({ score }) => score ?? NaN),
    anomalies: Uint8Array.from(rows, ({ anomaly }) => (anomaly === null ? NO_VERDICT : Number(anomaly))),
  };
}
