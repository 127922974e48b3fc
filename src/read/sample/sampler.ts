import { rememberLast } from './remember-last.js';
import { parserOf } from '../../core/time/format.js';
import type { Reject } from '../../core/types.js';
import { inPieces } from '../bytes/chunks.js';
import type { FilePlan, Layout } from '../lines/plan.js';
import { LineAssembler, rowReader } from '../lines/reader.js';
import type { ReadOptions } from '../options.js';
import { decideFields, type FileFields } from './decide.js';
import { orForeign } from './foreign/foreign.js';
import { SampledRecords } from './field-values.js';
import { decideHead, headLines, isHeadComplete, type FileHead } from './form/file-head.js';
import { HeadReader } from './head.js';
import { MAX_LINES, RowSampler, type SampledInput } from './row-sampler.js';
import { SampledTimes } from './time/times.js';

/** What the beginning of a file showed. */
export interface FileSample {
  readonly file: string;
  readonly head: FileHead;
  readonly layout: Layout;
  /** CSV only. */
  readonly header: readonly string[];
  /** CSV only: how many fields the first row has if no row fits the header. */
  readonly misfit: number | null;
  /** Null if there was no record. */
  readonly fields: FileFields | null;
  /** How the sample was read; null if there was no record. */
  readonly plan: FilePlan | null;
  /** By their names in the file, or in the metric field, without time, target and label. */
  readonly sampled: SampledRecords;
  /** Batches only: the names of values in lists. */
  readonly listed: readonly string[];
  readonly times: SampledTimes;
  /** Lines that are not blank, without the header. */
  readonly lines: number;
  readonly lastLine: number;
  /** JSONL only: the beginning of the first line. */
  readonly firstLine: string;
  /** Metrics of an export, by their names in the file, that have a number anywhere in it. */
  readonly metrics: readonly string[];
  /** Whether it has all fields, and all metrics, of the file. */
  readonly isWhole: boolean;
  /** How many records it has if the input had too few so far for a full one; null: it is full. */
  readonly shortOf: number | null;
  /** The first line that is too long, or not text. */
  readonly unread: Reject | null;
}

/** How far the reading of a sample is. */
interface Reading {
  readonly head: HeadReader;
  lines: LineAssembler;
  /** Null until there are enough rows to decide on their fields. */
  rows: RowSampler | null;
}

/**
 * Reads the beginning of one file until its columns and interval are clear: first its form, then its first rows
 * as they are, then, from the start again, its rows with the reader that will read the whole file.
 */
export class Sampler {
  /** The chunks that were read. */
  readonly chunks: Buffer[] = [];
  readonly #input: SampledInput;
  readonly #options: ReadOptions;
  #reading: Reading | null = null;

  constructor(input: SampledInput, options: ReadOptions) {
    this.#input = input;
    this.#options = options;
  }

  /** @throws AiopsError `input_unusable` if the header or the time column cannot be found */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    if (this.#reading !== null) this.#reading.lines.push(chunk);
    else if (isHeadComplete(this.chunks)) this.#reading = this.#readHead(false);
    if (this.#reading?.rows === null && this.#reading.head.isDone) this.#readRows(this.#reading);
  }

  get isEnough(): boolean {
    return this.#reading?.rows?.isEnough ?? this.#reading?.head.isDone ?? false;
  }

  /** Whether what was read is enough for an input from which nothing more comes at the moment. */
  get wouldDo(): boolean {
    const rows = this.#reading?.rows ?? null;
    if (rows !== null) return rows.wouldDo;
    // Rows that are still to come may show more.
    const tried = this.#readHead(false);
    this.#readRows(tried);
    if (tried.rows?.wouldDo !== true) return false;
    this.#reading = tried;
    return true;
  }

  /** @throws AiopsError `input_unusable` if there is no time column, or not one that a flag names */
  finish(hasEnded: boolean): FileSample {
    const reading = (this.#reading ??= this.#readHead(hasEnded));
    this.#readRest(reading, hasEnded);
    if (reading.rows === null) {
      this.#readRows(reading);
      this.#readRest(reading, hasEnded);
    }
    const { head, rows } = reading;
    const { cursor } = rows ?? head;
    return {
      file: this.#input.file,
      head: head.head,
      layout: head.layout,
      header: head.header ?? [],
      misfit: head.misfit,
      fields: rows?.fields ?? null,
      plan: rows?.plan ?? null,
      sampled: rows?.sampled ?? new SampledRecords(false),
      listed: rows?.listed.names ?? [],
      times: rows?.times ?? new SampledTimes(),
      lines: cursor.found - (head.header === null ? 0 : 1 + (head.head.marks.unitLines ?? 0)),
      // A long line at the end is rejected before the cursor gets there.
      lastLine: Math.max(cursor.line, rows?.rejectedLine ?? 0),
      firstLine: head.firstLine,
      metrics: [],
      isWhole: hasEnded && rows?.hasShownAll !== false,
      shortOf: this.isEnough ? null : (rows?.seen ?? 0),
      unread: head.unread,
    };
  }

  #readHead(hasEnded: boolean): Reading {
    const { file, format, byteOffset } = this.#input;
    const form =
      this.#input.known?.head ?? decideHead(headLines(this.chunks, hasEnded), format, this.#options);
    const head = new HeadReader(file, form, this.#options, MAX_LINES);
    const lines = new LineAssembler(head, byteOffset);
    pushTo(lines, this.chunks, () => head.isDone);
    return { head, lines, rows: null };
  }

  /** Starts over with the reader of rows, if there is a row to name the fields. */
  #readRows(reading: Reading): void {
    const { head } = reading;
    if (!head.hasRow) return;
    const { file, byteOffset } = this.#input;
    const { layout, table } = head;
    const times = this.#input.known?.times ?? null;
    const { delimiter, format, marks } = head.head;
    const isOne = head.cursor.found === 1;
    const foreign = isOne || head.head.foreign?.isSure === true ? head.head.foreign : null;
    const fields = orForeign(file, foreign, () =>
      decideFields({ file, layout, delimiter, format, marks, table }, this.#options, Date.now(), times),
    );
    const parseTime = rememberLast(parserOf(fields.times.format, this.#options.timezone));
    const rows = new RowSampler(this.#input, head, fields, this.#options, parseTime);
    const reader = rowReader(rows.plan, rows, parseTime);
    reading.rows = rows;
    reading.lines = new LineAssembler(reader, byteOffset);
    pushTo(reading.lines, this.chunks, () => rows.isEnough);
  }

  #readRest({ head, rows, lines }: Reading, hasEnded: boolean): void {
    if (rows?.isEnough ?? head.isDone) return;
    if (hasEnded) lines.end();
    else lines.drain();
  }
}

function pushTo(lines: LineAssembler, chunks: readonly Buffer[], isEnough: () => boolean): void {
  for (const piece of inPieces(chunks)) {
    if (isEnough()) return;
    lines.push(piece);
  }
}
