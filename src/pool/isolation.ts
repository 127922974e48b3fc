import type { Incident } from '../core/incidents.js';
import { LossStreak } from '../core/loss-streak.js';
import { oneLine } from '../core/one-line.js';
import { quarantineOf } from '../core/quarantines.js';
import { ChunkLost, describeRows, EveryItemLost, isAnalyzers } from './actor-errors.js';
import { answerFailed, chunkFor, inPieces, type Job, type JobReply, type JobTools } from './job.js';
import type { Slot } from './slot.js';

export interface IsolationOptions extends JobTools {
  readonly name: string;
  /** Opens the slot of the actor that gets jobs in pieces; called once, when it is first needed. */
  readonly openSlot: () => Slot;
  readonly onIncident: (incident: Incident) => void;
}

/**
 * Finds the items that crash actors: a separate actor gets a job minute by minute, and a minute at which it is lost or
 * fails item by item, so that it has just one when it is lost. The series of such an item is put in quarantine, also
 * for the later minutes of the job.
 */
export class Isolation {
  readonly #options: IsolationOptions;
  #slot: Slot | null = null;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  /** The slot of its actor; null: not needed so far. */
  get slot(): Slot | null {
    return this.#slot;
  }

  /**
   * Answers a job that crashes actors, in pieces.
   *
   * @throws EveryItemLost where so many items of a minute crash actors that it is not the data's fault
   */
  serve(job: Job): Promise<JobReply> {
    if (job.block.minutesMs.length === 1) return this.#itemByItem(job);
    this.#report(job, 'minute by minute');
    return inPieces(job, (minute) => this.#serveMinute(minute));
  }

  async #serveMinute(job: Job): Promise<JobReply> {
    try {
      return await this.#ask(job);
    } catch (error) {
      if (!isSuspect(error) && !isAnalyzers(error)) throw error;
      return this.#itemByItem(job);
    }
  }

  #itemByItem(job: Job): Promise<JobReply> {
    this.#report(job, 'one by one');
    const streak = new LossStreak(); // of this chunk: the run counts over chunks and minutes, in their order
    let lastLoss: string | null = null;
    return inPieces(job, async (single) => {
      const reply = await this.#serveItem(single, (lost) => (lastLoss = lost.message));
      if (!streak.takes(reply.answers.statuses)) throw new EveryItemLost(lastLoss);
      return reply;
    });
  }

  async #serveItem(job: Job, onLost: (lost: ChunkLost) => void): Promise<JobReply> {
    try {
      return await this.#ask(job);
    } catch (error) {
      if (isAnalyzers(error)) return answerFailed(job, error, (failed) => this.#ask(failed));
      if (!isSuspect(error)) throw error;
      onLost(error);
      this.#quarantine(job);
      return this.#ask(job); // which gives the error of its quarantine
    }
  }

  #quarantine({ block }: Job): void {
    const { name: actor, quarantines, onIncident } = this.#options;
    const quarantine = quarantineOf(block, 0, 0);
    quarantines.add(quarantine);
    const { target, column, fromMs, untilMs } = quarantine;
    const series = oneLine(column === null ? target : `${target}, column ${column}`);
    const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
    const text = `${series}: its item of ${from} crashes every actor; not tried again before ${until}`;
    onIncident({ kind: 'quarantined', actor, minuteMs: fromMs, text, quarantine });
  }

  #report({ block }: Job, how: string): void {
    const { name: actor, onIncident } = this.#options;
    const text = `trying the ${describeRows(block)} ${how}, since they crash actors`;
    onIncident({ kind: 'isolated', actor, minuteMs: block.minutesMs[0]!, text });
  }

  #ask(job: Job): Promise<JobReply> {
    this.#slot ??= this.#options.openSlot();
    return this.#slot.ask(chunkFor(job, this.#options));
  }
}

function isSuspect(error: unknown): error is ChunkLost {
  return error instanceof ChunkLost && error.isSuspect;
}
