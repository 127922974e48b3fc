import { ChunkLost, type Loss } from './actor-errors.js';
import { Deferred } from '../core/deferred.js';
import type { Job, JobReply } from './job.js';

export interface RecoveryOptions {
  /** Sends a job to the actor in a slot; rejects with ChunkLost where that is lost. */
  readonly send: (job: Job, slot: number) => Promise<JobReply>;
  /** Has a job's items tried one by one, without risk to the actors of the pool. */
  readonly isolate: (job: Job, losses: readonly Loss[]) => Promise<JobReply>;
  /** Another slot, if there is another. */
  readonly otherThan: (slot: number) => number;
  /** Called before a job that crashed an actor is sent to another one. */
  readonly onRetry: (job: Job, slot: number) => void;
  /** What ended the pool; null while it serves. */
  readonly ended: () => Error | null;
}

/** A job whose actor was lost while working on it. */
interface Suspect {
  readonly job: Job;
  readonly losses: Loss[];
  readonly reply: Deferred<JobReply>;
}

/**
 * Has every job answered even if actors are lost.
 *
 * After a loss no new job is sent until all actors are idle. Then the job that the lost actor was working on is sent to
 * another one, and after a second loss its items are isolated. If several jobs crash an actor before all are idle, a
 * row that stays in the windows is the likely reason, and all of them are isolated without another try. Jobs of earlier
 * minutes always come first, so that a row is found in the first minute whose window has it, however many minutes are
 * under way. Then sending resumes: a job that only waited behind such a job goes to its slot again, without the items
 * that were found.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #suspects: Suspect[] = [];
  #held: { readonly order: number; readonly resume: () => void }[] = [];
  #underWay = 0;
  #idle: Deferred<void> | null = null;
  #isClearing = false;
  /** Whether there was more than one suspect since the last clearing. */
  #areSeveral = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Resolves with the answers, or rejects: with ChunkFailed, or with what ended the pool. */
  async answer(job: Job): Promise<JobReply> {
    for (;;) {
      if (this.#isClearing) await this.#hold(job.order);
      else this.#underWay++;
      let lost: ChunkLost;
      try {
        this.#checkEnded();
        const reply = await this.#options.send(job, job.slot);
        this.#finish();
        return reply;
      } catch (error) {
        if (!(error instanceof ChunkLost) || this.#options.ended() !== null) {
          this.#finish();
          throw error;
        }
        lost = error;
      }
      // A suspect before it stops counting as under way: otherwise all might seem idle without it.
      const cleared = lost.isSuspect ? this.#suspect(job, lost.loss) : null;
      this.#finish();
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

  /** Waits until all actors are idle and no earlier minute is left to do; null: no suspect is left. */
  async #nextSuspect(): Promise<Suspect | null> {
    for (;;) {
      await this.#untilIdle();
      const [first] = this.#suspects.sort(byOrder);
      if (first === undefined) return null;
      if (this.#suspects.length > 1) this.#areSeveral = true;
      if (this.#resume((order) => order < first.job.order)) continue;
      this.#suspects.shift();
      return first;
    }
  }

  async #clear({ job, losses }: Suspect): Promise<JobReply> {
    const { send, isolate, otherThan, onRetry } = this.#options;
    this.#checkEnded();
    if (!this.#areSeveral) {
      const slot = otherThan(job.slot);
      onRetry(job, slot);
      try {
        return await send(job, slot);
      } catch (error) {
        if (!(error instanceof ChunkLost)) throw error;
        losses.push(error.loss);
      }
      this.#checkEnded();
    }
    return isolate(job, losses);
  }

  /** Waits until jobs of this order may be sent; the job counts as under way from then on. */
  #hold(order: number): Promise<void> {
    return new Promise((resume) => this.#held.push({ order, resume }));
  }

  /** Lets the matching jobs continue that wait; returns whether there were any. */
  #resume(matches: (order: number) => boolean): boolean {
    const matching = this.#held.filter(({ order }) => matches(order));
    this.#held = this.#held.filter(({ order }) => !matches(order));
    this.#underWay += matching.length;
    for (const { resume } of matching) resume();
    return matching.length > 0;
  }

  #finish(): void {
    this.#underWay--;
    if (this.#underWay > 0) return;
    this.#idle?.resolve();
    this.#idle = null;
  }

  async #untilIdle(): Promise<void> {
    if (this.#underWay === 0) return;
    this.#idle ??= new Deferred();
    await this.#idle.promise;
  }

  #checkEnded(): void {
    const error = this.#options.ended();
    if (error !== null) throw error;
  }
}

function byOrder({ job: a }: Suspect, { job: b }: Suspect): number {
  return a.order - b.order || a.range.start - b.range.start;
}
