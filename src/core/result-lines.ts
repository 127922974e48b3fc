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

/** By the status of a row: all that have an error have the same name, and are at or above the last index. */
const STATUS_NAMES: readonly StatusName[] = ['ok', 'warmup', 'error'];

/** How many values `Answers.anomalies` has. */
const VERDICTS = 3;

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
  /** `[series, status]`. */
  readonly #heads: RecurringTexts;
  /** `[label, verdict, whether the row is ok]`. */
  readonly #verdicts: RecurringTexts;
  /** `[whether the row is ok]`, for rows without an error. */
  readonly #ends: RecurringTexts;

  constructor(block: Block, rows: LineRows, { format, anomaliesOnly, fullOutput }: LineForm) {
    this.#block = block;
    this.#rows = rows;
    this.#syntax = format === 'csv' ? CSV_LINE : JSON_LINE;
    this.#anomaliesOnly = anomaliesOnly;
    this.#mostOutputs = fullOutput ? Infinity : OUTPUT_LIMIT;
    const lines = new LineBuffer(TYPICAL_LINE_BYTES * (anomaliesOnly ? 1 : rows.statuses.length));
    this.#lines = lines;
    this.#minutes = new RecurringTexts(lines, block.minutesMs.length);
    this.#heads = new RecurringTexts(lines, block.targets.length * STATUS_NAMES.length);
    this.#verdicts = new RecurringTexts(lines, (block.labels?.values.length ?? 1) * VERDICTS * 2);
    this.#ends = new RecurringTexts(lines, 2);
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
    const isOk = this.#rows.statuses[row] === ROW_STATUS.ok;
    this.#addHead(row, series, minute);
    const score = this.#rows.scores[row]!;
    const scoreStart = lines.length;
    if (Number.isNaN(score)) lines.text(this.#syntax.noScore);
    else lines.float32(score);
    const scoreEnd = lines.length;
    this.#addVerdict(row, series, minute, isOk);
    if (isOk) this.#addOutputs(row, score, scoreStart, scoreEnd);
    this.#addEnd(row, isOk);
  }

  #addHead(row: number, series: number, minute: number): void {
    const { minutesMs, targets, columns } = this.#block;
    if (!this.#minutes.repeat(minute))
      this.#minutes.write(minute, this.#syntax.minute(isoTime(minutesMs[minute]!)));
    const status = Math.min(this.#rows.statuses[row]!, ROW_STATUS.error);
    const head = series * STATUS_NAMES.length + status;
    if (!this.#heads.repeat(head))
      this.#heads.write(head, this.#syntax.head(targets[series]!, columns[series]!, STATUS_NAMES[status]!));
  }

  #addVerdict(row: number, series: number, minute: number, isOk: boolean): void {
    const { labels, minutesMs } = this.#block;
    const { verdict, outputs } = this.#syntax;
    const label = labels === null ? 0 : labels.codes[series * minutesMs.length + minute]!;
    const anomaly = this.#rows.anomalies[row]!;
    const index = (label * VERDICTS + anomaly) * 2 + Number(isOk);
    if (this.#verdicts.repeat(index)) return;
    const text = verdict(anomaly === NO_VERDICT ? null : anomaly === 1, labels?.values[label] ?? null);
    this.#verdicts.write(index, text + (isOk ? outputs.open : outputs.none));
  }

  /** The score often is an output as well, so its text is copied. */
  #addOutputs(row: number, score: number, scoreStart: number, scoreEnd: number): void {
    const lines = this.#lines;
    const { values, offsets } = this.#rows.outputs;
    const start = offsets[row]!;
    const end = Math.min(offsets[row + 1]!, start + this.#mostOutputs);
    for (let i = start; i < end; i++) {
      if (i > start) lines.text(this.#syntax.outputs.separator);
      const value = values[i]!;
      if (Object.is(value, score)) lines.repeat(scoreStart, scoreEnd);
      else lines.float32(value);
    }
  }

  #addEnd(row: number, isOk: boolean): void {
    const { end, outputs } = this.#syntax;
    const close = isOk ? outputs.close : '';
    const error = isOk ? undefined : this.#rows.errors.get(row);
    if (error !== undefined) this.#lines.text(end(error));
    else if (!this.#ends.repeat(Number(isOk))) this.#ends.write(Number(isOk), close + end(null));
  }
}
