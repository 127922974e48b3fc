import { ChunkLost, isAnalyzers, type Loss } from './actor-errors.js';
import { Deferred } from '../core/deferred.js';
import { answerFailed, inPieces, isSingleRow, type Job, type JobReply } from './job.js';

export interface RecoveryOptions {
  /** Sends a job to the actor in a slot; rejects with ChunkLost where that is lost. */
  readonly send: (job: Job, slot: number) => Promise<JobReply>;
  /** Has a job tried in pieces, without risk to the actors of the pool. */
  readonly isolate: (job: Job) => Promise<JobReply>;
  /** Whether an item that is known by now, of the job or before it, explains that it crashed actors. */
  readonly isExplained: (job: Job) => boolean;
  /** Called once it is clear what a job's losses are due to: only those that no item explains count. */
  readonly settle: (losses: readonly Loss[], isExplained: boolean) => void;
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
 * Has every job answered even if actors are lost or the analyzer fails.
 *
 * After a loss no new job is sent until all actors are idle. Then the job that the lost actor was working on is sent to
 * another one, and after a second loss it is isolated. If several jobs crash an actor before all are idle, a row that
 * stays in the windows is the likely reason, and all of them are isolated without another try. Jobs of earlier minutes
 * always come first, so that a row is found in the first minute whose window has it, however many blocks are under way.
 * Then sending resumes: a job that only waited behind such a job goes to its slot again, without the items that were
 * found.
 *
 * A job that the analyzer fails at is sent to its slot again in pieces, so that only those rows fail that fail on their
 * own. It counts as under way from its first piece to its last.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #suspects: Suspect[] = [];
  #held: { readonly job: Job; readonly resume: () => void }[] = [];
  #underWay = 0;
  #idle: Deferred<void> | null = null;
  #isClearing = false;
  /** Whether there was more than one suspect since the last clearing. */
  #areSeveral = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Resolves with the answers, or rejects with what failed or ended the pool. */
  async answer(job: Job): Promise<JobReply> {
    this.#underWay++;
    try {
      await this.#giveWay(job);
      return await this.#serve(job);
    } finally {
      this.#leave();
    }
  }

  async #serve(job: Job): Promise<JobReply> {
    try {
      return await this.#attempt(job);
    } catch (error) {
      if (!isAnalyzers(error)) throw error;
      if (isSingleRow(job)) return answerFailed(job, error, (failed) => this.#attempt(failed));
      const reply = await inPieces(job, async (piece) => {
        await this.#giveWay(piece);
        return this.#serve(piece);
      });
      if (job.block.minutesMs.length > 1) return reply;
      // The first failure names the whole chunk of this minute.
      const failures = reply.failures?.map(({ minuteMs }) => ({ minuteMs, reason: error.reason })) ?? [];
      return { ...reply, failures };
    }
  }

  async #attempt(job: Job): Promise<JobReply> {
    for (;;) {
      this.#checkEnded();
      try {
        return await this.#options.send(job, job.slot);
      } catch (error) {
        if (!(error instanceof ChunkLost) || this.#options.ended() !== null) throw error;
        if (error.isSuspect) return await this.#suspect(job, error.loss);
      }
      await this.#giveWay(job);
    }
  }

  /** Steps aside while jobs that crashed actors are cleared up. */
  async #giveWay(job: Job): Promise<void> {
    if (!this.#isClearing) return;
    const resumed = new Promise<void>((resume) => this.#held.push({ job, resume }));
    this.#leave();
    await resumed; // it is under way again
  }

  async #suspect(job: Job, loss: Loss): Promise<JobReply> {
    const suspect = { job, losses: [loss], reply: new Deferred<JobReply>() };
    this.#suspects.push(suspect);
    if (!this.#isClearing) {
      this.#isClearing = true;
      void this.#clearUp();
    }
    // A suspect before it stops counting as under way: otherwise all might seem idle without it.
    this.#leave();
    return suspect.reply.promise;
  }

  async #clearUp(): Promise<void> {
    for (let next = await this.#nextSuspect(); next !== null; next = await this.#nextSuspect()) {
      const cleared = await this.#clear(next).then(
        (reply) => (suspect: Suspect) => suspect.reply.resolve(reply),
        (error: unknown) => (suspect: Suspect) => suspect.reply.reject(error),
      );
      this.#underWay++;
      cleared(next);
    }
    this.#isClearing = false;
    this.#areSeveral = false;
    this.#resume(() => true);
  }

  /** Waits until all actors are idle and no earlier minute is left to do; null: no suspect is left. */
  async #nextSuspect(): Promise<Suspect | null> {
    for (;;) {
      await this.#untilIdle();
      const [first] = this.#suspects.sort((a, b) => compare(a.job, b.job));
      if (first === undefined) return null;
      if (this.#suspects.length > 1) this.#areSeveral = true;
      if (this.#resume((job) => compare(job, first.job) < 0)) continue;
      this.#suspects.shift();
      return first;
    }
  }

  async #clear({ job, losses }: Suspect): Promise<JobReply> {
    const { isolate, isExplained, settle } = this.#options;
    let wasIsolated = false;
    try {
      this.#checkEnded();
      const reply = this.#areSeveral ? null : await this.#retry(job, losses);
      if (reply !== null) return reply;
      this.#checkEnded();
      wasIsolated = true;
      return await isolate(job);
    } finally {
      settle(losses, wasIsolated && isExplained(job));
    }
  }

  /** Sends the job to another slot; null: another actor was lost. */
  async #retry(job: Job, losses: Loss[]): Promise<JobReply | null> {
    const { send, otherThan, onRetry } = this.#options;
    const slot = otherThan(job.slot);
    onRetry(job, slot);
    try {
      return await send(job, slot);
    } catch (error) {
      if (!(error instanceof ChunkLost)) throw error;
      losses.push(error.loss);
      return null;
    }
  }

  /** Lets the matching jobs continue that gave way; returns whether there were any. */
  #resume(matches: (job: Job) => boolean): boolean {
    const matching = this.#held.filter(({ job }) => matches(job));
    this.#held = this.#held.filter(({ job }) => !matches(job));
    this.#underWay += matching.length;
    for (const { resume } of matching) resume();
    return matching.length > 0;
  }

  #leave(): void {
    this.#underWay--;
    if (this.#underWay > 0) return;
    this.#idle?.resolve();
    this.#idle = null;
  }

  async #untilIdle(): Promise<void> {
    while (this.#underWay > 0) {
      this.#idle ??= new Deferred();
      await this.#idle.promise;
    }
  }

  #checkEnded(): void {
    const error = this.#options.ended();
    if (error !== null) throw error;
  }
}

function compare(a: Job, b: Job): number {
  return a.order - b.order || a.part - b.part;
}
