import { AiopsError } from '../../core/errors.js';
import type { ResultsFormat } from '../../core/result-lines.js';
import type { Label } from '../../core/types.js';
import type { FileLine } from '../../output/read-back.js';
import type { LeftOutput } from '../../output/run-output.js';

/** The fields of a result that figures need. */
export interface ResultLine {
  /** ISO 8601 */
  readonly minute: string;
  readonly target: string;
  readonly column: string | null;
  readonly status: 'ok' | 'warmup' | 'error';
  readonly score: number | null;
  readonly anomaly: boolean | null;
  readonly label: Label;
}

export interface ReadResultsOptions {
  readonly format: ResultsFormat;
  /** Name of the file, for messages. */
  readonly place: string;
  /** Skip rows that are not flagged; their lines are not even checked. */
  readonly flaggedOnly: boolean;
}

/** A line with such a part may be flagged; one without is not. */
const FLAGGED: Readonly<Record<ResultsFormat, string>> = { jsonl: '"anomaly":true', csv: ',1,' };

/**
 * Reads committed results back, as many at a time as are read together.
 *
 * @throws AiopsError `output_io` where one is not a line of results
 */
export async function* readResults(
  output: Pick<LeftOutput, 'committed'>,
  { format, place, flaggedOnly }: ReadResultsOptions,
): AsyncGenerator<readonly ResultLine[]> {
  const isCsv = format === 'csv'; // whose records may have several lines
  const parse = isCsv ? fromCsv : fromJson;
  const lines = output.committed('results', flaggedOnly && !isCsv ? FLAGGED[format] : '');
  for await (const group of isCsv ? csvRecords(lines) : lines) {
    const results: ResultLine[] = [];
    for (const { number, text } of group) {
      if (flaggedOnly && !text.includes(FLAGGED[format])) continue;
      const result = parse(text);
      if (result === null) throw notResults(`${place}:${number}`, text);
      if (!flaggedOnly || result.anomaly === true) results.push(result);
    }
    yield results;
  }
}

/** Joins the lines of records with line breaks in quotes. */
async function* csvRecords(groups: AsyncIterable<readonly FileLine[]>): AsyncGenerator<readonly FileLine[]> {
  let open: FileLine | null = null;
  for await (const lines of groups) {
    const records: FileLine[] = [];
    for (const { number, text } of lines) {
      const joined: FileLine =
        open === null ? { number, text } : { number: open.number, text: `${open.text}\n${text}` };
      const isWhole = (joined.text.match(/"/g)?.length ?? 0) % 2 === 0;
      if (isWhole) records.push(joined);
      open = isWhole ? null : joined;
    }
    yield records;
  }
}

/** The fields of a record as `csvField` writes them. */
function csvFields(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}

const NUMBER = /^-?[\d.]+(e[-+]?\d+)?$/;
const VERDICTS: Readonly<Record<string, boolean | null>> = { '': null, '0': false, '1': true };

function fromCsv(line: string): ResultLine | null {
  const [minute, target, column, status, score, anomaly, label] = csvFields(line);
  if (label === undefined || score === undefined) return null;
  return checked({
    ...{ minute, target, status },
    column: column === '' ? null : column,
    score: score === '' ? null : Number(score),
    anomaly: VERDICTS[anomaly ?? '-'],
    label: label === '' ? null : NUMBER.test(label) ? Number(label) : label,
  });
}

function fromJson(line: string): ResultLine | null {
  try {
    return checked(JSON.parse(line));
  } catch {
    return null;
  }
}

function checked(value: unknown): ResultLine | null {
  if (typeof value !== 'object' || value === null) return null;
  const { minute, target, column, status, score, anomaly, label } = value as Readonly<
    Record<string, unknown>
  >;
  const isResult =
    typeof minute === 'string' &&
    !Number.isNaN(Date.parse(minute)) &&
    typeof target === 'string' &&
    (column === null || typeof column === 'string') &&
    (status === 'ok' || status === 'warmup' || status === 'error') &&
    (score === null || (typeof score === 'number' && !Number.isNaN(score))) &&
    (anomaly === null || typeof anomaly === 'boolean') &&
    (label === null || typeof label === 'number' || typeof label === 'string');
  return isResult ? (value as ResultLine) : null;
}

const SHOWN_TEXT = 60;

function notResults(place: string, line: string): AiopsError {
  const shown = line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line;
  return new AiopsError('output_io', `${place} is not a line of results: ${shown}`, {
    hint: ({ startOver }) => `something else wrote to the file; restore it, or ${startOver}`,
  });
}
