import type { Incident } from '../core/incidents.js';
import type { AiopsError } from '../core/errors.js';
import { MOST_LOST_IN_A_ROW } from '../core/loss-streak.js';
import { oneLine } from '../core/one-line.js';
import { quarantineOf, type Quarantines } from '../core/quarantines.js';
import { everyItemLost } from './actor-errors.js';
import { ChunkLost } from './chunk-errors.js';
import { askFor, itemByItem, type ChunkMaker, type Job, type JobReply } from './job.js';
import type { Slot } from './slot.js';

export interface IsolationOptions {
  readonly name: string;
  /** Opens the place for the one actor that gets items one at a time; asked once, when it is first needed. */
  readonly openSlot: () => Slot;
  readonly chunks: ChunkMaker;
  readonly quarantines: Quarantines;
  readonly onIncident: (incident: Incident) => void;
  /** Told where all items cost actors: it is not the data's fault. */
  readonly onHopeless: (error: AiopsError) => void;
}

/**
 * Finds the items that cost actors: an actor of its own gets the items of a chunk one at a time, so that no more than
 * one is with it when it is lost. Such an item's series is put in quarantine.
 */
export class Isolation {
  readonly #options: IsolationOptions;
  #slot: Slot | null = null;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  /** The place of its actor; null while it was never needed. */
  get slot(): Slot | null {
    return this.#slot;
  }

  /**
   * Answers a job's items one by one.
   *
   * @param answer puts one item to the function that it is given, and makes of a failure what is to be made of it
   */
  async serve(
    job: Job,
    answer: (single: Job, put: () => Promise<JobReply>) => Promise<JobReply>,
  ): Promise<JobReply> {
    const { name, quarantines, onIncident } = this.#options;
    const { minuteMs } = job.batch;
    const items = job.range.end - job.range.start;
    const text = `the ${items} items of ${new Date(minuteMs).toISOString()} that cost actors are tried one by one`;
    onIncident({ kind: 'isolated', actor: name, minuteMs, text });
    let lostInARow = 0; // of this chunk: over chunks and minutes the run counts, in their order
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
        return this.#ask(single); // which has become what a quarantine says of it
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
  return `${series}: its item of ${from} costs every actor that gets it; not tried again before ${until}`;
}
