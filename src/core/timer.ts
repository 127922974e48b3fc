/*
 * Use these timers for durations from settings or recordings: Node turns a wait of 2³¹ ms (24.9 days) or more into 1
 * ms.
 */

const LONGEST_STEP_MS = 2 ** 31 - 1;

/** The part of `setTimeout`'s result that is used here. */
interface Handle {
  refresh(): unknown;
  unref(): unknown;
}

type SetTimer = (callback: () => void, ms: number) => Handle;

/** Calls back once after any length of time; a wait too long for Node is divided into equal steps. */
export class Timer {
  readonly #steps: number;
  readonly #handle: Handle;
  #stepsLeft: number;

  /** @param ms Infinity: never */
  constructor(ms: number, onDue: () => void, setTimer: SetTimer = setTimeout) {
    this.#steps = Math.max(1, Math.ceil(ms / LONGEST_STEP_MS));
    this.#stepsLeft = this.#steps;
    const step = (): void => {
      if (--this.#stepsLeft > 0) this.#handle.refresh();
      else onDue();
    };
    this.#handle = setTimer(step, ms === Infinity ? LONGEST_STEP_MS : ms / this.#steps);
  }

  /** Restarts the whole wait. */
  restart(): void {
    this.#stepsLeft = this.#steps;
    this.#handle.refresh();
  }

  /** Lets the process exit while this timer is running. */
  unref(): this {
    this.#handle.unref();
    return this;
  }

  clear(): void {
    clearTimeout(this.#handle as NodeJS.Timeout);
  }
}

/** Resolves after `ms`, or as soon as the signal is aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      timer.clear();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = new Timer(ms, end);
    signal?.addEventListener('abort', end);
  });
}
