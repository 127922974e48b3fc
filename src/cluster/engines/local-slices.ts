import { AiopsError } from '../../core/errors.js';
import { sleep } from '../../core/timer.js';
import { nodeFiles } from '../../output/files.js';
import { completeParts } from '../merge/parts.js';
import { planPath } from '../run-layout.js';
import {
  MOST_RETRIES,
  MOST_STARTS,
  RETRIED,
  type Engine,
  type EngineWork,
  type FailedSlice,
} from './engine.js';
import { startSlice, type SliceProcess } from './slice-process.js';

/** Processes at the same time, and actors of each. */
export interface LocalOptions extends Pick<EngineWork, 'folder' | 'onNotice'> {
  readonly slices: number;
  readonly atOnce: number;
  readonly start: (number: number) => SliceProcess;
}

const SIGNALLED = 128;
/** How often to look which parts are missing, ms. */
const POLL_MS = 200;

/**
 * Runs the slices of a plan as processes, in order, a few at a time and never far ahead of the merge, so that parts do
 * not fill the disk.
 */
export class LocalSlices implements Engine {
  readonly #options: LocalOptions;
  readonly #running = new Map<number, SliceProcess>();
  readonly #failures = new Map<number, number>();
  readonly #starts = new Map<number, number>();
  readonly #stopped = new AbortController();
  merged = 0;
  #failed: FailedSlice | null = null;

  constructor(options: LocalOptions) {
    this.#options = options;
  }

  async run(): Promise<FailedSlice | null> {
    while (!this.#stopped.signal.aborted && this.#failed === null && this.merged < this.#options.slices) {
      await this.#startMissing();
      await sleep(POLL_MS, this.#stopped.signal);
    }
    return this.#failed;
  }

  async stop(killed: AbortSignal): Promise<void> {
    this.#stopped.abort();
    const processes = [...this.#running.values()];
    const kill = (): void => processes.forEach((one) => one.kill());
    killed.addEventListener('abort', kill);
    if (killed.aborted) kill();
    for (const one of processes) one.end();
    await Promise.all(processes.map(({ status }) => status));
    killed.removeEventListener('abort', kill);
  }

  async #startMissing(): Promise<void> {
    const { folder, slices, atOnce } = this.#options;
    const busy = new Set(this.#running.keys()); // first: one that ends from now on has its part
    const parts = await completeParts(folder, nodeFiles);
    if (this.#stopped.signal.aborted) return;
    const last = Math.min(slices, this.merged + 2 * atOnce);
    for (let number = this.merged + 1; number <= last && this.#running.size < atOnce; number++) {
      const isComplete = (parts.get(number)?.good.length ?? 0) > 0;
      if (!isComplete && !busy.has(number) && !this.#running.has(number)) this.#start(number);
    }
  }

  #start(number: number): void {
    const starts = (this.#starts.get(number) ?? 0) + 1;
    if (starts > MOST_STARTS) {
      throw new AiopsError(
        'tool_failed',
        `slice ${number} ran ${MOST_STARTS} times, and no part of it could be merged`,
        {
          hint: 'the warnings above say why; check the disk of the output',
        },
      );
    }
    this.#starts.set(number, starts);
    const one = this.#options.start(number);
    this.#running.set(number, one);
    void one.status.then((status) => {
      this.#running.delete(number);
      if (status !== 0 && !this.#stopped.signal.aborted) this.#fail(number, status);
    });
  }

  #fail(number: number, status: number): void {
    const failures = (this.#failures.get(number) ?? 0) + 1;
    this.#failures.set(number, failures);
    if ((RETRIED.includes(status) || status > SIGNALLED) && failures <= MOST_RETRIES) {
      const text = `slice ${number} ended with status ${status}; it runs again`;
      this.#options.onNotice({ level: 'warning', text });
    } else {
      this.#failed ??= { number, status };
    }
  }
}

/** Runs slices as processes of this machine. @param actors of all of them together */
export function localEngine(actors: number): (work: EngineWork) => LocalSlices {
  return ({ plan, folder, onNotice, onSliceLine }) => {
    const slices = plan.slices.length;
    const atOnce = Math.min(actors, slices);
    const each = { planPath: planPath(folder), actors: Math.max(1, Math.floor(actors / atOnce)) };
    const start = (number: number): SliceProcess =>
      startSlice({ ...each, number, onLine: (line) => onSliceLine(number, line) });
    return new LocalSlices({ folder, slices, atOnce, start, onNotice });
  };
}
