// Its types, for tests, are in recording-text.d.mts.

/** The header of a CSV recording in the rows layout. */
export function csvHeader(columns, hasLabels) {
  return `timestamp,target,${columns.join(',')}${hasLabels ? ',label' : ''}\n`;
}

/** A minute in the rows layout as CSV; names must not need quotes. */
export function csvRows(timestamp, records) {
  let text = '';
  for (const { target, values, label } of records) {
    text += `${timestamp},${target},${values.join(',')}${label === null ? '' : `,${label}`}\n`;
  }
  return text;
}

/** A minute in the rows layout, as JSON lines. */
export function jsonRows(timestamp, columns, records) {
  let text = '';
  for (const record of records) {
    const head = `"timestamp":${JSON.stringify(timestamp)},"target":${JSON.stringify(record.target)}`;
    text += `{${head},${jsonMembers(columns, record.values)}${jsonLabel(record)}}\n`;
  }
  return text;
}

/** A minute in the batches layout: one JSON line. */
export function jsonBatch(timestamp, columns, records) {
  const items = records.map(
    (record) =>
      `{"target":${JSON.stringify(record.target)},"values":{${jsonMembers(columns, record.values)}}${jsonLabel(record)}}`,
  );
  return `{"minute":${JSON.stringify(timestamp)},"items":[${items.join(',')}]}\n`;
}

function jsonMembers(columns, values) {
  return columns
    .map((column, index) => `${JSON.stringify(column)}:${jsonNumber(values[index] ?? '')}`)
    .join(',');
}

function jsonLabel({ label }) {
  return label === null ? '' : `,"label":${jsonNumber(label)}`;
}

function jsonNumber(text) {
  return text === '' ? 'null' : text;
}
