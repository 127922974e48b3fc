import type { Incident } from '../core/incidents.js';
import { LossStreak } from '../core/loss-streak.js';
import { oneLine } from '../core/one-line.js';
import { quarantineOf, type Quarantines } from '../core/quarantines.js';
import { ChunkLost, describeRows, EveryItemLost, isAnalyzers, type Loss } from './actor-errors.js';
import { answerFailed, inPieces, type Job, type JobReply } from './job.js';
import { isoTime } from '../core/time.js';

export interface IsolationOptions {
  /** Of its actor. */
  readonly name: string;
  /** Sends a job to an actor of its own, which nothing else uses. */
  readonly send: (job: Job) => Promise<JobReply>;
  readonly quarantines: Quarantines;
  /** Called with the loss of a minute none of whose items crashes actors. */
  readonly onTooLarge: (loss: Loss) => void;
  readonly onIncident: (incident: Incident) => void;
}

/**
 * Finds the items that crash actors: a separate actor gets a job minute by minute, and a minute at which it is lost or
 * fails item by item, so that it has just one when it is lost. The series of such an item is put in quarantine, also
 * for the later minutes of the job.
 */
export class Isolation {
  readonly #options: IsolationOptions;
  /** Of the items of one job, or of all jobs with several minutes of one block. */
  #streak = new LossStreak();
  #lastLoss: string | null = null;
  /** That block; null: a single minute. */
  #order: number | null = null;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  /**
   * Answers a job that crashes actors, in pieces. Jobs must come one after another.
   *
   * @throws EveryItemLost where so many items in a row crash actors that it is not the data's fault. For a job with
   *   several minutes this is a suspicion, since other jobs have items in between: serving its minutes one by one, in
   *   order, decides
   */
  serve(job: Job): Promise<JobReply> {
    const isMinute = job.block.minutesMs.length === 1;
    const order = isMinute ? null : job.order;
    if (order === null || order !== this.#order) this.#streak = new LossStreak();
    this.#order = order;
    this.#report(job, isMinute ? ONE_BY_ONE : MINUTE_BY_MINUTE);
    return isMinute ? this.#itemByItem(job) : inPieces(job, (minute) => this.#serveMinute(minute));
  }

  async #serveMinute(job: Job): Promise<JobReply> {
    const { send, quarantines, onTooLarge } = this.#options;
    const known = quarantines.added;
    try {
      return this.#counted(await send(job));
    } catch (error) {
      if (!isSuspect(error)) {
        if (isAnalyzers(error)) return this.#itemByItem(job);
        throw error;
      }
      this.#report(job, ONE_BY_ONE);
      const reply = await this.#itemByItem(job);
      if (quarantines.added === known) onTooLarge(error.loss);
      return reply;
    }
  }

  #itemByItem(job: Job): Promise<JobReply> {
    return inPieces(job, async (single) => this.#counted(await this.#serveItem(single)));
  }

  #counted(reply: JobReply): JobReply {
    if (!this.#streak.takes(reply.answers.statuses)) throw new EveryItemLost(this.#lastLoss);
    return reply;
  }

  async #serveItem(job: Job): Promise<JobReply> {
    try {
      return await this.#options.send(job);
    } catch (error) {
      if (isAnalyzers(error)) return answerFailed(job, error, (failed) => this.#options.send(failed));
      if (!isSuspect(error)) throw error;
      this.#lastLoss = error.message;
      this.#quarantine(job);
      return this.#options.send(job); // which gives the error of its quarantine
    }
  }

  #quarantine({ block }: Job): void {
    const { name: actor, quarantines, onIncident } = this.#options;
    const quarantine = quarantineOf(block, 0, 0);
    quarantines.add(quarantine);
    const { target, column, fromMs, untilMs } = quarantine;
    const series = oneLine(column === null ? target : `${target}, column ${column}`);
    const [from, until] = [fromMs, untilMs].map(isoTime);
    const text = `${series}: its item of ${from} crashes every actor; not tried again before ${until}`;
    onIncident({ kind: 'quarantined', actor, minuteMs: fromMs, text, quarantine });
  }

  #report({ block }: Job, { kind, how }: typeof ONE_BY_ONE | typeof MINUTE_BY_MINUTE): void {
    const { name: actor, onIncident } = this.#options;
    const text = `trying the ${describeRows(block)} ${how}, since they crash actors`;
    onIncident({ kind, actor, minuteMs: block.minutesMs[0]!, text });
  }
}

const ONE_BY_ONE = { kind: 'isolated', how: 'one by one' } as const;
const MINUTE_BY_MINUTE = { kind: 'retried', how: 'minute by minute' } as const;

function isSuspect(error: unknown): error is ChunkLost {
  return error instanceof ChunkLost && error.isSuspect;
}
