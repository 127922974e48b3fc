/** One record of a recording, its numbers as they are written to the file (missing: ''). */
export interface TextRecord {
  readonly target: string;
  /** `[columns]` */
  readonly values: readonly string[];
  /** Null: the recording has no labels. */
  readonly label: string | null;
}

export function csvHeader(columns: readonly string[], hasLabels: boolean): string;
export function csvRows(timestamp: string, records: readonly TextRecord[]): string;
export function jsonRows(
  timestamp: string,
  columns: readonly string[],
  records: readonly TextRecord[],
): string;
export function jsonBatch(
  timestamp: string,
  columns: readonly string[],
  records: readonly TextRecord[],
): string;
