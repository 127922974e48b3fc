import { resolve } from 'node:path';

import { AiopsError } from '../../../core/errors.js';
import { sleep } from '../../../core/timer.js';
import { unlessAborted } from '../../../core/abort.js';
import { nodeFiles } from '../../../output/files.js';
import { completeParts } from '../../merge/parts.js';
import { planPath } from '../../run-layout.js';
import { MOST_STARTS, RETRIED, type Engine, type EngineWork, type FailedSlice } from '../engine.js';
import type { RayJobs } from './jobs.js';
import type { ProgramPackage } from './program-package.js';
import { runOnRay } from './run-job.js';

/** Where slices run, and with what. */
export interface RayOptions {
  readonly jobs: RayJobs;
  readonly packed: ProgramPackage;
  /** Of each slice, which takes as many processors. */
  readonly actors: number;
}

/** What a shell or Node, but never the program, ends with on a node where the program, which travels with the job, is not in place yet. */
const NOT_STARTED: readonly number[] = [1, 126, 127];

/** How often to look whether the merge wants a slice again, ms. */
const POLL_MS = 500;

/** Runs the slices of a plan on a Ray cluster: those that are missing, as one job. */
export class RaySlices implements Engine {
  readonly #work: EngineWork;
  readonly #options: RayOptions;
  readonly #stopped = new AbortController();
  #running: Promise<FailedSlice | null> = Promise.resolve(null);
  merged = 0;

  constructor(work: EngineWork, options: RayOptions) {
    this.#work = work;
    this.#options = options;
  }

  run(): Promise<FailedSlice | null> {
    return (this.#running = this.#runJobs());
  }

  async stop(killed: AbortSignal): Promise<void> {
    this.#stopped.abort();
    await unlessAborted(
      this.#running.catch(() => null),
      killed,
    );
  }

  async #runJobs(): Promise<FailedSlice | null> {
    const { plan } = this.#work;
    const { signal } = this.#stopped;
    let jobs = 0;
    while (!signal.aborted && this.merged < plan.slices.length) {
      const slices = await this.#missing();
      if (slices.length > 0) {
        if (jobs++ === MOST_STARTS) throw neverMerged(slices);
        const failed = await this.#runJob();
        if (failed !== null) return failed;
      }
      await sleep(POLL_MS, signal);
    }
    return null;
  }

  #runJob(): Promise<FailedSlice | null> {
    const { plan, folder, onNotice } = this.#work;
    const { jobs, packed, actors } = this.#options;
    const named = { planPath: resolve(planPath(folder)), planSha256: plan.sha256 };
    return runOnRay(
      jobs,
      packed,
      { ...named, missing: () => this.#missing(), actors, retried: [...RETRIED, ...NOT_STARTED] },
      { signal: this.#stopped.signal, onNotice },
    );
  }

  async #missing(): Promise<number[]> {
    const { plan, folder } = this.#work;
    const parts = await completeParts(folder, nodeFiles);
    const numbers = plan.slices.map(({ number }) => number);
    return numbers.filter((number) => number > this.merged && (parts.get(number)?.good.length ?? 0) === 0);
  }
}

function neverMerged(slices: readonly number[]): AiopsError {
  const text = `slices ${slices.join(', ')} ran ${MOST_STARTS} times, and no part of them could be merged`;
  return new AiopsError('tool_failed', text, {
    hint: 'the warnings above say why; do all nodes see the output folder under the same path?',
  });
}
