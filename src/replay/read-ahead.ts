import type { Notice } from '../core/errors.js';
import { Queue } from '../core/queue.js';
import type { ReadStep } from '../core/types.js';
import type { Recording } from '../read/recording.js';

/** What may wait before a feed is read no further: records, and bytes of the feed. */
const MOST_RECORDS = 100_000;
const MOST_BYTES = 64 * 2 ** 20;

interface WaitingStep {
  readonly step: ReadStep;
  /** Bytes of the feed that had been read by then. */
  readonly readBytes: number;
}

export interface ReadAheadOptions {
  /** Gets steps that hold nothing but rejects at once: they have no turn to wait for. */
  readonly passOn: (step: ReadStep) => Promise<void>;
  readonly onNotice: (notice: Notice) => void;
  /** Nothing more is read once it is given. */
  readonly signal: AbortSignal;
}

/**
 * Reads a live feed while its minutes wait for their turn, which may be an hour away: whatever writes to the feed is
 * not to be held up by one odd time in it. What waits is bounded, so a backlog is read as its minutes are served.
 */
export class ReadAhead implements AsyncIterable<ReadStep> {
  readonly #recording: Pick<Recording, 'steps' | 'progress'>;
  readonly #options: ReadAheadOptions;
  readonly #waiting = new Queue<WaitingStep>();
  readonly #ended = new AbortController();
  #records = 0;
  #takenBytes = 0;
  #failure: { readonly error: unknown } | null = null;
  #wakeReader = (): void => undefined;
  #wakeTaker = (): void => undefined;

  constructor(recording: Pick<Recording, 'steps' | 'progress'>, options: ReadAheadOptions) {
    this.#recording = recording;
    this.#options = options;
  }

  /** Aborted once the feed has ended, or can be read no further. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Call once. */
  [Symbol.asyncIterator](): AsyncIterator<ReadStep, undefined> {
    void this.#read();
    return { next: () => this.#take() };
  }

  async #take(): Promise<IteratorResult<ReadStep, undefined>> {
    for (;;) {
      const next = this.#waiting.take();
      if (next !== undefined) {
        this.#records -= next.step.found;
        this.#takenBytes = next.readBytes;
        this.#wakeReader();
        return { done: false, value: next.step };
      }
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#ended.signal.aborted) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wakeTaker = resolve));
    }
  }

  async #read(): Promise<void> {
    const { passOn, signal, onNotice } = this.#options;
    try {
      for await (const step of this.#recording.steps(onNotice)) {
        if (signal.aborted) break;
        if (step.batch === null && !step.isTail) {
          await passOn(step);
          continue;
        }
        const { readBytes } = this.#recording.progress();
        this.#records += step.found;
        this.#waiting.put({ step, readBytes });
        this.#wakeTaker();
        while (this.#isFull(readBytes)) await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#ended.abort();
    this.#wakeTaker();
  }

  #isFull(readBytes: number): boolean {
    if (this.#waiting.length === 0) return false;
    return this.#records >= MOST_RECORDS || readBytes - this.#takenBytes >= MOST_BYTES;
  }
}
