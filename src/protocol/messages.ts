/**
 * The messages between a parent and an actor. Invariant: every request is answered or fails.
 *
 *   parent  hello            init              chunk …                stop
 *   actor          hello           ready|failed       answer|failed …      (closes)
 *
 * Chunks are answered in order; several may be in flight. The first message in each direction is a version check,
 * whose format never changes. A `failed` with the id of a chunk concerns only that chunk; one with id null ends the
 * connection. An actor keeps no state between chunks: a chunk contains its whole windows.
 */
import type { ErrorCode, Notice } from '../core/errors.js';
import type { Answers, BackendFacts, CallStyle, InputSpec, ItemBatch, ModelFacts } from '../core/types.js';
import { type ModelSource } from '../core/model-source.js';
import { type LoadSettings } from '../core/model-source.js';

/** Incremented whenever the format of a message changes; both sides must have the same version. */
export const PROTOCOL_VERSION = 5;

/** What the parent asks an actor to load. */
export interface LoadRequest extends LoadSettings {
  readonly model: ModelSource;
  /** Absolute path of the folder whose `node_modules` has native TensorFlow; null: that of this program. */
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

/** Consecutive items of a minute for one actor. */
export interface Chunk extends Omit<ItemBatch, 'intervalMs'> {
  readonly type: 'chunk';
  /** Chosen by the parent, unique within the connection. */
  readonly id: number;
  readonly style: CallStyle;
}

/** Asks the actor to answer all chunks sent before, then exit. */
export interface Stop {
  readonly type: 'stop';
}

/** The model is loaded and warmed up. */
export interface Ready {
  readonly type: 'ready';
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly input: InputSpec;
  readonly loadMs: number;
  readonly warmupMs: number;
  readonly pid: number;
  /** What was downgraded while loading. */
  readonly notices: readonly Notice[];
}

export interface Answer {
  readonly type: 'answer';
  readonly id: number;
  /** One for each item of the chunk, in its order. */
  readonly answers: Answers;
  readonly timing: ActorTiming;
  /** Recent resident memory of the actor's process; 0 if unknown. */
  readonly rssBytes: number;
}

/** Where an actor's time for one chunk went, ms. Does not include encoding and sending the answer. */
export interface ActorTiming {
  /** When the chunk was received and decoded, on the machine's monotonic clock. */
  readonly arrivedAtMs: number;
  /** When the actor started serving it, on the same clock. */
  readonly servedFromMs: number;
  /** Decoding and checking the message. */
  readonly decodeMs: number;
  readonly normalizeMs: number;
  readonly predictMs: number;
  /** The rest: preparing items, scoring, and collecting answers. */
  readonly replyMs: number;
}

export interface Failed {
  readonly type: 'failed';
  /** The chunk that cannot be answered; null if the actor is no longer usable. */
  readonly id: number | null;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

export type ParentMessage = Hello | Init | Chunk | Stop;
export type ActorMessage = Hello | Ready | Answer | Failed;
