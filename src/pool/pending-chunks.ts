import { performance } from 'node:perf_hooks';

import { checkAnswered } from '../core/answers.js';
import { rowsIn, type Answers } from '../core/block.js';
import { messageOf, type AiopsError } from '../core/errors.js';
import { metricsFiles } from '../core/metric-files.js';
import { Queue } from '../core/queue.js';
import type { ChunkTiming } from '../core/types.js';
import { ProtocolError } from '../protocol/frames.js';
import { fromMachineTime } from '../protocol/machine-clock.js';
import type { ActorTiming, Answer, Chunk, Failed, Progress } from '../protocol/messages.js';
import { ChunkFailed, ChunkLost, describeRows, type Loss, type LostChunk } from './actor-errors.js';
import { Deferred } from './deferred.js';
import type { Arrival } from './incoming.js';

/** An answered chunk. */
export interface ChunkReply {
  readonly answers: Answers;
  readonly timing: ChunkTiming;
  /** When the chunk was written to the pipe, on the clock of `performance.now()`. */
  readonly handedOverAtMs: number;
  /** From then, or from the actor's previous answer if that came later, until the answer was decoded. */
  readonly remainingMs: number;
  /** Call it once the answers are copied: their memory is used again. */
  readonly release: () => void;
}

/** Taken down when a chunk was sent; times on the clock of `performance.now()`. */
interface SentChunk {
  readonly startedAtMs: number;
  readonly encodeMs: number;
  /** Writing to the pipe. */
  readonly sendMs: number;
  readonly handedOverAtMs: number;
}

/** How an answer arrived. */
interface ReceivedAnswer extends Arrival {
  readonly slot: number;
  /** When the same actor's previous answer was decoded; 0 before the first. */
  readonly lastAnswerAtMs: number;
}

interface Pending extends SentChunk {
  readonly chunk: Chunk;
  readonly reply: Deferred<ChunkReply>;
}

/** The chunks that one actor still has to answer: first in, first out, each answered or failed once. */
export class PendingChunks {
  readonly #slot: number;
  readonly #chunks = new Queue<Pending>();
  #lastAnswerAtMs = 0;

  /** @param slot 0-based, for timings */
  constructor(slot: number) {
    this.#slot = slot;
  }

  get length(): number {
    return this.#chunks.length;
  }

  /** About the chunk that the actor is working on; null: it is idle. */
  get current(): LostChunk | null {
    const first = this.#chunks.first;
    if (first === undefined) return null;
    const { block, callItems } = first.chunk;
    return {
      minuteMs: block.minutesMs[0]!,
      minutes: block.minutesMs.length,
      callItems: Math.min(callItems, rowsIn(block)),
    };
  }

  /** What the actor does, for messages after "while"; null: it is idle. */
  get doing(): string | null {
    const first = this.#chunks.first;
    return first === undefined ? null : `answering ${describeRows(first.chunk.block)}`;
  }

  /** Has the chunk encoded and written. @throws what encoding throws */
  send(
    chunk: Chunk,
    encode: (chunk: Chunk) => Uint8Array[],
    write: (buffers: Uint8Array[]) => void,
  ): Promise<ChunkReply> {
    const startedAtMs = performance.now();
    const buffers = encode(chunk);
    const encodedAtMs = performance.now();
    write(buffers);
    const handedOverAtMs = performance.now();
    const reply = new Deferred<ChunkReply>();
    this.#chunks.put({
      chunk,
      reply,
      startedAtMs,
      encodeMs: encodedAtMs - startedAtMs,
      sendMs: handedOverAtMs - encodedAtMs,
      handedOverAtMs,
    });
    return reply.promise;
  }

  /**
   * Settles the first chunk with its actor's message.
   *
   * @throws ProtocolError where that is about another chunk, or does not answer it
   */
  settle(message: Answer | Failed, arrival: Arrival, reasonOf: (failed: Failed) => AiopsError): void {
    const first = this.#firstFor(message);
    if (message.type === 'failed') {
      const reason = reasonOf(message); // which names the first chunk
      first.reply.reject(new ChunkFailed(reason, message.message));
    } else {
      checkReply(first.chunk, message.answers);
      const received = { ...arrival, slot: this.#slot, lastAnswerAtMs: this.#lastAnswerAtMs };
      first.reply.resolve(chunkReply(first, message, received));
    }
    this.#chunks.take();
    this.#lastAnswerAtMs = arrival.atMs;
  }

  /** @throws ProtocolError where the progress is not that of the first chunk */
  checkProgress(message: Progress): void {
    this.#firstFor(message);
  }

  /**
   * Rejects all chunks, in order.
   *
   * @param hasSuspect whether the one that the actor was working on may have caused the loss
   */
  lose(loss: Loss, hasSuspect: boolean): void {
    this.#chunks
      .takeAll()
      .forEach(({ reply }, i) => reply.reject(new ChunkLost(loss, hasSuspect && i === 0)));
  }

  #firstFor({ id }: Answer | Failed | Progress): Pending {
    const first = this.#chunks.first;
    if (first === undefined || id !== first.chunk.id)
      throw new ProtocolError(`answered chunk ${id} instead of ${first?.chunk.id ?? 'none'}`);
    return first;
  }
}

/** @throws ProtocolError unless the answers are those that the chunk requests */
function checkReply(chunk: Chunk, answers: Answers): void {
  try {
    checkAnswered(chunk.block, answers);
  } catch (error) {
    throw new ProtocolError(messageOf(error), { cause: error });
  }
  const { lines, metrics = [], outputs } = answers;
  const hasLines = (lines !== null) === (chunk.lines !== null);
  const hasMetrics = metrics.length === metricsFiles(chunk.lines?.metrics?.format).length;
  if (!hasLines || !hasMetrics || (outputs !== null) !== chunk.outputs)
    throw new ProtocolError('answered with other lines or outputs than requested');
}

/** Accounts for the time between sending a chunk and receiving its answer. */
function chunkReply(
  sent: SentChunk,
  { answers, items, timing }: Answer,
  received: ReceivedAnswer,
): ChunkReply {
  const { handedOverAtMs } = sent;
  const accountedMs = sumOf(timing) + received.decodeMs;
  const waited = received.lastAnswerAtMs > handedOverAtMs;
  const remainingMs = waited
    ? // It may have started before its previous answer arrived, but was busy for as long as it reports.
      Math.max(received.atMs - received.lastAnswerAtMs, accountedMs)
    : received.atMs - handedOverAtMs;
  const serviceMs = sent.sendMs + remainingMs;
  return {
    answers,
    timing: {
      actor: received.slot,
      items,
      startedAtMs: sent.startedAtMs,
      ...momentsOf(sent, timing, received),
      encodeMs: sent.encodeMs,
      pipeMs: Math.max(0, serviceMs - accountedMs),
      decodeMs: timing.decodeMs + received.decodeMs,
      actorDecodeMs: timing.decodeMs,
      normalizeMs: timing.normalizeMs,
      predictMs: timing.predictMs,
      replyMs: timing.replyMs,
      serviceMs,
    },
    handedOverAtMs,
    remainingMs,
    release: received.release,
  };
}

/**
 * The actor's moments on the parent's clock: not before the chunk was sent, and not so late that its answer could not
 * have arrived. For an actor without the machine's clock they are the nearest possible ones.
 */
function momentsOf(
  sent: SentChunk,
  timing: ActorTiming,
  received: ReceivedAnswer,
): Pick<ChunkTiming, 'arrivedAtMs' | 'servedFromMs' | 'answeredAtMs'> {
  const { normalizeMs, predictMs, replyMs } = timing;
  const earliest = sent.startedAtMs + sent.encodeMs + timing.decodeMs;
  const latest = received.atMs - received.decodeMs - normalizeMs - predictMs - replyMs;
  const possible = (moment: number, atMost: number): number => Math.max(earliest, Math.min(moment, atMost));
  const servedFromMs = possible(fromMachineTime(timing.servedFromMs), latest);
  const arrivedAtMs = possible(fromMachineTime(timing.arrivedAtMs), servedFromMs);
  return { arrivedAtMs, servedFromMs, answeredAtMs: received.atMs };
}

function sumOf({ decodeMs, normalizeMs, predictMs, replyMs }: ActorTiming): number {
  return decodeMs + normalizeMs + predictMs + replyMs;
}
