/** One record of a recording, its numbers as they are written to the file (missing: ''). */
export interface TextRecord {
  readonly target: string;
  /** `[columns]` */
  readonly values: readonly string[];
  /** Null: the recording has no labels. */
  readonly label: string | null;
}

/** The header of a CSV recording in the rows layout. */
export function csvHeader(columns: readonly string[], hasLabels: boolean): string {
  return `timestamp,target,${columns.join(',')}${hasLabels ? ',label' : ''}\n`;
}

/** A minute in the rows layout as CSV; names must not need quotes. */
export function csvRows(timestamp: string, records: readonly TextRecord[]): string {
  let text = '';
  for (const { target, values, label } of records) {
    text += `${timestamp},${target},${values.join(',')}${label === null ? '' : `,${label}`}\n`;
  }
  return text;
}

/** A minute in the rows layout, as JSON lines. */
export function jsonRows(
  timestamp: string,
  columns: readonly string[],
  records: readonly TextRecord[],
): string {
  let text = '';
  for (const record of records) {
    const head = `"timestamp":${JSON.stringify(timestamp)},"target":${JSON.stringify(record.target)}`;
    text += `{${head},${jsonMembers(columns, record.values)}${jsonLabel(record)}}\n`;
  }
  return text;
}

/** A minute in the batches layout: one JSON line. */
export function jsonBatch(
  timestamp: string,
  columns: readonly string[],
  records: readonly TextRecord[],
): string {
  const items = records.map(
    (record) =>
      `{"target":${JSON.stringify(record.target)},"values":{${jsonMembers(columns, record.values)}}${jsonLabel(record)}}`,
  );
  return `{"minute":${JSON.stringify(timestamp)},"items":[${items.join(',')}]}\n`;
}

function jsonMembers(columns: readonly string[], values: readonly string[]): string {
  return columns
    .map((column, index) => `${JSON.stringify(column)}:${jsonNumber(values[index] ?? '')}`)
    .join(',');
}

function jsonLabel({ label }: TextRecord): string {
  return label === null ? '' : `,"label":${jsonNumber(label)}`;
}

function jsonNumber(text: string): string {
  return text === '' ? 'null' : text;
}
