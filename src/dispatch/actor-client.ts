import { performance } from 'node:perf_hooks';

import { AiopsError } from '../core/errors.js';
import { Queue } from '../core/queue.js';
import { parseActorMessage } from '../protocol/actor-frames.js';
import { BodyMemory } from '../protocol/body-memory.js';
import { FrameReader } from '../protocol/frame-reader.js';
import { ProtocolError } from '../protocol/frames.js';
import {
  PROTOCOL_VERSION,
  type ActorMessage,
  type Answer,
  type Chunk,
  type Failed,
  type LoadRequest,
  type ParentMessage,
  type Ready,
} from '../protocol/messages.js';
import { ParentMessageEncoder } from '../protocol/parent-frames.js';
import { writeFrame } from '../protocol/write-frame.js';
import { breach, describeExit, stuck, tooLarge, type LostActor } from './actor-errors.js';
import { ActorProcess } from './actor-process.js';
import { chunkReply, type ChunkReply, type ReceivedAnswer, type SentChunk } from './chunk-reply.js';
import { Deferred } from './deferred.js';
import { Patience } from './patience.js';

export interface ActorClientOptions {
  readonly name: string;
  /** 0-based place in the pool. */
  readonly slot: number;
  readonly entry: URL;
  readonly load: LoadRequest;
  readonly log: (actor: string, line: string) => void;
  /** Running time without an answer after which the actor counts as stuck, ms. */
  readonly timeoutMs: number;
  /** Told once, when the actor is of no further use and nobody asked it to end. */
  readonly onLost: (error: AiopsError) => void;
}

/** What an actor told once it was warm, and when, on the clock of `performance.now()`. */
export interface WarmActor extends Ready {
  readonly readyAtMs: number;
}

/** How a message came. */
type Arrival = Pick<ReceivedAnswer, 'atMs' | 'decodeMs' | 'release'>;

interface Pending extends SentChunk {
  readonly chunk: Pick<Chunk, 'id' | 'minuteMs' | 'targets'>;
  readonly reply: Deferred<ChunkReply>;
}

/** An actor that does not leave on its own is killed after this. */
const STOP_GRACE_MS = 2000;
/** A process whose pipe broke has this long to end by itself, which tells more than a kill would. */
const BROKEN_PIPE_GRACE_MS = 1000;

/**
 * The parent's end of one actor: hello, init, then chunks first in, first out.
 * Every promise it gives is settled, whatever becomes of the process.
 */
export class ActorClient {
  readonly name: string;
  readonly #options: ActorClientOptions;
  readonly #process: ActorProcess;
  readonly #encoder = new ParentMessageEncoder();
  readonly #patience: Patience;
  readonly #ready = new Deferred<WarmActor>();
  readonly #pending = new Queue<Pending>();
  #stage: 'hello' | 'loading' | 'serving' | 'stopping' | 'lost' = 'hello';
  #lastAnswerAtMs = 0;

  /** Starts the process. */
  constructor(options: ActorClientOptions) {
    const { name, entry, load, log, timeoutMs } = options;
    this.name = name;
    this.#options = options;
    this.#patience = new Patience(timeoutMs, () => this.#lose(stuck(this.#identity(), timeoutMs)));
    this.#patience.renew(true);
    this.#process = new ActorProcess({ name, entry, threads: load.threads, log });
    this.#listen();
    this.#send({ type: 'hello', version: PROTOCOL_VERSION });
    void this.#process.closed.then((exit) => {
      this.#lose(describeExit(exit, this.#identity()));
    });
  }

  /** Resolves once the model is loaded and warm; rejects with the AiopsError that the actor reported. */
  get ready(): Promise<WarmActor> {
    return this.#ready.promise;
  }

  /** Sends a chunk, whose values must not change until it is answered; rejects with an AiopsError. */
  ask(chunk: Chunk): Promise<ChunkReply> {
    const reply = new Deferred<ChunkReply>();
    if (this.#stage !== 'serving') {
      reply.reject(new AiopsError('actor_failed', `${this.name} takes no chunk while ${this.#doing()}`));
      return reply.promise;
    }
    const startedAtMs = performance.now();
    const buffers = this.#encodeChunk(chunk);
    const encodedAtMs = performance.now();
    writeFrame(this.#process.pipe, buffers);
    const handedOverAtMs = performance.now();
    this.#pending.put({
      chunk,
      reply,
      items: chunk.targets.length,
      startedAtMs,
      encodeMs: encodedAtMs - startedAtMs,
      sendMs: handedOverAtMs - encodedAtMs,
      handedOverAtMs,
    });
    if (this.#pending.length === 1) this.#patience.renew(true);
    return reply.promise;
  }

  /** Lets the actor finish its chunks and leave; resolves once it is gone. */
  async stop(): Promise<void> {
    if (this.#stage === 'serving') {
      this.#stage = 'stopping';
      this.#patience.renew(false);
      this.#send({ type: 'stop' });
      const grace = setTimeout(() => {
        this.#options.log(this.name, `ended: still at work ${STOP_GRACE_MS / 1000} s after it was to leave`);
        this.#process.kill();
      }, STOP_GRACE_MS);
      await this.#process.closed;
      clearTimeout(grace);
      return;
    }
    if (this.#stage !== 'stopping') {
      await this.kill(new AiopsError('interrupted', `${this.name} was stopped while ${this.#doing()}`));
    }
    await this.#process.closed;
  }

  /** Ends the actor at once; what it was asked rejects with `reason`. Resolves once it is gone. */
  async kill(reason: AiopsError): Promise<void> {
    if (this.#stage !== 'lost') {
      this.#stage = 'stopping';
      this.#settle(reason);
    }
    this.#process.kill();
    await this.#process.closed;
  }

  #listen(): void {
    const { pipe, closed } = this.#process;
    const bodies = new BodyMemory();
    const reader = new FrameReader(bodies);
    let decodeMs = 0;
    pipe.on('data', (bytes: Buffer) => {
      if (this.#stage === 'lost') return;
      let startedAtMs = performance.now();
      try {
        reader.push(bytes, (frame) => {
          const message = parseActorMessage(frame);
          const now = performance.now();
          const release = (): void => bodies.giveBack(frame.memory);
          this.#take(message, { atMs: now, decodeMs: decodeMs + now - startedAtMs, release });
          decodeMs = 0;
          startedAtMs = performance.now();
        });
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#lose(breach(this.#identity(), error));
      }
      decodeMs += performance.now() - startedAtMs;
    });
    // Which of a broken pipe and the exit is seen first is chance; the exit explains more.
    pipe.on('error', () => undefined);
    pipe.once('close', () => {
      const error = new AiopsError('actor_failed', `${this.name} closed its pipe while ${this.#doing()}`);
      const grace = setTimeout(() => this.#lose(error), BROKEN_PIPE_GRACE_MS);
      void closed.then(() => clearTimeout(grace));
    });
  }

  #take(message: ActorMessage, received: Arrival): void {
    if (message.type === 'failed' && message.id === null) {
      if (this.#stage === 'stopping') this.#options.log(this.name, `while leaving: ${message.message}`);
      this.#lose(this.#reported(message));
    } else if (this.#stage === 'hello') {
      this.#greet(message);
    } else if (this.#stage === 'loading') {
      if (message.type !== 'ready') throw new ProtocolError(`sent ${message.type} instead of ready`);
      this.#stage = 'serving';
      this.#patience.renew(false);
      this.#ready.resolve({ ...message, readyAtMs: received.atMs });
    } else if (message.type === 'answer' || message.type === 'failed') {
      this.#settleChunk(message, received);
    } else {
      throw new ProtocolError(`sent ${message.type} instead of an answer`);
    }
  }

  #greet(message: ActorMessage): void {
    if (message.type !== 'hello') throw new ProtocolError(`sent ${message.type} instead of hello`);
    if (message.version !== PROTOCOL_VERSION) {
      throw new ProtocolError(`speaks protocol ${message.version}, this program ${PROTOCOL_VERSION}`);
    }
    this.#stage = 'loading';
    this.#send({ type: 'init', load: this.#options.load });
  }

  #settleChunk(message: Answer | Failed, received: Arrival): void {
    const pending = this.#pending.first;
    if (pending === undefined || message.id !== pending.chunk.id) {
      throw new ProtocolError(`answered chunk ${message.id} instead of ${pending?.chunk.id ?? 'none'}`);
    }
    const items = pending.chunk.targets.length;
    if (message.type === 'answer' && message.answers.scores.length !== items) {
      throw new ProtocolError(`gave ${message.answers.scores.length} answers to ${items} items`);
    }
    if (message.type === 'failed') {
      pending.reply.reject(this.#reported(message)); // which names the chunk that is first still
    } else {
      pending.reply.resolve(
        chunkReply(pending, message, {
          ...received,
          slot: this.#options.slot,
          lastAnswerAtMs: this.#lastAnswerAtMs,
        }),
      );
    }
    this.#pending.take();
    this.#patience.renew(this.#pending.length > 0);
    this.#lastAnswerAtMs = received.atMs;
  }

  #send(message: ParentMessage): void {
    writeFrame(this.#process.pipe, this.#encoder.encode(message));
  }

  #encodeChunk(chunk: Chunk): Uint8Array[] {
    try {
      return this.#encoder.encode(chunk);
    } catch (error) {
      throw error instanceof ProtocolError ? tooLarge(chunk, error) : error;
    }
  }

  /** The end of the conversation; only its first reason counts. */
  #lose(error: AiopsError): void {
    if (this.#stage === 'lost') return;
    const wasAsked = this.#stage === 'stopping';
    this.#stage = 'lost';
    this.#settle(error);
    this.#process.kill();
    if (!wasAsked) this.#options.onLost(error);
  }

  #settle(error: AiopsError): void {
    this.#patience.renew(false);
    this.#ready.reject(error);
    for (const { reply } of this.#pending.takeAll()) reply.reject(error);
  }

  #reported({ id, code, message, hint }: Failed): AiopsError {
    const where = id === null ? '' : ` while ${this.#doing()}`;
    return new AiopsError(code, `${this.name}${where}: ${message}`, hint === null ? {} : { hint });
  }

  #identity(): LostActor {
    const { pid, lastLines } = this.#process;
    return { name: this.name, pid, doing: this.#doing(), lastLines };
  }

  #doing(): string {
    const pending = this.#pending.first;
    if (this.#stage === 'hello') return 'starting';
    if (this.#stage === 'loading') return 'loading the model';
    if (pending === undefined) return this.#stage === 'stopping' ? 'stopping' : 'waiting for work';
    const { targets, minuteMs } = pending.chunk;
    return `answering ${targets.length} items of ${new Date(minuteMs).toISOString()}`;
  }
}
