import type { Notice } from '../core/errors.js';
import { flatten } from '../core/flatten.js';
import { placeText } from '../core/place-text.js';
import { Queue } from '../core/queue.js';
import { isoTime } from '../core/time.js';
import type { ReadStep } from '../core/types.js';
import { untilAborted } from '../core/abort.js';
import type { Recording } from '../read/recording.js';
import { countText, durationText } from '../report/format.js';
import { Pacer, type PacedFeed } from './pacer.js';

/** Steps whose turn has come; one that has a schedule comes alone. */
export interface DueSteps {
  readonly steps: readonly ReadStep[];
  /** When its minute was to begin, on the clock of `performance.now()`; null: they have no schedule. */
  readonly dueAtMs: number | null;
}

export interface FeedOptions {
  readonly recording: Pick<Recording, 'groups' | 'progress' | 'intervalMs' | 'isLive'>;
  /** Recorded time over real time; null: as fast as possible. */
  readonly pace: number | null;
  /** Intervals that a minute of a live feed may be ahead of the schedule without a warning. */
  readonly maxAhead: number | undefined;
  readonly onNotice: (notice: Notice) => void;
}

export interface StepsOptions {
  /** Gets steps of a live feed that hold nothing but rejects at once: they have no turn to wait for. */
  readonly onRejects: (step: ReadStep) => Promise<void>;
  /** Aborted: no further step. */
  readonly signal: AbortSignal;
  /** Aborted: the steps end with its reason, even if the input is silent. */
  readonly lost: AbortSignal;
}

/**
 * The steps of a recording, each when its turn comes. A live feed is read ahead while its minutes wait, and once it
 * has ended, gaps are not waited for.
 */
export class Feed {
  readonly #options: FeedOptions;
  /** Null: not a live feed. */
  #ahead: ReadAhead | null = null;
  #early = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Call once. @throws AiopsError of reading, or what `lost` was aborted with */
  steps({ onRejects, signal, lost }: StepsOptions): AsyncIterable<DueSteps> {
    const { recording, onNotice } = this.#options;
    const ending = AbortSignal.any([signal, lost]);
    if (recording.isLive) {
      const pass = (step: ReadStep): Promise<void> => {
        this.#noteEarly(step);
        return onRejects(step);
      };
      this.#ahead = new ReadAhead(recording, { onRejects: pass, onNotice, signal: ending });
    }
    const groups = this.#ahead === null ? recording.groups(onNotice) : oneEach(this.#ahead);
    return this.#due(untilAborted(groups, signal, lost), ending, lost);
  }

  async *#due(
    groups: AsyncIterable<readonly ReadStep[]>,
    ending: AbortSignal,
    lost: AbortSignal,
  ): AsyncGenerator<DueSteps> {
    const { pace } = this.#options;
    const pacer = pace === null ? null : new Pacer(pace);
    try {
      for await (const steps of groups) {
        for (const step of steps) if (!step.lookBack) this.#noteEarly(step);
        if (pacer === null) yield { steps, dueAtMs: null };
        else yield* this.#paced(steps, pacer, ending, lost);
      }
    } finally {
      if (this.#early > 1) this.#warn(`${countText(this.#early)} records were rejected as early`);
    }
  }

  async *#paced(
    steps: readonly ReadStep[],
    pacer: Pacer,
    ending: AbortSignal,
    lost: AbortSignal,
  ): AsyncGenerator<DueSteps> {
    for (const step of steps) {
      if (step.lookBack || step.batch === null) {
        yield { steps: [step], dueAtMs: null };
        continue;
      }
      const dueAtMs = await pacer.due(step.batch.minuteMs, ending, this.paceOf(step));
      lost.throwIfAborted();
      if (ending.aborted) return; // its turn never came
      yield { steps: [step], dueAtMs };
    }
  }

  /**
   * How a minute of a live feed waits for its turn; null: not a live feed. Once the feed has ended, nothing more can
   * come for a minute that the end closed, and a gap in the recorded times is not worth waiting for. Minutes in steady
   * succession keep their pace: an old recording that is piped in has ended long before its last minute is due.
   */
  paceOf({ isTail }: ReadStep): PacedFeed | null {
    if (this.#ahead === null) return null;
    const { maxAhead = Infinity, recording } = this.#options;
    return {
      ended: this.#ahead.ended,
      longestWaitMs: isTail ? 0 : maxAhead * recording.intervalMs,
      onLongWait: (minuteMs, waitMs) => this.#warnOfWait(minuteMs, waitMs),
    };
  }

  /** Warns at once of the first record that came too early. */
  #noteEarly({ rejects }: ReadStep): void {
    for (const { reason, source, message } of rejects) {
      if (reason !== 'early') continue;
      this.#early++;
      if (this.#early > 1) continue;
      this.#warn(`${placeText(source)} is rejected as early: ${message}; is a clock or --timezone wrong?`);
    }
  }

  #warnOfWait(minuteMs: number, waitMs: number): void {
    const { maxAhead = Infinity, recording } = this.#options;
    if (waitMs <= maxAhead * recording.intervalMs) return; // closed by the end, so it does not wait
    const when = `${isoTime(minuteMs)} is due in ${durationText(waitMs)} by --pace realtime, or once the feed ends`;
    this.#warn(`${when}; records of earlier minutes that still come are late`);
  }

  #warn(text: string): void {
    this.#options.onNotice({ level: 'warning', text });
  }
}

async function* oneEach(steps: AsyncIterable<ReadStep>): AsyncGenerator<readonly ReadStep[]> {
  for await (const step of steps) yield [step];
}

/** What may wait before a feed is read no further: records, and bytes of the feed. */
const MOST_RECORDS = 100_000;
const MOST_BYTES = 64 * 2 ** 20;

interface WaitingStep {
  readonly step: ReadStep;
  /** Bytes of the feed that had been read by then. */
  readonly readBytes: number;
}

interface ReadAheadOptions extends Pick<StepsOptions, 'onRejects'> {
  readonly onNotice: (notice: Notice) => void;
  /** Aborted: nothing more is read. */
  readonly signal: AbortSignal;
}

/**
 * Reads a live feed while its minutes wait for their turn, which may be an hour away: one odd time in it must not hold
 * up the process that writes it. What waits is bounded, so a backlog is read as its minutes are served.
 */
export class ReadAhead implements AsyncIterable<ReadStep> {
  readonly #recording: Pick<Recording, 'groups' | 'progress'>;
  readonly #options: ReadAheadOptions;
  readonly #waiting = new Queue<WaitingStep>();
  readonly #ended = new AbortController();
  #records = 0;
  #takenBytes = 0;
  #failure: { readonly error: unknown } | null = null;
  #wakeReader = (): void => undefined;
  #wakeTaker = (): void => undefined;

  constructor(recording: Pick<Recording, 'groups' | 'progress'>, options: ReadAheadOptions) {
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
    const { onRejects, signal, onNotice } = this.#options;
    try {
      for await (const step of flatten(this.#recording.groups(onNotice))) {
        if (signal.aborted) break;
        if (step.batch === null && !step.isTail) {
          await onRejects(step);
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
