/**
 * The shared types of the program; docs/guide.md, "Words", defines the terms. Plain data only.
 */
import type { Notice } from './errors.js';
import type { InputPosition } from './input-position.js';

/** Why an item has no answer: `errno` is a stable code, `errmsg` a sentence. */
export interface ItemError {
  readonly errno: string;
  readonly errmsg: string;
}

/** A label of the recording: 0/1 and true/false become numbers, other text stays text. */
export type Label = number | string | null;

export interface LinePlace {
  /** 1-based physical line; 0: not known, since reading began after the start of the file. */
  readonly line: number;
  /** Offset of the line's first byte in the uncompressed input. */
  readonly byteOffset: number;
}

/** The physical line (or item of a line) that a record came from; `raw` decodes it on demand. */
export interface SourceLine extends LinePlace {
  readonly file: string;
  /** If the input was sorted: the place in the sorted text, which is what was read. Use `readPlace`. */
  readonly sortedPlace?: LinePlace;
  /** 0-based index in a minute-batch line; absent for rows. */
  readonly item?: number;
  /** The text of the line; base64 if the bytes are not UTF-8. */
  raw(): RawText;
}

export interface RawText {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
}

/** One row of a recording. */
export interface MinuteRecord {
  /** Start of its interval, epoch ms. */
  readonly minuteMs: number;
  /** Its own time, since then; negative if its interval begins earlier than its label says. Absent: 0. */
  readonly offsetMs?: number;
  readonly target: string;
  /**
   * `[columns]` in the recording's column order, NaN where missing; `[window, columns]` row by row if `bringsWindow`.
   */
  readonly values: Float64Array;
  readonly bringsWindow: boolean;
  /** The columns that its source has: another record may bring the others. Absent or null: all. */
  readonly brings?: readonly number[] | null;
  readonly label: Label;
  readonly source: SourceLine;
}

export const REJECT_REASONS = [
  'bad_line', // not JSON, or CSV that does not parse
  'bad_encoding', // not UTF-8
  'line_too_long',
  'column_count', // a CSV row with more or fewer fields than the header
  'not_a_record', // JSON, but not an object of the layout
  'no_time',
  'bad_time',
  'no_target',
  'bad_value', // text or Infinity in a metric column
  'unknown_metric', // in a table with a row per metric: one that the sample did not have
  'bad_shape', // values of a batch item that do not fit the columns or window
  'duplicate', // second record of a target in one interval
  'late', // live feeds: its minute was closed before it arrived
  'early', // live feeds: its time is too far ahead of this machine's clock
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** What could be read of a rejected record; decides which of several runs reports it. */
export interface RejectFacts {
  /** Null if no target could be read. */
  readonly target: string | null;
  /** Start of its interval, epoch ms; NaN if no time could be read. */
  readonly minuteMs: number;
}

/** A rejected record, with its text. */
export interface Reject extends RejectFacts {
  readonly source: SourceLine;
  readonly reason: RejectReason;
  readonly message: string;
  /** Of a duplicate: how much later it is than the record that it repeats, ms. */
  readonly afterMs?: number;
}

/** All records of one interval, one per target, targets in code-unit order. */
export interface MinuteBatch {
  readonly minuteMs: number;
  readonly records: readonly MinuteRecord[];
}

/**
 * One step of reading: at most one closed minute, and what was rejected or merged since the previous step.
 * Summed over all steps, `records = accepted + merged + rejects.length`.
 */
export interface ReadStep {
  readonly batch: MinuteBatch | null;
  /** Only fills the windows of later minutes and is not counted: it was committed before, or is before `--from`. */
  readonly lookBack: boolean;
  /** Where each input resumes after this step, in the order of the inputs; null: reading cannot resume here. */
  readonly positions: readonly InputPosition[] | null;
  /** Closed by the end of an input, or by its last, incomplete line: it would differ if the input grew. */
  readonly isTail: boolean;
  /** Records read since the previous step, whether accepted or not, but without filtered ones. */
  readonly found: number;
  readonly rejects: readonly Reject[];
  /** Records merged into another one of the same target and interval (`--duplicates first|last|mean`). */
  readonly merged: number;
  /** Records and rejects that `--targets`, `--shard`, `--from` or `--to` exclude; not part of the sum above. */
  readonly filtered: number;
}

/** The values of `--backend`, besides `auto`. */
export type BackendName = 'node' | 'wasm';

/** The forms in which a bundle can hold a model. */
export type ModelFormat = 'saved-model' | 'graph-model' | 'layers-model';

/** What replaces a missing value: the last known value, 0, or an error row. */
export type MissingPolicy = 'hold' | 'zero' | 'reject';

/** How minutes are cut into items, which the model or analyzer specifies. */
export interface InputSpec {
  /** Intervals in a window, ≥ 1. */
  readonly window: number;
  /** `each`: every column of a target is an item; names: each target is one item of these columns. */
  readonly columns: 'each' | readonly string[];
  readonly missing: MissingPolicy;
}

/** How a chunk is sent to the model: one predict call per batch of items, or one per item. */
export type CallStyle = 'batched' | 'per-item';

/** The backend of an actor; all actors of a run must agree on every field. */
export interface BackendFacts {
  /** `js`: an analyzer in plain JavaScript, without a model. */
  readonly name: BackendName | 'js';
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Answers have the bits of predict calls with so many items; null: of any number, calls have up to a thousand. */
  readonly batchSize: number | null;
  /** Whether answers have the same bits however a minute is cut, with these versions on this kind of machine. */
  readonly reproducible: boolean;
  /** Instruction-set features that the backend found, such as `simd`. */
  readonly features: readonly string[];
}

/** The model or analyzer that the actors loaded. */
export interface ModelFacts {
  readonly name: string;
  readonly version: string;
  readonly format: ModelFormat | 'analyzer';
  /** sha256 of the manifest with the sums of all files; for an analyzer, of its module, bundles and files. */
  readonly digest: string;
  /** The model's outputs for an item, in order; empty for an analyzer. */
  readonly outputs: readonly ModelOutput[];
  /** Bundles that an analyzer loaded, in order; empty for a bundle. */
  readonly bundles: readonly ModelFacts[];
  /** The number of items that the model takes in a call, by its own shape; absent: any. */
  readonly declaredBatch?: number;
  /** Files that an analyzer asked for, sorted by name; absent: none. */
  readonly files?: readonly ModelFile[];
}

export interface ModelFile {
  /** Its path relative to the analyzer's module, with forward slashes. */
  readonly name: string;
  readonly sha256: string;
}

export interface ModelOutput {
  readonly name: string;
  /** Numbers per item. */
  readonly size: number;
}

/** What an executor knows once its actors are ready. */
export interface ReadyFacts {
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly input: InputSpec;
  readonly actors: readonly ActorFacts[];
  /** From starting the first actor until the last one was warm. */
  readonly startMs: number;
  /** What actors downgraded while loading, such as why `auto` did not choose `node`; each once. */
  readonly notices: readonly Notice[];
}

export interface ActorFacts {
  readonly name: string;
  readonly pid: number;
  readonly loadMs: number;
  readonly warmupMs: number;
  /** When its ready message arrived, on the parent's `performance.now()` clock. */
  readonly readyAtMs: number;
}

/**
 * Where the time of one chunk went, and when, in ms. Points in time (`…AtMs`) are on the parent's `performance.now()`
 * clock, also those that the actor reported.
 */
export interface ChunkTiming {
  /** 0-based slot in the pool. */
  readonly actor: number;
  readonly items: number;
  /** When the parent started encoding the chunk. */
  readonly startedAtMs: number;
  /** When the actor had received and decoded it. */
  readonly arrivedAtMs: number;
  /** When the actor started serving it: normalize, predict and reply follow. */
  readonly servedFromMs: number;
  /** When the parent had received and decoded the answer. */
  readonly answeredAtMs: number;
  readonly encodeMs: number;
  /** Service time that neither side accounts for: both ways through the pipe, and scheduling. */
  readonly pipeMs: number;
  /** On both sides together. */
  readonly decodeMs: number;
  /** The actor's part of `decodeMs`. */
  readonly actorDecodeMs: number;
  readonly normalizeMs: number;
  readonly predictMs: number;
  readonly replyMs: number;
  /** From when its actor was free for the chunk until its answer was decoded: excludes waiting for earlier minutes. */
  readonly serviceMs: number;
}

/** The timing of one block. */
export interface BlockTiming {
  /** How many minutes the block has. */
  readonly minutes: number;
  /** Rows that were given to the model. */
  readonly items: number;
  /** When the parent started with the block, on its `performance.now()` clock. */
  readonly startedAtMs: number;
  /** When its answers were joined; later than `startedAtMs + wallMs` if it waited for an earlier block. */
  readonly endedAtMs: number;
  /** Service time of the whole block, ms. */
  readonly wallMs: number;
  /** The part of it that joining the chunks' answers took. */
  readonly gatherMs: number;
  readonly chunks: readonly ChunkTiming[];
}

/** Takes a line that an actor printed; a report of an actor's end counts as standard error. */
export type ActorLog = (actor: string, line: string, stream: 'stdout' | 'stderr') => void;
