import type { AiopsError } from '../core/errors.js';
import type { Incident } from '../core/incidents.js';
import type { Quarantines } from '../core/quarantines.js';
import type { Chunk } from '../protocol/messages.js';
import type { WarmActor } from './actor-client.js';
import { ChunkFailed, plainError, type Loss } from './actor-errors.js';
import type { ChunkReply } from './pending-chunks.js';
import { Isolation } from './isolation.js';
import { askFor, ChunkMaker, failedReply, itemByItem, type Job, type JobReply } from './job.js';
import { Recovery } from './recovery.js';
import { Slot, type SlotOptions } from './slot.js';

export interface DispatcherOptions extends Omit<
  SlotOptions,
  'name' | 'slot' | 'countsChunks' | 'admit' | 'onEnd'
> {
  readonly actors: number;
  readonly nameOf: (slot: number) => string;
  readonly quarantines: Quarantines;
  readonly admit: (warm: WarmActor, name: string) => void;
  /** Called once, when no job can be answered any more. */
  readonly onEnd: (error: AiopsError) => void;
  /** What ended the pool; null while it serves. */
  readonly ended: () => AiopsError | null;
}

/** Sends jobs to the slots, and retries, isolates or splits those that fail. */
export class Dispatcher {
  readonly chunks = new ChunkMaker();
  readonly #options: DispatcherOptions;
  readonly #slots: readonly Slot[];
  readonly #isolation: Isolation;
  readonly #recovery: Recovery;

  constructor(options: DispatcherOptions) {
    const { actors, nameOf, quarantines, onIncident, onEnd, ended } = options;
    this.#options = options;
    this.#slots = Array.from({ length: actors }, (_, slot) => this.#openSlot(nameOf(slot), slot, true));
    this.#isolation = new Isolation({
      name: 'isolation',
      openSlot: () => this.#openIsolation(),
      chunks: this.chunks,
      quarantines,
      onIncident,
      onHopeless: onEnd,
    });
    this.#recovery = new Recovery({
      send: (job, slot) => this.#send(job, slot),
      isolate: (job, losses) => this.#isolate(job, losses),
      otherThan: (slot) => (slot + 1) % actors,
      onRetry: (job, slot) => onIncident(retried(job, nameOf(slot))),
      ended,
    });
  }

  /** Resolves once all actors are warm, in the order of their slots; rejects with an AiopsError. */
  start(): Promise<WarmActor[]> {
    return Promise.all(this.#slots.map((slot) => slot.start()));
  }

  /** Resolves with an answer to every item of the job, or rejects with what failed. */
  async answer(job: Job): Promise<JobReply> {
    try {
      if (this.#options.restarts === 0) return await this.#send(job, job.slot);
      return await this.#recovery.answer(job);
    } catch (error) {
      if (this.#options.restarts === 0 || !isAnalyzers(error)) throw plainError(error);
      return await this.#withoutFailing(job, error);
    }
  }

  /** Has the actor in one slot answer a chunk, without a retry. */
  async ask(slot: number, chunk: Chunk): Promise<ChunkReply> {
    try {
      return await this.#slotAt(slot).ask(chunk);
    } catch (error) {
      throw plainError(error);
    }
  }

  /** Lets all actors finish their chunks and exit; resolves once they are gone. */
  async stop(): Promise<void> {
    await Promise.all(this.#all().map((slot) => slot.stop()));
  }

  /** Kills all actors. */
  kill(reason: AiopsError): void {
    for (const slot of this.#all()) void slot.kill(reason);
  }

  #openSlot(name: string, slot: number, countsChunks: boolean): Slot {
    const { admit, ...options } = this.#options;
    return new Slot({ ...options, name, slot, countsChunks, admit: (warm) => admit(warm, name) });
  }

  #openIsolation(): Slot {
    const slot = this.#openSlot('isolation', 0, false);
    slot.start().catch(() => undefined); // `ask` rejects with the same
    return slot;
  }

  #all(): readonly Slot[] {
    const { slot } = this.#isolation;
    return slot === null ? this.#slots : [...this.#slots, slot];
  }

  #slotAt(slot: number): Slot {
    const found = this.#slots[slot];
    if (found === undefined) throw new RangeError(`the pool has no slot ${slot}`);
    return found;
  }

  #send(job: Job, slot: number): Promise<JobReply> {
    const tools = { chunks: this.chunks, quarantines: this.#options.quarantines };
    return askFor(job, tools, (chunk) => this.#slotAt(slot).ask(chunk));
  }

  async #isolate(job: Job, losses: readonly Loss[]): Promise<JobReply> {
    const reply = await this.#isolation.serve(job, async (_single, send) => {
      try {
        return await send();
      } catch (error) {
        if (!isAnalyzers(error)) throw error;
        return failedReply(error);
      }
    });
    const { batch, range } = job;
    // An item caused it then, of this minute or an earlier one.
    const isExplained = this.#options.quarantines.errorsOf(batch, range.start, range.end).size > 0;
    if (isExplained) for (const slot of this.#slots) slot.forgive(losses);
    return reply;
  }

  /** Asks item by item: only those fail that fail on their own. */
  async #withoutFailing(job: Job, failure: ChunkFailed): Promise<JobReply> {
    const items = job.range.end - job.range.start;
    if (items === 1) return failedReply(failure);
    const { failures = [], ...reply } = await itemByItem(job, (single) => this.answer(single));
    return { ...reply, failures: failures.map(() => failure) }; // which names the chunk
  }
}

/** An analyzer's own errors have this code; others are about the model's files, the backend or this program. */
function isAnalyzers(error: unknown): error is ChunkFailed {
  return error instanceof ChunkFailed && error.reason.code === 'model';
}

function retried({ batch, range }: Job, actor: string): Incident {
  const { minuteMs } = batch;
  const items = range.end - range.start;
  const text = `trying the ${items} items of ${new Date(minuteMs).toISOString()} that crashed an actor again on ${actor}`;
  return { kind: 'retried', actor, minuteMs, text };
}
