import type { AiopsError } from '../core/errors.js';
import type { Incident } from '../core/incidents.js';
import type { Quarantines } from '../core/quarantines.js';
import type { WarmActor } from './actor-client.js';
import { ChunkLost, describeRows, plainError, type Loss } from './actor-errors.js';
import { CallLimit } from './call-limit.js';
import type { ChunkReply } from './pending-chunks.js';
import { Isolation } from './isolation.js';
import { chunkFor, ChunkMaker, type Job, type JobReply, type JobTools } from './job.js';
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

/** The name of the actor that jobs are isolated on. */
const ISOLATION = 'isolation';

/** Sends jobs to the slots, and retries, isolates or splits those that fail. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #tools: JobTools;
  readonly #slots: readonly Slot[];
  readonly #isolation: Isolation;
  /** Null: not needed so far. */
  #isolationSlot: Slot | null = null;
  readonly #recovery: Recovery;

  constructor(options: DispatcherOptions) {
    const { actors, nameOf, quarantines, onIncident, ended } = options;
    this.#options = options;
    this.#tools = { chunks: new ChunkMaker(), calls: new CallLimit(), quarantines };
    this.#slots = Array.from({ length: actors }, (_, slot) => this.#openSlot(nameOf(slot), slot, true));
    this.#isolation = new Isolation({
      name: ISOLATION,
      send: (job) => this.#sendIsolated(job),
      quarantines,
      onTooLarge: (loss) => void this.#isTooLarge(loss),
      onIncident,
    });
    this.#recovery = new Recovery({
      send: (job, slot) => this.#send(job, slot),
      isolate: (job) => this.#isolation.serve(job),
      isExplained: ({ block }) => quarantines.untriedIn(block).length > 0,
      isTooLarge: (loss) => this.#isTooLarge(loss),
      settle: (losses, areExcused) => this.#settle(losses, areExcused),
      otherThan: (slot) => (slot + 1) % actors,
      onRetry: (job, slot) => onIncident(retried(job, nameOf(slot))),
      ended,
    });
  }

  /** Resolves once all actors are warm, in the order of their slots; rejects with an AiopsError. */
  start(): Promise<WarmActor[]> {
    return Promise.all(this.#slots.map((slot) => slot.start()));
  }

  /** Resolves with an answer to every row of the job, or rejects with what failed. */
  async answer(job: Job): Promise<JobReply> {
    try {
      if (this.#options.restarts === 0) return await this.#send(job, job.slot);
      return await this.#recovery.answer(job);
    } catch (error) {
      throw plainError(error);
    }
  }

  /** Has the actor in one slot answer a job as one chunk, without a retry. */
  async ask(job: Job): Promise<ChunkReply> {
    try {
      return await this.#send(job, job.slot);
    } catch (error) {
      if (error instanceof ChunkLost) this.#settle([error.loss], false);
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

  #sendIsolated(job: Job): Promise<JobReply> {
    if (this.#isolationSlot === null) {
      this.#isolationSlot = this.#openSlot(ISOLATION, 0, false);
      this.#isolationSlot.start().catch(() => undefined); // `ask` rejects with the same
    }
    return this.#isolationSlot.ask(chunkFor(job, this.#tools));
  }

  #all(): readonly Slot[] {
    return this.#isolationSlot === null ? this.#slots : [...this.#slots, this.#isolationSlot];
  }

  #slotAt(slot: number): Slot {
    const found = this.#slots[slot];
    if (found === undefined) throw new RangeError(`the pool has no slot ${slot}`);
    return found;
  }

  async #send(job: Job, slot: number): Promise<JobReply> {
    return this.#slotAt(slot).ask(chunkFor(job, this.#tools));
  }

  #settle(losses: readonly Loss[], areExcused: boolean): void {
    for (const slot of this.#slots) slot.settle(losses, areExcused);
  }

  #isTooLarge({ actor, chunk }: Loss): boolean {
    if (chunk === null) return false;
    const { calls } = this.#tools;
    const before = calls.items;
    const isTooLarge = calls.learn(chunk);
    if (calls.items < before) {
      const text = `${actor} was lost on a chunk that was answered in pieces: calls have at most ${calls.items} items from now on`;
      this.#options.log(ISOLATION, text, 'stderr');
    }
    return isTooLarge;
  }
}

function retried({ block }: Job, actor: string): Incident {
  const text = `trying the ${describeRows(block)} that crashed an actor again on ${actor}`;
  return { kind: 'retried', actor, minuteMs: block.minutesMs[0]!, text };
}
