/**
 * What a parent and an actor say to each other. Invariant: every request is answered or fails.
 *
 *   parent  hello            init              chunk …                stop
 *   actor          hello           ready|failed       answer|failed …      (closes)
 *
 * Chunks are answered in the order they came; several may be on their way. The first message each way is a
 * version check, whose form never changes. A `failed` with a chunk's id concerns that chunk alone; one with
 * id null ends the conversation. An actor keeps nothing between chunks: a chunk brings its windows whole.
 */
import type { ErrorCode, Notice } from '../core/errors.js';
import type { Answers, BackendFacts, CallStyle, InputSpec, ItemBatch, ModelFacts } from '../core/types.js';
import { type ModelSource } from '../core/model-source.js';
import { type LoadSettings } from '../core/model-source.js';

/** Raised whenever a message changes its form; both sides must have the same. */
export const PROTOCOL_VERSION = 5;

/** What the parent asks an actor to load. */
export interface LoadRequest extends LoadSettings {
  readonly model: ModelSource;
  /** Absolute path of the folder in whose `node_modules` native TensorFlow is; null: this program's own. */
  readonly native: string | null;
}

export interface Hello {
  readonly type: 'hello';
  readonly version: number;
}

export interface Init {
  readonly type: 'init';
  readonly load: LoadRequest;
}

/** A contiguous run of a minute's items for one actor. */
export interface Chunk extends Omit<ItemBatch, 'intervalMs'> {
  readonly type: 'chunk';
  /** Chosen by the parent, unique within the conversation. */
  readonly id: number;
  readonly style: CallStyle;
}

/** Answer all chunks sent before, then leave. */
export interface Stop {
  readonly type: 'stop';
}

/** A model is loaded and has made a warm-up prediction. */
export interface Ready {
  readonly type: 'ready';
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly input: InputSpec;
  readonly loadMs: number;
  readonly warmupMs: number;
  readonly pid: number;
  /** What was downgraded on the way, for the user to know. */
  readonly notices: readonly Notice[];
}

export interface Answer {
  readonly type: 'answer';
  readonly id: number;
  /** One for each item of the chunk, in its order. */
  readonly answers: Answers;
  readonly timing: ActorTiming;
  /** Resident memory of the actor's process, as it lately was; 0 where the actor cannot tell. */
  readonly rssBytes: number;
}

/** Where an actor's time for one chunk went, ms. Encoding and sending the answer come after and are in none. */
export interface ActorTiming {
  /** When the chunk was received and decoded, on the machine's monotonic clock. */
  readonly arrivedAtMs: number;
  /** When the actor turned to it, on the same clock. */
  readonly servedFromMs: number;
  /** From bytes to a checked message. */
  readonly decodeMs: number;
  readonly normalizeMs: number;
  readonly predictMs: number;
  /** The rest until the answers are put together: handing out items, scoring, collecting. */
  readonly replyMs: number;
}

export interface Failed {
  readonly type: 'failed';
  /** The chunk that can't be answered; null where the actor is of no further use. */
  readonly id: number | null;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

export type ParentMessage = Hello | Init | Chunk | Stop;
export type ActorMessage = Hello | Ready | Answer | Failed;
