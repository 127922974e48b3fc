import {
  NO_VERDICT,
  ROW_STATUS,
  type Answers,
  type Block,
  type LineForm,
  type MinuteLines,
  type RowOutputs,
} from './block.js';
import { LineBuffer, RecurringTexts } from './line-buffer.js';
import { CSV_HEADER, CSV_LINE, JSON_LINE, type LineSyntax, type StatusName } from './line-syntax.js';
import { isoTime } from './time.js';
import type { ItemError } from './types.js';

export type ResultsFormat = LineForm['format'];

/** What became of the rows of a block, as far as lines say it. */
export interface LineRows extends Pick<Answers, 'rowOffsets' | 'statuses' | 'scores' | 'anomalies'> {
  /** By row. */
  readonly errors: ReadonlyMap<number, ItemError>;
  /** Of each row all numbers, or at least those that the form shows. */
  readonly outputs: RowOutputs;
}

/** Output numbers written without `--full-output`. */
export const OUTPUT_LIMIT = 8;

/** Room for a line at first; lines with one output number are shorter. */
const TYPICAL_LINE_BYTES = 256;

/** The text before the first row: the header line of CSV. */
export function resultsHeader(format: ResultsFormat): string {
  return format === 'csv' ? CSV_HEADER : '';
}

/** One line per row. The bytes depend on the rows only, so that repeating a run repeats them. */
export function blockLines(block: Block, rows: LineRows, form: LineForm): MinuteLines {
  const writer = new LineWriter(block, rows, form);
  const minutes = block.minutesMs.length;
  const offsets = new Uint32Array(minutes + 1);
  for (let minute = 0; minute < minutes; minute++) offsets[minute + 1] = writer.addMinute(minute);
  return { bytes: writer.bytes, offsets };
}

class LineWriter {
  readonly #block: Block;
  readonly #rows: LineRows;
  readonly #syntax: LineSyntax;
  readonly #anomaliesOnly: boolean;
  readonly #mostOutputs: number;
  readonly #lines: LineBuffer;
  readonly #minutes: RecurringTexts;
  readonly #series: RecurringTexts;
  readonly #statuses = new RecurringTexts(Object.keys(ROW_STATUS).length);
  /** By the label's code × 3 + the verdict. */
  readonly #verdicts: RecurringTexts;
  readonly #endWithoutError = new RecurringTexts(1);

  constructor(block: Block, rows: LineRows, { format, anomaliesOnly, fullOutput }: LineForm) {
    this.#block = block;
    this.#rows = rows;
    this.#syntax = format === 'csv' ? CSV_LINE : JSON_LINE;
    this.#anomaliesOnly = anomaliesOnly;
    this.#mostOutputs = fullOutput ? Infinity : OUTPUT_LIMIT;
    this.#lines = new LineBuffer(TYPICAL_LINE_BYTES * (anomaliesOnly ? 1 : rows.statuses.length));
    this.#minutes = new RecurringTexts(block.minutesMs.length);
    this.#series = new RecurringTexts(block.targets.length);
    this.#verdicts = new RecurringTexts(3 * (block.labels?.values.length ?? 1));
  }

  get bytes(): Uint8Array {
    return this.#lines.written;
  }

  /** Adds the lines of a minute; returns where they end. */
  addMinute(minute: number): number {
    const { present, minutesMs, targets } = this.#block;
    let row = this.#rows.rowOffsets[minute]!;
    for (let series = 0; series < targets.length; series++) {
      if (present[series * minutesMs.length + minute] === 0) continue;
      if (!this.#anomaliesOnly || this.#rows.anomalies[row] === 1) this.#addLine(row, series, minute);
      row++;
    }
    return this.#lines.length;
  }

  #addLine(row: number, series: number, minute: number): void {
    const lines = this.#lines;
    const syntax = this.#syntax;
    const { statuses, scores, anomalies, errors } = this.#rows;
    const { minutesMs, targets, columns, labels } = this.#block;
    if (!this.#minutes.repeat(lines, minute))
      this.#minutes.write(lines, minute, syntax.minute(isoTime(minutesMs[minute]!)));
    if (!this.#series.repeat(lines, series))
      this.#series.write(lines, series, syntax.series(targets[series]!, columns[series]!));
    const status = statuses[row]!;
    if (!this.#statuses.repeat(lines, status))
      this.#statuses.write(lines, status, syntax.status(statusName(status)));
    const score = scores[row]!;
    const scoreStart = lines.length;
    if (Number.isNaN(score)) lines.text(syntax.noScore);
    else lines.float32(score);
    const scoreEnd = lines.length;
    const code = labels === null ? 0 : labels.codes[series * minutesMs.length + minute]!;
    const verdict = 3 * code + anomalies[row]!;
    if (!this.#verdicts.repeat(lines, verdict)) {
      const anomaly = anomalies[row] === NO_VERDICT ? null : anomalies[row] === 1;
      this.#verdicts.write(lines, verdict, syntax.verdict(anomaly, labels?.values[code] ?? null));
    }
    if (status === ROW_STATUS.ok) this.#addOutputs(row, score, scoreStart, scoreEnd);
    else lines.text(syntax.noOutputs);
    const error = errors.get(row);
    if (error !== undefined) lines.text(syntax.end(error));
    else if (!this.#endWithoutError.repeat(lines, 0)) this.#endWithoutError.write(lines, 0, syntax.end(null));
  }

  /** The score often is an output as well, so its text is copied. */
  #addOutputs(row: number, score: number, scoreStart: number, scoreEnd: number): void {
    const lines = this.#lines;
    const { open, separator, close } = this.#syntax.outputs;
    const { values, offsets } = this.#rows.outputs;
    const start = offsets[row]!;
    const end = Math.min(offsets[row + 1]!, start + this.#mostOutputs);
    lines.text(open);
    for (let i = start; i < end; i++) {
      if (i > start) lines.text(separator);
      const value = values[i]!;
      if (Object.is(value, score)) lines.repeat(scoreStart, scoreEnd);
      else lines.float32(value);
    }
    lines.text(close);
  }
}

function statusName(status: number): StatusName {
  if (status === ROW_STATUS.ok) return 'ok';
  return status === ROW_STATUS.warmup ? 'warmup' : 'error';
}
