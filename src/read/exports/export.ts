import type { Notice } from '../../core/errors.js';
import type { ReadOptions } from '../options.js';
import type { ExportName } from './names.js';

/** What a monitoring system exports, and how it becomes a table with a row per record. */
export interface ExportFormat {
  readonly name: ExportName;
  /** `an answer of Prometheus` */
  readonly what: string;
  /** What shows it, as a phrase: `it begins as answers to range queries do`. */
  readonly evidence: string;
  /** Whether its series come one after another, so that its rows have to be sorted by time. */
  readonly isBySeries: boolean;
  /** Whether the beginning of one is refused, not read as a shorter one. */
  readonly needsEnd: boolean;
  /** Whether a text that begins like this is one; `head`: at least its first line that says something, or 16 KiB. */
  begins(head: string): boolean;
  translate(input: ExportInput): Translation;
}

export interface ExportInput {
  /** For messages. */
  readonly file: string;
  readonly options: ReadOptions;
  /** Takes lines of the table; the bytes must not change afterwards. */
  emit(bytes: Buffer): void;
}

/** The translation of an export, while it is read. */
export interface Translation {
  /** Null until the columns are known, which is before the first row is emitted. */
  readonly table: ExportTable | null;
  /** What was found in it so far, as a phrase: `8 series, labels instance, job`. */
  readonly found: string;
  /**
   * The names of metrics that have a number, as columns or in the field that names them; complete once it has ended.
   * Absent where the columns of the table are all there is.
   */
  readonly metrics?: ReadonlySet<string>;
  /** What a reader should know of it, such as its warnings; complete once it has ended. */
  readonly notices: readonly Notice[];
  /** Takes the next bytes of the export, cut anywhere. @throws AiopsError `input_unusable` */
  push(bytes: Buffer): void;
  /** Call after the last bytes. @throws AiopsError `input_unusable`: it is cut off, or holds no series */
  end(): void;
}

/** Of more metrics, only the sample shows what is read. */
export const MOST_METRICS = 1000;

/** The table that an export is translated to. */
export interface ExportTable {
  readonly format: 'csv' | 'jsonl';
  /** How it is read where no flag says otherwise. */
  readonly defaults: Partial<ReadOptions>;
}
