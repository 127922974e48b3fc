import { AiopsError, messageOf } from '../core/errors.js';
import { ProtocolError } from '../protocol/frames.js';
import {
  PROTOCOL_VERSION,
  type ActorMessage,
  type ActorUsage,
  type Chunk,
  type LoadRequest,
  type ParentMessage,
} from '../protocol/messages.js';
import { answerChunk } from './answer-chunk.js';
import type { Pause } from './block-runner.js';
import type { LoadRuntime, Runtime } from './load-runtime.js';
import type { AnalyzerPhase, Measure } from '../model/analyzer.js';

/** A message of the parent, with its arrival and decoding times. */
export interface Received {
  readonly message: ParentMessage;
  /** When it was complete, on the machine's monotonic clock. */
  readonly arrivedAtMs: number;
  readonly decodeMs: number;
  /** To be called when the message is no longer needed: its memory can then be reused. */
  readonly release?: () => void;
}

/** The loop's connection to its parent. */
export interface LoopTransport {
  /** In order of arrival; ends with the connection, throws ProtocolError for anything but a message. */
  readonly received: AsyncIterator<Received>;
  /** @throws ProtocolError if the message is too large for a frame */
  send(message: ActorMessage): void;
  /** Lets the process receive and send, which it does not while it computes. */
  turn?(): Promise<void>;
  /** Waits for messages to leave, if the parent is ready to read them. */
  drain?(): Promise<void>;
}

/** Longest failure message, in characters; an analyzer may throw anything. */
const LONGEST_MESSAGE = 4000;

/**
 * The main loop of an actor: version check, load, then chunk after chunk until it is told to stop or its parent is
 * gone. Every chunk is answered or fails, in order; an analyzer cannot end the loop by throwing.
 *
 * @param now the machine's monotonic clock, ms
 * @param usage what this process uses
 */
export async function runLoop(
  transport: LoopTransport,
  load: LoadRuntime,
  now: () => number,
  usage: () => ActorUsage = () => ({ rssBytes: 0, cpuMs: 0 }),
): Promise<void> {
  transport.send({ type: 'hello', version: PROTOCOL_VERSION });
  try {
    await greet(transport);
    const request = await nextInit(transport);
    if (request === null) return;
    const clock = new PhaseClock(now);
    const runtime = await load(request, clock.measure);
    const { backend, model, input, loadMs, warmupMs, notices } = runtime;
    transport.send({ type: 'ready', backend, model, input, loadMs, warmupMs, pid: process.pid, notices });
    await serveChunks(transport, { runtime, clock, now, usage });
    await runtime.analyzer.dispose?.();
  } catch (error) {
    transport.send(failure(null, error));
  }
}

async function greet({ received }: LoopTransport): Promise<void> {
  const next = await received.next();
  if (next.done === true) return;
  const { message } = next.value;
  if (message.type !== 'hello')
    throw new ProtocolError(`the first message must be hello, not ${message.type}`);
  if (message.version !== PROTOCOL_VERSION) {
    throw new ProtocolError(`the parent speaks protocol ${message.version}, this actor ${PROTOCOL_VERSION}`);
  }
}

async function nextInit({ received }: LoopTransport): Promise<LoadRequest | null> {
  const next = await received.next();
  if (next.done === true || next.value.message.type === 'stop') return null;
  const { message } = next.value;
  if (message.type !== 'init') throw new ProtocolError(`init must follow hello, not ${message.type}`);
  return message.load;
}

interface Serving {
  readonly runtime: Runtime;
  readonly clock: PhaseClock;
  readonly now: () => number;
  readonly usage: () => ActorUsage;
}

async function serveChunks(transport: LoopTransport, serving: Serving): Promise<void> {
  for (;;) {
    const next = await transport.received.next();
    if (next.done === true || next.value.message.type === 'stop') return;
    const { message, release } = next.value;
    if (message.type !== 'chunk') throw new ProtocolError(`expected a chunk or stop, not ${message.type}`);
    try {
      transport.send(await answer(message, next.value, serving, transport));
    } catch (error) {
      transport.send(failure(message.id, error));
    }
    release?.();
    await transport.drain?.();
  }
}

async function answer(
  chunk: Chunk,
  { arrivedAtMs, decodeMs }: Omit<Received, 'message'>,
  { runtime, clock, now, usage }: Serving,
  transport: LoopTransport,
): Promise<ActorMessage> {
  clock.take(); // discards the times of a failed chunk or of the warm-up
  const servedFromMs = now();
  const pause = pauseOf(chunk, transport, servedFromMs, now);
  const { answers, items } = await answerChunk(chunk, runtime.runner, runtime.input, pause);
  const elapsedMs = now() - servedFromMs;
  const { normalize, predict } = clock.take();
  const replyMs = Math.max(0, elapsedMs - normalize - predict);
  const spent = { decodeMs, normalizeMs: normalize, predictMs: predict, replyMs };
  const timing = { arrivedAtMs, servedFromMs, ...spent };
  return { type: 'answer', id: chunk.id, answers, items, timing, usage: usage() };
}

/** How often an actor receives and sends during a chunk, at most: a turn takes as long as an item of a fast model. */
const TURN_EVERY_MS = 10;
/** How often it reports, at most. */
const PROGRESS_EVERY_MS = 500;
/** While calls are shorter than this, every eighth is followed by a look at the clock, which may take as long. */
const SHORT_CALL_MS = 0.1;
const SHORT_CALLS = 8;

/** What an actor does between two calls of its model: now and then it reports that it is making progress. */
function pauseOf({ id }: Chunk, transport: LoopTransport, startedAtMs: number, now: () => number): Pause {
  let lookedAtMs = startedAtMs;
  let turnedAtMs = startedAtMs;
  let reportedAtMs = startedAtMs;
  let callsUntilLook = 1;
  return () => {
    if (--callsUntilLook > 0) return null;
    const atMs = now();
    callsUntilLook = atMs - lookedAtMs < SHORT_CALL_MS ? SHORT_CALLS : 1;
    lookedAtMs = atMs;
    if (atMs - turnedAtMs < TURN_EVERY_MS) return null;
    turnedAtMs = atMs;
    if (atMs - reportedAtMs >= PROGRESS_EVERY_MS) {
      reportedAtMs = atMs;
      transport.send({ type: 'progress', id });
    }
    return transport.turn?.() ?? null;
  };
}

function failure(id: number | null, error: unknown): ActorMessage {
  const known = error instanceof AiopsError;
  return {
    type: 'failed',
    id,
    code: known ? error.code : error instanceof ProtocolError ? 'internal' : 'model',
    message: messageOf(error).slice(0, LONGEST_MESSAGE),
    hint: known && error.hint !== undefined ? error.hint.slice(0, LONGEST_MESSAGE) : null,
  };
}

/** Adds up the time of an analyzer's phases; `take` returns the sums and resets them. */
class PhaseClock {
  readonly #now: () => number;
  #spent = { normalize: 0, predict: 0 };

  /** @param now a monotonic clock, ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** If `work` returns a promise, the phase lasts until it settles. */
  readonly measure: Measure = (phase, work) => {
    if (!Object.hasOwn(this.#spent, phase)) throw new RangeError(`unknown phase ${phase}`);
    const startedAt = this.#now();
    const add = (): void => this.#add(phase, startedAt);
    let result: ReturnType<typeof work> | undefined;
    try {
      result = work();
      return result;
    } finally {
      if (result instanceof Promise) result.then(add, add);
      else add();
    }
  };

  take(): Readonly<Record<AnalyzerPhase, number>> {
    const spent = this.#spent;
    this.#spent = { normalize: 0, predict: 0 };
    return spent;
  }

  #add(phase: AnalyzerPhase, startedAt: number): void {
    this.#spent[phase] += this.#now() - startedAt;
  }
}
