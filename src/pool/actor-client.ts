import { AiopsError } from '../core/errors.js';
import { Timer } from '../core/timer.js';
import type { ActorLog } from '../core/types.js';
import { ProtocolError } from '../protocol/frames.js';
import {
  PROTOCOL_VERSION,
  type ActorMessage,
  type ActorUsage,
  type Chunk,
  type Failed,
  type LoadRequest,
  type ParentMessage,
  type Ready,
} from '../protocol/messages.js';
import { ParentMessageEncoder } from '../protocol/parent-frames.js';
import { writeFrame } from '../protocol/frame-encoder.js';
import { breach, describeExit, stuck, tooLarge, type Loss, type LostActor } from './actor-errors.js';
import { ActorProcess } from './actor-process.js';
import { Deferred } from './deferred.js';
import { listen, type Arrival } from './incoming.js';
import { PendingChunks, type ChunkReply } from './pending-chunks.js';

export interface ActorClientOptions {
  readonly name: string;
  /** 0-based place in the pool. */
  readonly slot: number;
  readonly entry: URL;
  readonly load: LoadRequest;
  readonly log: ActorLog;
  /** Time without a message after which an actor that owes one counts as stuck, ms. */
  readonly timeoutMs: number;
  /** Called at every answer, with what the actor's process uses; null: the answer was a failure. */
  readonly onAnswer?: (usage: ActorUsage | null) => void;
  /** Called once, when the actor can't be used any more although it was not asked to end. */
  readonly onLost: (loss: Loss) => void;
}

/** What an actor reported once it was warm, and when, on the clock of `performance.now()`. */
export interface WarmActor extends Ready {
  readonly readyAtMs: number;
}

/** An actor that does not leave on its own is killed after this. */
const STOP_GRACE_MS = 2000;
/** A process whose pipe broke has this long to exit: its exit explains more than a kill would. */
const BROKEN_PIPE_GRACE_MS = 1000;

/** Reset by every message; runs out only while one is expected. */
class InactivityTimeout {
  readonly #limitMs: number;
  readonly #onExceeded: () => void;
  #timer: Timer | undefined;
  #isExpecting = false;

  constructor(limitMs: number, onExceeded: () => void) {
    this.#limitMs = limitMs;
    this.#onExceeded = onExceeded;
  }

  /** Starts over; `isExpecting` says whether a message is outstanding. */
  reset(isExpecting: boolean): void {
    this.#isExpecting = isExpecting;
    // One timer for all: a new one for each chunk costs as much as sending it. It keeps no process alive; the pipe to
    // the actor does.
    this.#timer ??= new Timer(this.#limitMs, () => {
      if (this.#isExpecting) this.#onExceeded();
    }).unref();
    this.#timer.restart();
  }
}

/**
 * The parent's end of one actor: hello, init, then chunks first in, first out.
 * Every promise it returns is settled, whatever happens to the process; later messages are ignored.
 */
export class ActorClient {
  readonly name: string;
  /** Resolves once the process is gone. */
  readonly gone: Promise<void>;
  readonly #options: ActorClientOptions;
  readonly #process: ActorProcess;
  readonly #encoder = new ParentMessageEncoder();
  readonly #inactivity: InactivityTimeout;
  readonly #ready = new Deferred<WarmActor>();
  readonly #pending: PendingChunks;
  readonly #unlisten: () => void;
  #idle: Deferred<void> | null = null;
  #stage: 'hello' | 'loading' | 'serving' | 'stopping' | 'lost' = 'hello';

  /** Starts the process. */
  constructor(options: ActorClientOptions) {
    const { name, slot, entry, load, log, timeoutMs } = options;
    this.name = name;
    this.#options = options;
    this.#pending = new PendingChunks(slot);
    this.#inactivity = new InactivityTimeout(timeoutMs, () => this.#lose(stuck(this.#identity(), timeoutMs)));
    this.#inactivity.reset(true);
    this.#process = new ActorProcess({ name, entry, threads: load.threadsPerActor, log });
    this.#unlisten = listen(this.#process.pipe, {
      onMessage: (message, arrival) => this.#take(message, arrival),
      onBreach: (error) => this.#lose(breach(this.#identity(), error)),
    });
    this.#watchPipe();
    this.#send({ type: 'hello', version: PROTOCOL_VERSION });
    this.gone = this.#process.closed.then((exit) => {
      this.#lose(describeExit(exit, this.#identity()));
    });
  }

  /** Resolves once the model is loaded and warm; rejects with the AiopsError that the actor reported. */
  get ready(): Promise<WarmActor> {
    return this.#ready.promise;
  }

  /**
   * Sends a chunk, whose values must not change until it is answered; rejects with ChunkLost, ChunkFailed, or an
   * AiopsError where it can't be sent.
   */
  async ask(chunk: Chunk): Promise<ChunkReply> {
    if (this.#stage !== 'serving') {
      throw new AiopsError('actor_failed', `${this.name} takes no chunk while ${this.#doing()}`);
    }
    const reply = this.#pending.send(
      chunk,
      (given) => this.#encodeChunk(given),
      (buffers) => writeFrame(this.#process.pipe, buffers),
    );
    if (this.#pending.length === 1) this.#inactivity.reset(true);
    return reply;
  }

  /** Lets the actor finish its chunks and leave; resolves once it is gone. */
  async stop(): Promise<void> {
    if (this.#stage === 'serving') {
      this.#stage = 'stopping';
      this.#inactivity.reset(false);
      this.#send({ type: 'stop' });
      const grace = setTimeout(() => {
        this.#options.log(
          this.name,
          `killed: still at work ${STOP_GRACE_MS / 1000} s after it was asked to stop`,
          'stderr',
        );
        this.#process.kill();
      }, STOP_GRACE_MS);
      await this.gone;
      clearTimeout(grace);
      return;
    }
    if (this.#stage !== 'stopping') {
      await this.kill(new AiopsError('interrupted', `${this.name} was stopped while ${this.#doing()}`));
    }
    await this.gone;
  }

  /** Stops the actor once it has answered all of its chunks; resolves once it is gone. It must get no other chunk. */
  async retire(): Promise<void> {
    if (this.#pending.length > 0) {
      this.#idle ??= new Deferred();
      await this.#idle.promise;
    }
    await this.stop();
  }

  /** Kills the actor; its chunks reject with `reason`. Resolves once it is gone. */
  async kill(reason: AiopsError): Promise<void> {
    if (this.#stage !== 'lost') {
      const loss = this.#lossOf(reason, false);
      this.#stage = 'stopping';
      this.#settle(loss, false);
    }
    this.#process.kill();
    await this.gone;
  }

  #watchPipe(): void {
    const { pipe, closed } = this.#process;
    // Whether the broken pipe or the exit is seen first is chance; the exit explains more.
    pipe.on('error', () => undefined);
    pipe.once('close', () => {
      const error = new AiopsError('actor_failed', `${this.name} closed its pipe while ${this.#doing()}`);
      const grace = setTimeout(() => this.#lose(error), BROKEN_PIPE_GRACE_MS);
      void closed.then(() => clearTimeout(grace));
    });
  }

  #take(message: ActorMessage, arrival: Arrival): void {
    if (message.type === 'failed' && message.id === null) {
      if (this.#stage === 'stopping')
        this.#options.log(this.name, `while stopping: ${message.message}`, 'stderr');
      this.#lose(this.#reported(message), true);
    } else if (this.#stage === 'hello') {
      this.#greet(message);
    } else if (this.#stage === 'loading') {
      if (message.type !== 'ready') throw new ProtocolError(`sent ${message.type} instead of ready`);
      this.#stage = 'serving';
      this.#inactivity.reset(false);
      this.#ready.resolve({ ...message, readyAtMs: arrival.atMs });
    } else if (message.type === 'answer' || message.type === 'failed') {
      this.#pending.settle(message, arrival, (failed) => this.#reported(failed));
      this.#inactivity.reset(this.#pending.length > 0);
      this.#options.onAnswer?.(message.type === 'answer' ? message.usage : null);
      if (this.#pending.length === 0) this.#idle?.resolve();
    } else if (message.type === 'progress') {
      this.#pending.checkProgress(message);
      this.#inactivity.reset(true);
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
    const { load, slot } = this.#options;
    // All actors of a pool load the same model on the same backend, so one check is enough.
    this.#send({ type: 'init', load: slot === 0 ? load : { ...load, checkItems: false } });
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
  #lose(error: AiopsError, isReported = false): void {
    if (this.#stage === 'lost') return;
    const wasAsked = this.#stage === 'stopping';
    const loss = this.#lossOf(error, isReported);
    this.#stage = 'lost';
    this.#unlisten();
    this.#settle(loss, !wasAsked);
    this.#process.kill();
    if (!wasAsked) this.#options.onLost(loss);
  }

  #lossOf(error: AiopsError, isReported: boolean): Loss {
    const wasLoading = this.#stage === 'hello' || this.#stage === 'loading';
    return { actor: this.name, error, isReported, wasLoading, chunk: this.#pending.current };
  }

  #settle(loss: Loss, hasSuspect: boolean): void {
    this.#inactivity.reset(false);
    this.#ready.reject(loss.error);
    this.#pending.lose(loss, hasSuspect);
    this.#idle?.resolve();
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
    if (this.#stage === 'hello') return 'starting';
    if (this.#stage === 'loading') return 'loading the model';
    return this.#pending.doing ?? (this.#stage === 'stopping' ? 'stopping' : 'waiting for work');
  }
}
