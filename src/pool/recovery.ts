import { ChunkLost, type Loss } from './chunk-errors.js';
import { Deferred } from './deferred.js';
import type { Job, JobReply } from './job.js';

export interface RecoveryOptions {
  /** Puts a job to the actor in a slot; rejects with ChunkLost where that is lost. */
  readonly put: (job: Job, slot: number) => Promise<JobReply>;
  /** Has a job's items tried one by one, where that costs no actor of the pool. */
  readonly isolate: (job: Job, losses: readonly Loss[]) => Promise<JobReply>;
  /** Another slot than this one, where there is another. */
  readonly otherThan: (slot: number) => number;
  /** Told before a job that cost an actor is put to another one. */
  readonly onRetry: (job: Job, slot: number) => void;
  /** What ended the pool; null while it serves. */
  readonly ended: () => Error | null;
}

/** A job whose actor was lost while it was at work on it. */
interface Suspect {
  readonly job: Job;
  readonly losses: Loss[];
  readonly reply: Deferred<JobReply>;
}

/**
 * Has every job answered although actors are lost.
 *
 * After a loss nothing new is put to actors until they have nothing to do. Then the job that the lost one was at work
 * on is put to another actor, and after a second loss its items are isolated. Where several jobs cost an actor before
 * all was at rest, a row that stays in the windows is the likely reason: all of them are isolated without another try.
 * Jobs of earlier minutes always come first, so that a row is found in the first minute whose window has it,
 * however many minutes are under way. Then everything goes on: what had only waited behind such a job is put to
 * its slot again, without the items that have been found.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #suspects: Suspect[] = [];
  #held: { readonly order: number; readonly resume: () => void }[] = [];
  #atWork = 0;
  #rested: Deferred<void> | null = null;
  #isClearing = false;
  /** More than one suspect since all was well. */
  #areSeveral = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Resolves with the answers, or rejects: with ChunkFailed, or with what ended the pool. */
  async answer(job: Job): Promise<JobReply> {
    for (;;) {
      if (this.#isClearing) await this.#hold(job.order);
      else this.#atWork++;
      let lost: ChunkLost;
      try {
        this.#checkEnded();
        const reply = await this.#options.put(job, job.slot);
        this.#leave();
        return reply;
      } catch (error) {
        if (!(error instanceof ChunkLost) || this.#options.ended() !== null) {
          this.#leave();
          throw error;
        }
        lost = error;
      }
      // Known as a suspect before it counts as out of work: else all might seem at rest without it.
      const cleared = lost.isSuspect ? this.#suspect(job, lost.loss) : null;
      this.#leave();
      if (cleared !== null) return cleared;
    }
  }

  #suspect(job: Job, loss: Loss): Promise<JobReply> {
    const suspect = { job, losses: [loss], reply: new Deferred<JobReply>() };
    this.#suspects.push(suspect);
    if (!this.#isClearing) {
      this.#isClearing = true;
      void this.#clearUp();
    }
    return suspect.reply.promise;
  }

  async #clearUp(): Promise<void> {
    for (let next = await this.#nextSuspect(); next !== null; next = await this.#nextSuspect()) {
      try {
        next.reply.resolve(await this.#clear(next));
      } catch (error) {
        next.reply.reject(error);
      }
    }
    this.#isClearing = false;
    this.#areSeveral = false;
    this.#resume(() => true);
  }

  /** Once all is at rest, and nothing of an earlier minute is left to do; null: all are cleared up. */
  async #nextSuspect(): Promise<Suspect | null> {
    for (;;) {
      await this.#rest();
      const [first] = this.#suspects.sort(byOrder);
      if (first === undefined) return null;
      if (this.#suspects.length > 1) this.#areSeveral = true;
      if (this.#resume((order) => order < first.job.order)) continue;
      this.#suspects.shift();
      return first;
    }
  }

  async #clear({ job, losses }: Suspect): Promise<JobReply> {
    const { put, isolate, otherThan, onRetry } = this.#options;
    this.#checkEnded();
    if (!this.#areSeveral) {
      const slot = otherThan(job.slot);
      onRetry(job, slot);
      try {
        return await put(job, slot);
      } catch (error) {
        if (!(error instanceof ChunkLost)) throw error;
        losses.push(error.loss);
      }
      this.#checkEnded();
    }
    return isolate(job, losses);
  }

  /** Waits until jobs of this order may be put to actors; it counts as at work from then on. */
  #hold(order: number): Promise<void> {
    return new Promise((resume) => this.#held.push({ order, resume }));
  }

  /** Lets those go on that wait and are meant; says whether there were any. */
  #resume(isMeant: (order: number) => boolean): boolean {
    const meant = this.#held.filter(({ order }) => isMeant(order));
    this.#held = this.#held.filter(({ order }) => !isMeant(order));
    this.#atWork += meant.length;
    for (const { resume } of meant) resume();
    return meant.length > 0;
  }

  #leave(): void {
    this.#atWork--;
    if (this.#atWork > 0) return;
    this.#rested?.resolve();
    this.#rested = null;
  }

  async #rest(): Promise<void> {
    if (this.#atWork === 0) return;
    this.#rested ??= new Deferred();
    await this.#rested.promise;
  }

  #checkEnded(): void {
    const error = this.#options.ended();
    if (error !== null) throw error;
  }
}

function byOrder({ job: a }: Suspect, { job: b }: Suspect): number {
  return a.order - b.order || a.range.start - b.range.start;
}
