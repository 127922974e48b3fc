import { performance } from 'node:perf_hooks';

import type { AiopsError } from '../core/errors.js';
import { Queue } from '../core/queue.js';
import { ProtocolError } from '../protocol/frames.js';
import type { Answer, Chunk, Failed } from '../protocol/messages.js';
import { ChunkFailed, ChunkLost, type Loss } from './chunk-errors.js';
import { chunkReply, type ChunkReply, type SentChunk } from './chunk-reply.js';
import { Deferred } from './deferred.js';
import type { Arrival } from './incoming.js';

interface Pending extends SentChunk {
  readonly chunk: Pick<Chunk, 'id' | 'minuteMs' | 'targets'>;
  readonly reply: Deferred<ChunkReply>;
}

/** The chunks that one actor still has to answer: first in, first out, each answered or failed once. */
export class PendingChunks {
  readonly #slot: number;
  readonly #chunks = new Queue<Pending>();
  #lastAnswerAtMs = 0;

  /** @param slot 0-based place in the pool, for the accounts */
  constructor(slot: number) {
    this.#slot = slot;
  }

  get length(): number {
    return this.#chunks.length;
  }

  /** The minute that the actor is at work on; null where it has nothing to do. */
  get minuteMs(): number | null {
    return this.#chunks.first?.chunk.minuteMs ?? null;
  }

  /** What the actor does, to be read after "while"; null where it has nothing to do. */
  get doing(): string | null {
    const first = this.#chunks.first;
    if (first === undefined) return null;
    const { targets, minuteMs } = first.chunk;
    return `answering ${targets.length} items of ${new Date(minuteMs).toISOString()}`;
  }

  /** Has the chunk encoded and written, and keeps account of it; throws what encoding throws. */
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
      items: chunk.targets.length,
      startedAtMs,
      encodeMs: encodedAtMs - startedAtMs,
      sendMs: handedOverAtMs - encodedAtMs,
      handedOverAtMs,
    });
    return reply.promise;
  }

  /**
   * Settles the first chunk with what its actor said.
   *
   * @throws ProtocolError where that is about another chunk, or about another number of items
   */
  settle(message: Answer | Failed, arrival: Arrival, reasonOf: (failed: Failed) => AiopsError): void {
    const first = this.#chunks.first;
    if (first === undefined || message.id !== first.chunk.id) {
      throw new ProtocolError(`answered chunk ${message.id} instead of ${first?.chunk.id ?? 'none'}`);
    }
    if (message.type === 'failed') {
      const reason = reasonOf(message); // which names the chunk that is first still
      first.reply.reject(new ChunkFailed(reason, message.message));
    } else {
      const { length } = message.answers.scores;
      if (length !== first.items) throw new ProtocolError(`gave ${length} answers to ${first.items} items`);
      const received = { ...arrival, slot: this.#slot, lastAnswerAtMs: this.#lastAnswerAtMs };
      first.reply.resolve(chunkReply(first, message, received));
    }
    this.#chunks.take();
    this.#lastAnswerAtMs = arrival.atMs;
  }

  /**
   * No chunk will be answered any more; they hear so in their order.
   *
   * @param hasSuspect whether the one that the actor was at work on may be to blame
   */
  lose(loss: Loss, hasSuspect: boolean): void {
    this.#chunks
      .takeAll()
      .forEach(({ reply }, i) => reply.reject(new ChunkLost(loss, hasSuspect && i === 0)));
  }
}
