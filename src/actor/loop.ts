import { AiopsError, messageOf } from '../core/errors.js';
import { ProtocolError } from '../protocol/frames.js';
import {
  PROTOCOL_VERSION,
  type ActorMessage,
  type Chunk,
  type LoadRequest,
  type ParentMessage,
} from '../protocol/messages.js';
import { answerChunk } from './answer-chunk.js';
import { PhaseClock } from './phase-clock.js';
import type { LoadRuntime, Runtime } from './runtime.js';
import { WindowViews } from './window-views.js';

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
}

/** Longest failure message, in characters; an analyzer may throw anything. */
const LONGEST_MESSAGE = 4000;

/**
 * The main loop of an actor: version check, load, then chunk after chunk until it is told to stop or its parent is gone.
 * Every chunk is answered or fails, in order; an analyzer cannot end the loop by throwing.
 *
 * @param now the machine's monotonic clock, ms
 * @param rssBytes resident memory of this process; 0 if unknown
 */
export async function runLoop(
  transport: LoopTransport,
  load: LoadRuntime,
  now: () => number,
  rssBytes: () => number = () => 0,
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
    const { params } = request;
    await serveChunks(transport, { runtime, params, clock, now, rssBytes, views: new WindowViews() });
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
  readonly params: LoadRequest['params'];
  readonly clock: PhaseClock;
  readonly now: () => number;
  readonly rssBytes: () => number;
  readonly views: WindowViews;
}

async function serveChunks(transport: LoopTransport, serving: Serving): Promise<void> {
  for (;;) {
    const next = await transport.received.next();
    if (next.done === true || next.value.message.type === 'stop') return;
    const { message, release } = next.value;
    if (message.type !== 'chunk') throw new ProtocolError(`expected a chunk or stop, not ${message.type}`);
    try {
      transport.send(await answer(message, next.value, serving));
    } catch (error) {
      transport.send(failure(message.id, error));
    }
    release?.();
  }
}

async function answer(
  chunk: Chunk,
  { arrivedAtMs, decodeMs }: Omit<Received, 'message'>,
  serving: Serving,
): Promise<ActorMessage> {
  const { runtime, params, clock, now, rssBytes, views } = serving;
  clock.take(); // discards the times of a failed chunk or of the warm-up
  const servedFromMs = now();
  const answers = await answerChunk(runtime.analyzer, chunk, params, views);
  const elapsedMs = now() - servedFromMs;
  const { normalize, predict } = clock.take();
  const replyMs = Math.max(0, elapsedMs - normalize - predict);
  const spent = { decodeMs, normalizeMs: normalize, predictMs: predict, replyMs };
  const timing = { arrivedAtMs, servedFromMs, ...spent };
  return { type: 'answer', id: chunk.id, answers, timing, rssBytes: rssBytes() };
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
