import type { Notice } from '../core/errors.js';
import { isoTime } from '../core/time.js';
import type { ReadStep, Reject } from '../core/types.js';
import type { Recording } from '../read/recording.js';
import { countText, durationText } from '../report/format.js';
import type { PacedFeed } from './pacer.js';
import { ReadAhead, type ReadAheadOptions } from './read-ahead.js';

export interface LiveFeedOptions {
  readonly recording: Pick<Recording, 'steps' | 'progress' | 'intervalMs'>;
  /** Intervals that one minute may be ahead of the schedule without a word. */
  readonly maxAhead: number;
  readonly onNotice: (notice: Notice) => void;
}

/** A feed that arrives in real time: it is read while its minutes wait, and once it has ended, gaps are not waited for. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  #ahead: ReadAhead | null = null;
  #early = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** The feed's steps; call once. */
  steps(options: Omit<ReadAheadOptions, 'onNotice'>): AsyncIterable<ReadStep> {
    const { recording, onNotice } = this.#options;
    return (this.#ahead = new ReadAhead(recording, { ...options, onNotice }));
  }

  /**
   * How a minute's turn is waited for. Once the feed has ended, nothing can come any more for a minute that the end
   * closed, and a gap in the recorded times is not worth sitting out. Minutes in steady succession keep their pace:
   * an old recording that is piped in has ended long before its last minute is due.
   */
  paceOf({ isTail }: ReadStep): PacedFeed | null {
    if (this.#ahead === null) return null;
    const { maxAhead, recording } = this.#options;
    return {
      ended: this.#ahead.ended,
      longestWaitMs: isTail ? 0 : maxAhead * recording.intervalMs,
      onLongWait: (minuteMs, waitMs) => this.#tellWait(minuteMs, waitMs),
    };
  }

  /** Looks through what was rejected; the first early record is worth a warning at once. */
  see(rejects: readonly Reject[]): void {
    for (const { reason, source, message } of rejects) {
      if (reason !== 'early') continue;
      this.#early++;
      if (this.#early > 1) continue;
      const { file, line } = source;
      this.#warn(`${file}:${line} is rejected as early: ${message}; is a clock or --timezone wrong?`);
    }
  }

  /** Says how many there were. */
  conclude(): void {
    if (this.#early > 1) this.#warn(`${countText(this.#early)} records were rejected as early`);
  }

  #tellWait(minuteMs: number, waitMs: number): void {
    const { maxAhead, recording } = this.#options;
    if (waitMs <= maxAhead * recording.intervalMs) return; // closed by the end, so it does not wait
    const when = `${isoTime(minuteMs)} is due in ${durationText(waitMs)} by --pace realtime, or once the feed ends`;
    this.#warn(`${when}; records of earlier minutes that still come are late`);
  }

  #warn(text: string): void {
    this.#options.onNotice({ level: 'warning', text });
  }
}
