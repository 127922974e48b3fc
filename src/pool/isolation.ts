import type { Incident } from '../core/incidents.js';
import type { AiopsError } from '../core/errors.js';
import { MOST_LOST_IN_A_ROW } from '../core/loss-streak.js';
import { oneLine } from '../core/one-line.js';
import { quarantineOf, type Quarantines } from '../core/quarantines.js';
import { everyItemLost } from './actor-errors.js';
import { ChunkLost } from './actor-errors.js';
import { askFor, itemByItem, type ChunkMaker, type Job, type JobReply } from './job.js';
import type { Slot } from './slot.js';

export interface IsolationOptions {
  readonly name: string;
  /** Opens the slot of the actor that gets items one at a time; called once, when it is first needed. */
  readonly openSlot: () => Slot;
  readonly chunks: ChunkMaker;
  readonly quarantines: Quarantines;
  readonly onIncident: (incident: Incident) => void;
  /** Called where all items crash actors: then it is not the data's fault. */
  readonly onHopeless: (error: AiopsError) => void;
}

/**
 * Finds the items that crash actors: a separate actor gets the items of a chunk one at a time, so that it has just one
 * when it is lost. The series of such an item is put in quarantine.
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
   * Answers a job's items one by one.
   *
   * @param answer sends one item with the function that it gets, and may turn a failure into a reply
   */
  async serve(
    job: Job,
    answer: (single: Job, send: () => Promise<JobReply>) => Promise<JobReply>,
  ): Promise<JobReply> {
    const { name, quarantines, onIncident } = this.#options;
    const { minuteMs } = job.batch;
    const items = job.range.end - job.range.start;
    const text = `trying the ${items} items of ${new Date(minuteMs).toISOString()} one by one, since they crash actors`;
    onIncident({ kind: 'isolated', actor: name, minuteMs, text });
    let lostInARow = 0; // of this chunk: the run counts over chunks and minutes, in their order
    return itemByItem(job, async (single, item) => {
      if (quarantines.errorsOf(job.batch, item, item + 1).size > 0) return this.#ask(single); // not tried
      try {
        const reply = await answer(single, () => this.#ask(single));
        lostInARow = 0;
        return reply;
      } catch (error) {
        if (!(error instanceof ChunkLost) || !error.isSuspect) throw error;
        lostInARow++;
        const quarantine = quarantineOf(job.batch, item);
        quarantines.add(quarantine);
        onIncident({ kind: 'quarantined', actor: name, minuteMs, text: describe(job, item), quarantine });
        if (lostInARow >= MOST_LOST_IN_A_ROW) {
          const hopeless = everyItemLost(error.loss.error.message);
          this.#options.onHopeless(hopeless);
          throw hopeless;
        }
        return this.#ask(single); // which gives the error of its quarantine
      }
    });
  }

  #ask(job: Job): Promise<JobReply> {
    this.#slot ??= this.#options.openSlot();
    const slot = this.#slot;
    return askFor(job, this.#options, (chunk) => slot.ask(chunk));
  }
}

function describe({ batch }: Job, item: number): string {
  const { target, column, fromMs, untilMs } = quarantineOf(batch, item);
  const series = oneLine(column === null ? target : `${target}, column ${column}`);
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  return `${series}: its item of ${from} crashes every actor; not tried again before ${until}`;
}
