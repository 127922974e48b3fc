import { rowsIn, type Block } from '../core/block.js';
import { plural } from '../core/count-text.js';
import { AiopsError } from '../core/errors.js';
import { MOST_LOST_IN_A_ROW } from '../core/loss-streak.js';
import { isoTime } from '../core/time.js';
import type { ProtocolError } from '../protocol/frames.js';
import type { Chunk } from '../protocol/messages.js';

/** How a process ended. */
export interface ActorExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it never began; null where it did. */
  readonly spawnError: string | null;
}

/** The actor that failed. */
export interface LostActor {
  readonly name: string;
  readonly pid: number | undefined;
  /** For messages, after "while". */
  readonly doing: string;
  /** The end of what it wrote to standard error. */
  readonly lastLines: readonly string[];
}

/** The unexpected end of an actor. */
export interface Loss {
  readonly actor: string;
  readonly error: AiopsError;
  /** The actor itself reported that it can't continue. */
  readonly isReported: boolean;
  /** It had not yet loaded the model. */
  readonly wasLoading: boolean;
  /** The chunk that it was working on; null: none. */
  readonly chunk: LostChunk | null;
}

/** What is known about a chunk that an actor was lost on. */
export interface LostChunk {
  /** Its first minute. */
  readonly minuteMs: number;
  readonly minutes: number;
  /** Items that a call can have had. */
  readonly callItems: number;
}

/** A chunk has no answer because its actor is gone. */
export class ChunkLost extends Error {
  readonly loss: Loss;
  /** The actor was working on this chunk; others only waited behind it. */
  readonly isSuspect: boolean;

  constructor(loss: Loss, isSuspect: boolean) {
    super(loss.error.message, { cause: loss.error });
    this.loss = loss;
    this.isSuspect = isSuspect;
  }
}

/** A chunk has no answer because its actor failed at it; the actor is still usable. */
export class ChunkFailed extends Error {
  /** Names actor and chunk. */
  readonly reason: AiopsError;
  /** The actor's own message. */
  readonly said: string;

  constructor(reason: AiopsError, said: string) {
    super(said, { cause: reason });
    this.reason = reason;
    this.said = said;
  }
}

/** Whether an analyzer's own error is the reason; others are about the model's files, the backend or this program. */
export function isAnalyzers(error: unknown): error is ChunkFailed {
  return error instanceof ChunkFailed && error.reason.code === 'model';
}

/** The error of a failed chunk, for callers that don't retry. */
export function plainError(error: unknown): unknown {
  if (error instanceof ChunkLost) return error.loss.error;
  return error instanceof ChunkFailed ? error.reason : error;
}

const SHOWN_LINES = 5;
/** What Node prints around an uncaught error, which would hide the error itself. */
const STACK_LINE = /^\s*(at .*|Node\.js v[\d.]+|)$/;

/** An actor that exited unexpectedly. */
export function describeExit(exit: ActorExit, { name, pid, doing, lastLines }: LostActor): AiopsError {
  if (exit.spawnError !== null) {
    return new AiopsError('actor_failed', `${name} could not be started: ${exit.spawnError}`, {
      hint: 'check the limits on processes and memory, or use fewer --actors',
    });
  }
  const how = exit.signal === null ? `exited with status ${exit.exitCode}` : `was ended by ${exit.signal}`;
  const telling = lastLines.filter((line) => !STACK_LINE.test(line)).slice(-SHOWN_LINES);
  const words = telling.length === 0 ? '' : `; its last lines were: ${telling.join(' | ')}`;
  return new AiopsError('actor_failed', `${name} (pid ${pid}) ${how} while ${doing}${words}`, {
    hint: HINTS[exit.signal ?? ''] ?? 'its output is on standard error, marked with its name',
  });
}

const NATIVE_CRASH =
  'native code crashed: `aiops-serve native status` checks native TensorFlow; --backend wasm needs none';
const HINTS: Readonly<Record<string, string>> = {
  SIGKILL:
    'if no one killed it, the system may have run out of memory: try fewer --actors or a smaller --batch-size',
  SIGBUS: NATIVE_CRASH,
  SIGILL: NATIVE_CRASH,
  SIGSEGV: NATIVE_CRASH,
};

/** An actor that sent nothing for so long. */
export function stuck({ name, pid, doing }: LostActor, timeoutMs: number): AiopsError {
  const message = `${name} (pid ${pid}) gave no answer for ${timeoutMs / 1000} s while ${doing}`;
  return new AiopsError('actor_failed', message, {
    hint: 'if the model needs that long, raise --actor-timeout',
  });
}

/** An actor whose bytes can't be trusted. */
export function breach({ name, pid }: LostActor, cause: ProtocolError): AiopsError {
  return new AiopsError('actor_failed', `${name} (pid ${pid}) broke the protocol: ${cause.message}`, {
    hint: 'an analyzer must leave file descriptor 3 alone; otherwise please report this',
    cause,
  });
}

/** A slot that lost one actor after another; the last loss explains why. */
export function lostTooOften({ actor, error, chunk }: Loss, restarts: number): AiopsError {
  const losses = restarts + 1;
  const times = `${losses} times within a minute, or ${losses} times in a row without an answer`;
  const hints = [error.hint, chunk !== null && chunk.minutes > 1 ? SHORTER_BLOCKS : undefined];
  const hint = hints.filter((one) => one !== undefined).join('; ');
  return new AiopsError('actor_failed', `${actor} was lost ${times}; the last time: ${error.message}`, {
    ...(hint === '' ? {} : { hint }),
    cause: error,
  });
}

const SHORTER_BLOCKS = 'if large chunks are too much for the model, --block 1 sends the smallest';

/** So many items in a row crash every actor that it is not the data's fault. */
export class EveryItemLost extends AiopsError {
  /** @param lastLoss what happened last */
  constructor(lastLoss: string | null) {
    const lately = lastLoss === null ? '' : `; the last time: ${lastLoss}`;
    super('actor_failed', `${MOST_LOST_IN_A_ROW} items in a row crashed every actor that got them${lately}`, {
      hint: 'this is more than a few bad rows: try the model on other data, or another --backend',
    });
  }
}

/** A chunk that does not fit a frame. */
export function tooLarge({ block }: Chunk, cause: ProtocolError): AiopsError {
  const { targets, intervals, width, minutesMs } = block;
  const size = `${targets.length} series of ${intervals} × ${width} values`;
  const fewer = minutesMs.length > 1 ? 'use a smaller --block' : 'use more --actors, or a shorter window';
  return new AiopsError('config', `${size} are too much for one chunk: ${cause.message}`, {
    hint: fewer,
    cause,
  });
}

/** The rows of a chunk, for messages. */
export function describeRows(block: Block): string {
  const from = isoTime(block.minutesMs[0]!);
  const minutes = block.minutesMs.length;
  const items = plural(rowsIn(block), 'item');
  return minutes === 1 ? `${items} of ${from}` : `${items} of ${plural(minutes, 'minute')} from ${from}`;
}
