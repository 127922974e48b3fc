import { performance } from 'node:perf_hooks';

import { AiopsError } from '../core/errors.js';
import type { Incident } from '../core/incidents.js';
import type { ActorUsage, Chunk } from '../protocol/messages.js';
import { ActorClient, type ActorClientOptions, type WarmActor } from './actor-client.js';
import { lostTooOften, type Loss } from './actor-errors.js';
import type { ActorUse } from './actor-use.js';
import type { ChunkReply } from './pending-chunks.js';
import { Deferred } from './deferred.js';
import { MemoryLimit, RestartLimit } from './slot-limits.js';

export interface SlotOptions extends Omit<ActorClientOptions, 'onAnswer' | 'onLost'> {
  /** How often a lost actor is replaced within a minute; 0: never. */
  readonly restarts: number;
  /** Whether losses during a chunk count: not in a slot that gets chunks because they crash actors. */
  readonly countsChunks: boolean;
  /** Null: an actor may have any size. */
  readonly maxRssBytes: number | null;
  /** Checks a replacement once it is warm; throws AiopsError where it would answer differently. */
  readonly admit: (warm: WarmActor) => void;
  readonly onIncident: (incident: Incident) => void;
  /** Where to note what its actors use. */
  readonly use?: ActorUse | undefined;
  /** Called once, when there will be no actor any more. */
  readonly onEnd: (error: AiopsError) => void;
}

/**
 * One place in a pool: an actor, and its replacement when it is lost or has grown. Chunks are sent to the actor that is
 * warm, or to the next one as soon as it is. The chunks of a lost actor reject: the slot does not judge what caused it.
 */
export class Slot {
  readonly #options: SlotOptions;
  readonly #limit: RestartLimit;
  readonly #memory: MemoryLimit;
  /** Those whose processes may still run. */
  readonly #clients = new Set<ActorClient>();
  /** Losses during a chunk, until it is clear whether an item or their size is to blame. */
  readonly #unsettled = new Set<Loss>();
  #current: ActorClient | null = null;
  #next: ActorClient | null = null;
  #warm = new Deferred<WarmActor>();
  #ended: AiopsError | null = null;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#limit = new RestartLimit(options.restarts);
    this.#memory = new MemoryLimit(options.maxRssBytes);
  }

  /** Resolves once the first actor is warm; rejects with an AiopsError. To be called once. */
  start(): Promise<WarmActor> {
    this.#launch();
    return this.#warm.promise;
  }

  /** Rejects with ChunkLost, ChunkFailed, or an AiopsError where there is no actor to send the chunk to. */
  ask(chunk: Chunk): Promise<ChunkReply> {
    if (this.#current !== null) return this.#current.ask(chunk);
    return this.#warm.promise.then(() => this.ask(chunk));
  }

  /** Decides about losses during a chunk, as far as they are this slot's: they count unless they are excused. */
  settle(losses: readonly Loss[], areExcused: boolean): void {
    const own = losses.filter((loss) => this.#unsettled.delete(loss));
    if (areExcused || this.#ended !== null) return;
    own.every((loss) => this.#count(loss));
  }

  /** Lets actors finish their chunks and exit; resolves once they are gone. */
  async stop(): Promise<void> {
    this.#end(new AiopsError('interrupted', `${this.#options.name} was stopped`));
    await Promise.all([...this.#clients].map((client) => client.stop()));
  }

  /** Kills all actors; their chunks reject with `reason`. Resolves once they are gone. */
  async kill(reason: AiopsError): Promise<void> {
    this.#end(reason);
    await Promise.all([...this.#clients].map((client) => client.kill(reason)));
  }

  #launch(): void {
    const client: ActorClient = new ActorClient({
      ...this.#options,
      onAnswer: (usage) => this.#note(client, usage),
      onLost: (loss) => this.#lose(client, loss),
    });
    this.#next = client;
    this.#clients.add(client);
    void client.gone.then(() => this.#clients.delete(client));
    // If it never gets warm, it was stopped, or it is lost, which `onLost` handles.
    void client.ready.then(
      (warm) => this.#take(client, warm),
      (error: unknown) => {
        if (this.#ended !== null) this.#warm.reject(error);
      },
    );
  }

  #take(client: ActorClient, warm: WarmActor): void {
    if (this.#ended !== null) return this.#warm.reject(this.#ended);
    if (this.#next !== client) return;
    this.#next = null;
    try {
      this.#options.admit(warm);
    } catch (error) {
      if (!(error instanceof AiopsError)) throw error;
      return this.#fail(error);
    }
    const before = this.#current;
    this.#current = client;
    this.#memory.begin();
    this.#warm.resolve(warm);
    if (before !== null) void before.retire();
  }

  #note(client: ActorClient, usage: ActorUsage | null): void {
    this.#limit.achieved();
    if (usage === null) return;
    this.#options.use?.note(client, usage);
    if (client !== this.#current || this.#next !== null || this.#ended !== null) return;
    const finding = this.#memory.check(usage.rssBytes);
    if (finding === null) return;
    const { name: actor } = this.#options;
    this.#options.onIncident({ kind: 'grown', actor, minuteMs: null, text: `${actor} ${finding.what}` });
    if (finding.isToGo) this.#launch(); // it takes over once it is warm
  }

  #lose(client: ActorClient, loss: Loss): void {
    if (this.#ended !== null) return;
    const wasRetiring = client !== this.#current && client !== this.#next;
    if (client === this.#current) {
      this.#current = null;
      this.#warm = new Deferred();
    }
    if (client === this.#next) this.#next = null;
    const isFatal = this.#options.restarts === 0 || (loss.isReported && loss.wasLoading);
    if (isFatal) return this.#fail(loss.error);
    if (!wasRetiring && !this.#outlives(loss)) return;
    const replaced = wasRetiring ? 'its replacement is at work already' : 'starting a replacement';
    const { message: reason } = loss.error;
    const minuteMs = loss.chunk?.minuteMs ?? null;
    this.#options.onIncident({
      kind: 'lost',
      actor: loss.actor,
      minuteMs,
      reason,
      text: `${reason}; ${replaced}`,
    });
    if (this.#next === null && !wasRetiring) this.#launch();
  }

  /**
   * Whether the slot serves on after a loss. One during a chunk does not count yet: the chunk may have to crash several
   * actors until its item is known.
   */
  #outlives(loss: Loss): boolean {
    if (loss.chunk === null) return this.#count(loss);
    if (this.#options.countsChunks) this.#unsettled.add(loss);
    return true;
  }

  /** Counts a loss; returns false where it was one too many. */
  #count(loss: Loss): boolean {
    if (this.#limit.allows(performance.now())) return true;
    this.#fail(lostTooOften(loss, this.#options.restarts));
    return false;
  }

  #fail(error: AiopsError): void {
    this.#end(error);
    this.#options.onEnd(error);
  }

  #end(error: AiopsError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    // For chunks that wait for an actor; if one is loading, its own reason explains more and comes first.
    if (this.#current === null && this.#next === null) this.#warm.reject(error);
  }
}
