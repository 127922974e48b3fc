import { AiopsError } from '../../core/errors.js';
import type { Notice } from '../../core/errors.js';
import { formatDuration } from '../../core/time.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Usual intervals, of which jittering times are taken to mean one. */
const USUAL_MS = [
  ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 20, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((count) => count * HOUR_MS),
];
/** How far a step may deviate from a usual interval, as a share of it. */
const JITTER = 0.2;
/** If one step has at least this share, times do not jitter. */
const REGULAR = 0.9;

/** Counts the steps between consecutive distinct times of each target. */
export class StepCounter {
  readonly #last = new Map<string, number>();
  readonly #counts = new Map<number, number>();
  #total = 0;
  #most = 0;

  see(target: string, timeMs: number): void {
    const before = this.#last.get(target);
    if (before === timeMs) return;
    this.#last.set(target, timeMs);
    if (before !== undefined) this.#add(Math.abs(timeMs - before), 1);
  }

  /** Whether there are enough steps, at least half of them the same. */
  isClear(minSteps: number): boolean {
    return this.#total >= minSteps && this.#most * 2 >= this.#total;
  }

  addAll(other: StepCounter): void {
    for (const [stepMs, count] of other.#counts) this.#add(stepMs, count);
  }

  /**
   * The interval that the steps show, ms: the commonest step, or, if times jitter, the usual interval that more of them
   * are close to. Null if no target was seen at two times.
   */
  interval(): number | null {
    if (this.#total === 0) return null;
    const exact = commonest(this.#counts);
    if (this.#most >= this.#total * REGULAR) return exact;
    const usual = new Map<number, number>();
    for (const [stepMs, count] of this.#counts) {
      const usualMs = USUAL_MS.find((each) => Math.abs(stepMs - each) <= each * JITTER);
      if (usualMs !== undefined) usual.set(usualMs, (usual.get(usualMs) ?? 0) + count);
    }
    const near = commonest(usual);
    return (usual.get(near) ?? 0) > this.#most ? near : exact;
  }

  #add(stepMs: number, count: number): void {
    const sum = (this.#counts.get(stepMs) ?? 0) + count;
    this.#counts.set(stepMs, sum);
    this.#total += count;
    this.#most = Math.max(this.#most, sum);
  }
}

/** The shortest of equally common ones, since gaps only make steps longer. */
function commonest(counts: ReadonlyMap<number, number>): number {
  let best = Infinity;
  let most = 0;
  for (const [stepMs, count] of counts) {
    if (count > most || (count === most && stepMs < best)) {
      best = stepMs;
      most = count;
    }
  }
  return best;
}

export interface ChosenInterval {
  readonly intervalMs: number;
  readonly source: 'given' | 'detected' | 'default';
  readonly notice: Notice;
}

/**
 * One interval for all files of a recording.
 *
 * @throws AiopsError `input_unusable` if records are fractions of a second apart, without a clear step
 */
export function chooseInterval(given: 'auto' | number, counters: readonly StepCounter[]): ChosenInterval {
  if (given !== 'auto') {
    return {
      intervalMs: given,
      source: 'given',
      notice: info(`interval ${formatDuration(given)}, as given`),
    };
  }
  const all = new StepCounter();
  for (const counter of counters) all.addAll(counter);
  const found = all.interval();
  if (found === null) {
    return {
      intervalMs: MINUTE_MS,
      source: 'default',
      notice: {
        level: 'warning',
        text: 'interval 1m by default: no target has two different times in the sample; set it with --interval',
      },
    };
  }
  if (found < SECOND_MS && !all.isClear(1)) {
    throw new AiopsError('input_unusable', `records come at irregular times, often ${found} ms apart`, {
      hint: 'group them, for instance with --interval 1m --duplicates mean',
    });
  }
  return {
    intervalMs: found,
    source: 'detected',
    notice: info(`interval ${formatDuration(found)}, found from the data`),
  };
}

function info(text: string): Notice {
  return { level: 'info', text };
}
