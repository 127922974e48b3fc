/**
 * The words of the program (docs/guide.md, "Words"), as types that every room shares.
 * Plain data only: whatever crosses a room's border is one of these.
 */
import type { Notice } from './errors.js';
import type { InputPosition } from './input-position.js';
import type { ItemRange } from './partition.js';

/** A failure to report on one item; `errno` is a stable code, `errmsg` a sentence. */
export interface ItemError {
  readonly errno: string;
  readonly errmsg: string;
}

/** A label as the recording gives it: 0/1 and true/false become numbers, other text stays text. */
export type Label = number | string | null;

/** The physical line (or item of a line) that a record came from; `raw` decodes it on demand. */
export interface SourceLine {
  readonly file: string;
  /** 1-based physical line. */
  readonly line: number;
  /** Offset of the line's first byte in the uncompressed input. */
  readonly byteOffset: number;
  /** 0-based place in a minute-batch line; absent for rows. */
  readonly item?: number;
  /** The line's own text; base64 where the bytes are not UTF-8. */
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
  readonly target: string;
  /** `[columns]` in the recording's column order, NaN where missing; `[window, columns]` row by row if `bringsWindow`. */
  readonly values: Float64Array;
  readonly bringsWindow: boolean;
  readonly label: Label;
  readonly source: SourceLine;
}

export type RejectReason =
  | 'bad_line' // not JSON, or CSV that does not parse
  | 'bad_encoding' // not UTF-8
  | 'line_too_long'
  | 'column_count' // a CSV row with more or fewer fields than the header
  | 'not_a_record' // JSON, but not an object of the layout
  | 'no_time'
  | 'bad_time'
  | 'no_target'
  | 'bad_value' // text or Infinity in a metric column
  | 'bad_shape' // values of a batch item that do not fit the columns or window
  | 'duplicate' // second record of a target in one interval
  | 'late' // of a live feed: its minute was closed before it came
  | 'early'; // of a live feed: its time is too far ahead of this machine's clock

/** What could be read of a rejected record: it decides which of several runs the reject belongs to. */
export interface RejectFacts {
  /** Null where no target could be read. */
  readonly target: string | null;
  /** Start of its interval, epoch ms; NaN where no time could be read. */
  readonly minuteMs: number;
}

/** A record that was not accepted, kept with its own text. */
export interface Reject extends RejectFacts {
  readonly source: SourceLine;
  readonly reason: RejectReason;
  readonly message: string;
}

/** All records of one interval, one per target, targets in code-unit order. */
export interface MinuteBatch {
  readonly minuteMs: number;
  readonly records: readonly MinuteRecord[];
}

/**
 * One step of reading: at most one closed minute, and what was rejected or merged meanwhile.
 * `records = accepted + merged + rejects.length` holds for the sum over all steps.
 */
export interface ReadStep {
  readonly batch: MinuteBatch | null;
  /** Read again, or before the time range: only for the windows of the minutes to come, in no account. */
  readonly lookBack: boolean;
  /** Where each input goes on after this step, in the order of the inputs; null: reading cannot start here. */
  readonly positions: readonly InputPosition[] | null;
  /** The end of an input closed it, or its last, unfinished line did: it would be another if the input grew. */
  readonly isTail: boolean;
  /** Records found since the step before, whatever became of them; filtered ones not. */
  readonly found: number;
  readonly rejects: readonly Reject[];
  /** Records folded into another one of the same target and interval (`--duplicates first|last|mean`). */
  readonly merged: number;
  /** Records and rejects that `--targets`, `--shard`, `--from` or `--to` do not select; not part of the identity. */
  readonly filtered: number;
}

/** What the model sees in one minute: `items` windows, targets' order kept. */
export interface ItemBatch {
  readonly minuteMs: number;
  /** Length of an interval, ms: a row stays in the windows of `window` of them. */
  readonly intervalMs: number;
  /** `[items]` */
  readonly targets: readonly string[];
  /** `[items]`; null for a multivariate item. */
  readonly columns: readonly (string | null)[];
  readonly window: number;
  /** Columns of one item: 1 for univariate. */
  readonly width: number;
  /** `[items, window, width]`, row-major, oldest interval first, raw units. */
  readonly values: Float64Array;
}

/** The answers to a run of items, in their order. */
export interface Answers {
  /** `[items]`; NaN where the item has no score. */
  readonly scores: Float32Array;
  /** `[items]`: 1 anomaly, 0 none, `NO_VERDICT` where the model has no threshold. */
  readonly anomalies: Uint8Array;
  /** All items' outputs, flattened one after another. */
  readonly outputs: Float32Array;
  /** `[items + 1]`: item i's outputs are `outputs[outputOffsets[i] … outputOffsets[i + 1])`. */
  readonly outputOffsets: Uint32Array;
  /** Failures by item index. */
  readonly errors: ReadonlyMap<number, ItemError>;
}

/** In `Answers.anomalies`: the model gives no verdict. */
export const NO_VERDICT = 2;

/** Backends that run models; `--backend` chooses among them. */
export type BackendName = 'node' | 'wasm';

/** The forms in which a bundle can hold a model. */
export type ModelFormat = 'saved-model' | 'graph-model' | 'layers-model';

/** What becomes of a missing value: the last one known, 0, or an error row. */
export type MissingPolicy = 'hold' | 'zero' | 'reject';

/** What an item is: who answers items says how they are to be cut. */
export interface InputSpec {
  /** Intervals in a window, ≥ 1. */
  readonly window: number;
  /** `each`: every column of a target is an item; names: one item a target, of these columns. */
  readonly columns: 'each' | readonly string[];
  readonly missing: MissingPolicy;
}

/** How a chunk is put to the model: one predict call per batch of items, or one per item. */
export type CallStyle = 'batched' | 'per-item';

/** What computes inside an actor; all actors of a run must agree on every field. */
export interface BackendFacts {
  /** `js`: an analyzer that loaded no model, plain JavaScript. */
  readonly name: BackendName | 'js';
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Items per predict call; null: as many as the chunk has. */
  readonly batchSize: number | null;
  /** Whether an answer has the same bits however a minute is cut, with these versions on this kind of machine. */
  readonly reproducible: boolean;
  /** Instruction-set features the backend found, for instance `simd`. */
  readonly features: readonly string[];
}

/** Which model the actors loaded, or which analyzer. */
export interface ModelFacts {
  readonly name: string;
  readonly version: string;
  readonly format: ModelFormat | 'analyzer';
  /** sha256 over the manifest with the sums of all files; of an analyzer: over its module and the bundles it loaded. */
  readonly digest: string;
  /** What the model gives for an item, in the order of the numbers; empty for an analyzer. */
  readonly outputs: readonly ModelOutput[];
  /** Bundles that an analyzer loaded, in that order; empty for a bundle. */
  readonly bundles: readonly ModelFacts[];
}

export interface ModelOutput {
  readonly name: string;
  /** Numbers for one item. */
  readonly size: number;
}

/** What an executor knows once its actors are up. */
export interface ReadyFacts {
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly input: InputSpec;
  readonly actors: readonly ActorFacts[];
  /** From starting the first actor until the last one was warm. */
  readonly startMs: number;
  /** What actors downgraded while loading, for instance why `auto` did not take `node`; each once. */
  readonly notices: readonly Notice[];
}

export interface ActorFacts {
  readonly name: string;
  readonly pid: number;
  readonly loadMs: number;
  readonly warmupMs: number;
  /** When the parent heard that it was warm, on the clock of its `performance.now()`. */
  readonly readyAtMs: number;
}

/**
 * Where the time of one chunk went, and when; all in ms. Moments (`…AtMs`) are on the clock of the parent's
 * `performance.now()`, also those that the actor told.
 */
export interface ChunkTiming {
  /** 0-based slot in the pool. */
  readonly actor: number;
  readonly items: number;
  /** When the parent began with the chunk: it is encoded first. */
  readonly startedAtMs: number;
  /** When the actor had received and decoded it. */
  readonly arrivedAtMs: number;
  /** When the actor turned to it: normalize, predict and reply follow. */
  readonly servedFromMs: number;
  /** When the parent had received and decoded the answer. */
  readonly answeredAtMs: number;
  readonly encodeMs: number;
  /** Service time that neither parent nor actor accounts for: both ways through the pipe, and being scheduled. */
  readonly pipeMs: number;
  /** On both sides. */
  readonly decodeMs: number;
  /** Of that, the actor's. */
  readonly actorDecodeMs: number;
  readonly normalizeMs: number;
  readonly predictMs: number;
  readonly replyMs: number;
  /** From when the chunk could start on its actor until its answer was decoded, without waiting behind another minute. */
  readonly serviceMs: number;
}

/** The timing of one minute's items. */
export interface MinuteTiming {
  readonly items: number;
  /** When the parent began with the minute, on the clock of its `performance.now()`. */
  readonly startedAtMs: number;
  /** When its answers were joined; later than `wallMs` says where it waited behind another minute. */
  readonly endedAtMs: number;
  /** Service time of the whole minute, ms. */
  readonly wallMs: number;
  /** Of that, joining the chunks' answers. */
  readonly gatherMs: number;
  readonly chunks: readonly ChunkTiming[];
}

export interface MinuteRun {
  readonly answers: Answers;
  readonly timing: MinuteTiming;
}

/** Takes a line that an actor printed; a report of an actor's end counts as standard error. */
export type ActorLog = (actor: string, line: string, stream: 'stdout' | 'stderr') => void;

/** The one seam between a run and whatever computes: a pool of actors, one child process, some day a cluster. */
export interface Executor {
  readonly name: 'pool' | 'solo';
  /** Actors that it serves with. */
  readonly actors: number;
  /** Starts and warms up the actors, once however often it is called. @throws AiopsError that names what failed */
  start(): Promise<ReadyFacts>;
  /**
   * Answers every item of the batch, or rejects. Several calls may be under way.
   *
   * @param actors how many actors to cut the batch for, the first ones; default: all
   */
  run(batch: ItemBatch, style: CallStyle, actors?: number): Promise<MinuteRun>;
  /** Has one actor, by its 0-based slot, answer a range of the batch's items: one chunk, which is not retried. */
  ask(slot: number, batch: ItemBatch, range: ItemRange, style: CallStyle): Promise<Answers>;
  /** Ends all actors; resolves once they are gone. Safe to call twice and before start. */
  stop(): Promise<void>;
}

/** One line of the results. */
export interface ResultRow {
  readonly minuteMs: number;
  readonly target: string;
  readonly column: string | null;
  readonly status: 'ok' | 'warmup' | 'error';
  readonly score: number | null;
  readonly anomaly: boolean | null;
  readonly label: Label;
  readonly output: Float32Array | null;
  readonly error: ItemError | null;
}
