import { AiopsError } from '../core/errors.js';
import { MOST_LOST_IN_A_ROW } from '../core/loss-streak.js';
import type { ProtocolError } from '../protocol/frames.js';
import type { Chunk } from '../protocol/messages.js';
import type { Loss } from './chunk-errors.js';

/** How a process ended. */
export interface ActorExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it never began; null where it did. */
  readonly spawnError: string | null;
}

/** Whose failure it was. */
export interface LostActor {
  readonly name: string;
  readonly pid: number | undefined;
  /** What it was doing, to be read after "while". */
  readonly doing: string;
  /** The end of what it wrote to standard error. */
  readonly lastLines: readonly string[];
}

const SHOWN_LINES = 5;
/** What Node prints around an error that nobody caught, which would hide the error itself. */
const STACK_LINE = /^\s*(at .*|Node\.js v[\d.]+|)$/;

/** The error that an actor's unasked-for end is. */
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
    hint: HINTS[exit.signal ?? ''] ?? 'what it printed before is on standard error, marked with its name',
  });
}

const NATIVE_CRASH =
  'native code crashed: `aiops-serve native status` checks native TensorFlow; --backend wasm needs none';
const HINTS: Readonly<Record<string, string>> = {
  SIGKILL:
    'if nobody killed it, the system may have run out of memory: try fewer --actors or a smaller --batch-size',
  SIGBUS: NATIVE_CRASH,
  SIGILL: NATIVE_CRASH,
  SIGSEGV: NATIVE_CRASH,
};

/** The error of an actor that gave no sign of life for so long. */
export function stuck({ name, pid, doing }: LostActor, timeoutMs: number): AiopsError {
  const message = `${name} (pid ${pid}) gave no answer for ${timeoutMs / 1000} s while ${doing}`;
  return new AiopsError('actor_failed', message, {
    hint: 'where the model needs that long, allow it with --actor-timeout',
  });
}

/** The error of an actor whose bytes cannot be trusted. */
export function breach({ name, pid }: LostActor, cause: ProtocolError): AiopsError {
  return new AiopsError('actor_failed', `${name} (pid ${pid}) broke the protocol: ${cause.message}`, {
    hint: 'an analyzer must leave file descriptor 3 alone; otherwise please report this',
    cause,
  });
}

/** The error of a slot whose actors are lost again and again; the last time tells why. */
export function lostTooOften({ actor, error }: Loss, restarts: number): AiopsError {
  const times = `${restarts + 1} times within a minute or without any answer in between`;
  return new AiopsError('actor_failed', `${actor} was lost ${times}, the last time so: ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

/** The error of a run whose items crash every actor, one after another; `lastLoss` says what happened last. */
export function everyItemLost(lastLoss: string | null): AiopsError {
  const lately = lastLoss === null ? '' : `; the last time: ${lastLoss}`;
  const text = `${MOST_LOST_IN_A_ROW} items in a row crashed every actor that got them${lately}`;
  return new AiopsError('actor_failed', text, {
    hint: 'this is more than a few bad rows: try the model on other data, or another --backend',
  });
}

/** The error of a chunk that does not fit a frame. */
export function tooLarge({ targets, window, width }: Chunk, cause: ProtocolError): AiopsError {
  const size = `${targets.length} items of ${window} × ${width} values`;
  return new AiopsError('config', `${size} are too much for one chunk: ${cause.message}`, {
    hint: 'use more --actors, or a shorter window',
    cause,
  });
}
