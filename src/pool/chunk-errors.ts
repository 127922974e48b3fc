import type { AiopsError } from '../core/errors.js';

/** The end of an actor that nobody asked for. */
export interface Loss {
  readonly actor: string;
  readonly error: AiopsError;
  /** The actor itself said that it can't go on. */
  readonly isReported: boolean;
  /** It had not yet loaded the model. */
  readonly wasLoading: boolean;
  /** Of the chunk that it was at work on; null: none. */
  readonly minuteMs: number | null;
}

/** A chunk has no answer because its actor is gone. */
export class ChunkLost extends Error {
  readonly loss: Loss;
  /** The actor was at work on this chunk; others only waited behind it. */
  readonly isSuspect: boolean;

  constructor(loss: Loss, isSuspect: boolean) {
    super(loss.error.message, { cause: loss.error });
    this.loss = loss;
    this.isSuspect = isSuspect;
  }
}

/** A chunk has no answer because its actor said so; the actor goes on. */
export class ChunkFailed extends Error {
  /** Names actor and chunk. */
  readonly reason: AiopsError;
  /** What the actor said. */
  readonly said: string;

  constructor(reason: AiopsError, said: string) {
    super(said, { cause: reason });
    this.reason = reason;
    this.said = said;
  }
}

/** What a chunk's failure is to somebody who does nothing about it. */
export function plainError(error: unknown): unknown {
  if (error instanceof ChunkLost) return error.loss.error;
  return error instanceof ChunkFailed ? error.reason : error;
}
