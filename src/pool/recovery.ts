import { ChunkLost, EveryItemLost, isAnalyzers, type Loss } from './actor-errors.js';
import { Deferred } from './deferred.js';
import { answerFailed, inPieces, isSingleRow, type Job, type JobReply } from './job.js';

export interface RecoveryOptions {
  /** Sends a job to the actor in a slot; rejects with ChunkLost where that is lost. */
  readonly send: (job: Job, slot: number) => Promise<JobReply>;
  /** Has a job tried in pieces, without risk to the actors of the pool. */
  readonly isolate: (job: Job) => Promise<JobReply>;
  /** Whether an item that is known by now, of the job or before it, explains that it crashed actors. */
  readonly isExplained: (job: Job) => boolean;
  /** Learns from the loss of a job that was answered in pieces; returns whether its size explains it. */
  readonly isTooLarge: (loss: Loss) => boolean;
  /** Called once it is clear what a job's losses are due to: those that an item or its size explains do not count. */
  readonly settle: (losses: readonly Loss[], areExcused: boolean) => void;
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

/** A job that gave way. */
interface Held {
  readonly job: Job;
  readonly resume: Deferred<void>;
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
  #suspects: Suspect[] = [];
  #held: Held[] = [];
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
    const resume = new Deferred<void>();
    this.#held.push({ job, resume });
    this.#leave();
    await resume.promise; // it is under way again
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
      const failure = await this.#clear(next).then(
        (reply) => {
          this.#underWay++;
          next.reply.resolve(reply);
          return null;
        },
        (error: unknown) => ({ error }),
      );
      if (failure === null) continue;
      this.#reject(next, failure.error);
      if (failure.error instanceof EveryItemLost) this.#rejectLonger(failure.error);
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

  #reject({ reply }: Suspect, error: unknown): void {
    this.#underWay++;
    reply.reject(error);
  }

  /** Rejects jobs with several minutes: whether so many items in a row crash actors shows only minute by minute. */
  #rejectLonger(error: EveryItemLost): void {
    const isLonger = ({ job }: { readonly job: Job }): boolean => job.block.minutesMs.length > 1;
    for (const suspect of this.#suspects.filter(isLonger)) {
      this.#options.settle(suspect.losses, true); // they say nothing about the actors
      this.#reject(suspect, error);
    }
    this.#suspects = this.#suspects.filter((suspect) => !isLonger(suspect));
    for (const { resume } of this.#takeHeld(isLonger)) resume.reject(error);
  }

  async #clear({ job, losses }: Suspect): Promise<JobReply> {
    const { isolate, isExplained, isTooLarge, settle } = this.#options;
    let wasIsolated = false;
    let isLarge = false;
    try {
      this.#checkEnded();
      const retried = this.#areSeveral ? null : await this.#retry(job, losses);
      if (retried !== null) return { ...retried, losses: losses.length };
      this.#checkEnded();
      wasIsolated = true;
      const reply = await isolate(job);
      if (isExplained(job)) return reply;
      isLarge = losses.every(isTooLarge);
      return { ...reply, losses: losses.length };
    } finally {
      settle(losses, isLarge || (wasIsolated && isExplained(job)));
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
    const matching = this.#takeHeld(({ job }) => matches(job));
    for (const { resume } of matching) resume.resolve();
    return matching.length > 0;
  }

  /** The matching jobs that gave way, which are under way again. */
  #takeHeld(matches: (held: Held) => boolean): readonly Held[] {
    const matching = this.#held.filter(matches);
    this.#held = this.#held.filter((held) => !matches(held));
    this.#underWay += matching.length;
    return matching;
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
