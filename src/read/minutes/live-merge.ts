import { Timer } from '../../core/timer.js';
import type { FileMinute } from './file-minutes.js';
import { lateRecord } from './live.js';
import { isInRange } from './time-range.js';
import type { TimeRange } from './time-range.js';

/** The closed minutes of one input, of which the first is at hand once it is filled. */
export interface Fillable {
  readonly first: FileMinute | undefined;
  /** Makes sure that there is a first one; false at the end of the input. */
  fill(): Promise<boolean>;
}

/**
 * Fills the queues of live inputs, of which one may be silent while others go on: it is waited for `patienceMs` from
 * when another one had a minute, and then no more until it gives something again.
 */
export class LiveFills {
  readonly #patienceMs: number;
  readonly #filling = new Set<Fillable>();
  readonly #passedOver = new Set<Fillable>();
  readonly #ended = new Set<Fillable>();
  #failure: { readonly error: unknown } | null = null;
  #wake = (): void => undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Waits until there is a minute to be taken; returns the inputs that have ended. */
  async fill(queues: readonly Fillable[]): Promise<ReadonlySet<Fillable>> {
    for (const queue of queues)
      if (queue.first === undefined && !this.#filling.has(queue)) this.#start(queue);
    const hasMinute = (): boolean => queues.some(({ first }) => first !== undefined);
    while (!hasMinute() && this.#filling.size > 0 && this.#failure === null) await this.#change(Infinity);
    const untilMs = performance.now() + this.#patienceMs;
    // What is only rejects need not wait.
    while (this.#failure === null && queues.every(({ first }) => first?.minuteMs !== -Infinity)) {
      const missing = [...this.#filling].filter((queue) => !this.#passedOver.has(queue));
      if (missing.length === 0) break;
      const leftMs = untilMs - performance.now();
      if (leftMs > 0) await this.#change(leftMs);
      else for (const queue of missing) this.#passedOver.add(queue);
    }
    if (this.#failure !== null) throw this.#failure.error;
    return this.#ended;
  }

  /** Whether an input is still waited for, so that ending it would have to wait too. */
  isFilling(queue: Fillable): boolean {
    return this.#filling.has(queue);
  }

  #start(queue: Fillable): void {
    this.#filling.add(queue);
    void this.#filled(queue);
  }

  async #filled(queue: Fillable): Promise<void> {
    try {
      if (!(await queue.fill())) this.#ended.add(queue);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#filling.delete(queue);
    this.#passedOver.delete(queue);
    this.#wake();
  }

  /** Resolves when an input gave something or ended, or after so long. */
  async #change(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms < Infinity) {
        const timer = new Timer(ms, resolve);
        this.#wake = () => {
          timer.clear();
          resolve();
        };
      }
    });
  }
}

/** Minutes that were emitted without this input before it delivered them: their records in the range are late. */
export function withoutHandedOn(
  minutes: readonly FileMinute[],
  handedOnMs: number,
  range: TimeRange,
): FileMinute[] {
  return minutes.map((minute) => {
    if (minute.minuteMs > handedOnMs || minute.minuteMs === -Infinity) return minute;
    const late = isInRange(range, minute.minuteMs) ? minute.records.map(lateRecord) : [];
    const rejects = minute.rejects.concat(late);
    return { ...minute, minuteMs: -Infinity, records: [], rejects };
  });
}
