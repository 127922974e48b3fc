import { csvField } from '../core/csv-field.js';
import { float32Text } from '../core/number-text.js';
import { isoTime } from '../core/time.js';
import type { ItemError, Reject, ResultRow } from '../core/types.js';

export type ResultsFormat = 'jsonl' | 'csv';

/** Output numbers written without `--full-output`. */
const OUTPUT_LIMIT = 8;

export interface ResultLineOptions {
  readonly format: ResultsFormat;
  /** Only rows flagged as anomalies. */
  readonly anomaliesOnly: boolean;
  /** All output numbers instead of the first 8. */
  readonly fullOutput: boolean;
}

/** The columns of `results.csv`; the fields of a line of `results.jsonl` come in the same order. */
const FIELDS = 'minute,target,column,status,score,anomaly,label,output,errno,errmsg';

/** The text before the first row: the header line of CSV. */
export function resultsHeader(format: ResultsFormat): string {
  return format === 'csv' ? `${FIELDS}\n` : '';
}

/** One line per row. The text depends on the rows only, so that repeating a run repeats its bytes. */
export function resultLines(rows: readonly ResultRow[], options: ResultLineOptions): string {
  const line = options.format === 'csv' ? csvLine : jsonLine;
  let text = '';
  for (const row of rows) {
    if (options.anomaliesOnly && row.anomaly !== true) continue;
    text += line(row, options.fullOutput);
  }
  return text;
}

function jsonLine(row: ResultRow, fullOutput: boolean): string {
  const score = row.score === null ? 'null' : float32Text(row.score);
  const label = row.label === null ? 'null' : JSON.stringify(row.label);
  const output = row.output === null ? 'null' : `[${outputText(row.output, ',', fullOutput)}]`;
  const error = row.error === null ? NO_ERROR : errorFields(row.error);
  return (
    `{"minute":"${minuteText(row.minuteMs)}","target":${jsonText(row.target)},"column":${jsonText(row.column)},` +
    `"status":"${row.status}","score":${score},"anomaly":${row.anomaly},"label":${label},"output":${output}${error}}\n`
  );
}

const NO_ERROR = ',"errno":null,"errmsg":null';

function errorFields({ errno, errmsg }: ItemError): string {
  return `,"errno":${JSON.stringify(errno)},"errmsg":${JSON.stringify(errmsg)}`;
}

/** Text that needs no escaping in JSON. */
const PLAIN = /^[\w .:/-]*$/;

function jsonText(text: string | null): string {
  if (text === null) return 'null';
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function csvLine(row: ResultRow, fullOutput: boolean): string {
  const fields = [
    minuteText(row.minuteMs),
    csvField(row.target),
    csvField(row.column ?? ''),
    row.status,
    row.score === null ? '' : float32Text(row.score),
    row.anomaly === null ? '' : row.anomaly ? '1' : '0',
    csvField(row.label === null ? '' : String(row.label)),
    row.output === null ? '' : outputText(row.output, ' ', fullOutput),
    row.error?.errno ?? '',
    csvField(row.error?.errmsg ?? ''),
  ];
  return `${fields.join(',')}\n`;
}

function outputText(output: Float32Array, separator: string, full: boolean): string {
  const shown = full ? output.length : Math.min(output.length, OUTPUT_LIMIT);
  let text = '';
  for (let i = 0; i < shown; i++) text += (i === 0 ? '' : separator) + float32Text(output[i]!);
  return text;
}

let lastMinuteMs = NaN;
let lastMinuteText = '';

/** Cached, since the rows of one minute come together. */
function minuteText(minuteMs: number): string {
  if (minuteMs !== lastMinuteMs) {
    lastMinuteMs = minuteMs;
    lastMinuteText = isoTime(minuteMs);
  }
  return lastMinuteText;
}

/** The lines of `rejects.jsonl`: where each rejected record was, why it was rejected, and its original text. */
export function rejectLines(rejects: readonly Reject[]): string {
  return rejects.map((reject) => `${JSON.stringify(rejectFields(reject))}\n`).join('');
}

function rejectFields({ source, reason, message }: Reject): Record<string, unknown> {
  const raw = source.raw();
  return {
    file: source.file,
    line: source.line,
    byteOffset: source.byteOffset,
    ...(source.item === undefined ? {} : { item: source.item }),
    reason,
    message,
    raw: raw.text,
    ...(raw.encoding === 'utf8' ? {} : { rawEncoding: raw.encoding }),
  };
}
