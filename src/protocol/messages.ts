/**
 * The messages between a parent and an actor. Invariant: every request is answered or fails.
 *
 *   parent  hello            init              chunk …                stop
 *   actor          hello           ready|failed       (progress …) answer|failed …      (closes)
 *
 * Chunks are answered in order; several may be in flight. The first message in each direction is a version check,
 * whose format never changes. A `failed` with the id of a chunk concerns only that chunk; one with id null ends the
 * connection. An actor keeps no state between chunks: a chunk contains whatever its windows need.
 */
import type { ErrorCode, Notice } from '../core/errors.js';
import type { Answers, Block, BlockRequest, UntriedRow } from '../core/block.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../core/types.js';
import { type LoadSettings, type ModelSource } from '../core/model-source.js';

/** Incremented whenever the format of a message changes; both sides must have the same version. */
export const PROTOCOL_VERSION = 9;
/** The most items that a call may have. */
export const MOST_CALL_ITEMS = 4096;

/** What the parent asks an actor to load. */
export interface LoadRequest extends LoadSettings {
  readonly model: ModelSource;
  /** Absolute path of the folder whose `node_modules` has native TensorFlow; null: that of this program. */
  readonly native: string | null;
  /** false: another actor checks that the model answers item by item. */
  readonly checkItems?: boolean;
}

export interface Hello {
  readonly type: 'hello';
  readonly version: number;
}

export interface Init {
  readonly type: 'init';
  readonly load: LoadRequest;
}

/** One actor's share of a block. */
export interface Chunk extends BlockRequest {
  readonly type: 'chunk';
  /** Chosen by the parent, unique within the connection. */
  readonly id: number;
  readonly block: Block;
  /** Items of a call of the model or analyzer, at most; a call with a fixed batch shape has at least one batch. */
  readonly callItems: number;
  /** Rows that get an error instead of being tried, in any order; at most one for each row. */
  readonly untried: readonly UntriedRow[];
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
  /** One for each row of the chunk's block. */
  readonly answers: Answers;
  /** Rows that were given to the model. */
  readonly items: number;
  readonly timing: ActorTiming;
  readonly usage: ActorUsage;
}

/** What an actor's process uses, as of at most 0.1 s before. */
export interface ActorUsage {
  /** Resident memory; 0 if unknown. */
  readonly rssBytes: number;
  /** Processor time since the process began, user and system, ms. */
  readonly cpuMs: number;
}

/** The actor is still at work on a chunk, and has made progress. */
export interface Progress {
  readonly type: 'progress';
  readonly id: number;
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
  /** The rest: cutting windows, scoring, and making result lines. */
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
export type ActorMessage = Hello | Ready | Progress | Answer | Failed;
