import type { MinuteTiming } from '../../../core/types.js';

/** A minute whose chunks are shown one by one. */
export interface TimedMinute {
  readonly minuteMs: number;
  readonly timing: MinuteTiming;
}

export interface ChosenMinutes {
  readonly slowest: TimedMinute;
  /** Of the minutes kept, the one nearest to the run's median. */
  readonly typical: TimedMinute;
}

const MAX_CANDIDATES = 64;

/** Keeps the slowest minute, and some evenly spread over the run from which a typical one is chosen. */
export class TimelineKeeper {
  #slowest: TimedMinute | null = null;
  #candidates: TimedMinute[] = [];
  #stride = 1;
  #seen = 0;

  add(minuteMs: number, timing: MinuteTiming): void {
    if (this.#slowest === null || timing.wallMs > this.#slowest.timing.wallMs) {
      this.#slowest = { minuteMs, timing };
    }
    if (this.#seen++ % this.#stride !== 0) return;
    this.#candidates.push({ minuteMs, timing });
    if (this.#candidates.length < MAX_CANDIDATES) return;
    this.#candidates = this.#candidates.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** Null before the first minute. */
  chosen(medianMs: number): ChosenMinutes | null {
    const [first] = this.#candidates;
    if (this.#slowest === null || first === undefined) return null;
    const distance = ({ timing }: TimedMinute): number => Math.abs(timing.wallMs - medianMs);
    const typical = this.#candidates.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    return { slowest: this.#slowest, typical };
  }
}
