import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Finished } from '../cli.js';
import { remaining } from './marked-processes.js';
import { assertSameOutputs, runOutputs } from './outputs.js';
import { withFaults, type FaultAction } from './plan.js';
import { runProgram, type Blow, type TimedBlow } from './program.js';
import { growInput, writeInput } from './recordings.js';
import { DONE, type Reference } from './references.js';
import { resultsFile, scenarioArgs, writeAnalyzer, type Scenario } from './scenarios.js';

/**
 * What ends a run of a chain: something from outside, when a share of the time that it is expected to take has gone,
 * or something at its n-th file operation.
 */
export type ChainStep =
  (Blow & { readonly share: number }) | { readonly at: number; readonly action: FaultAction };

/** Of the time that an unbroken run takes, what a resumed one takes as well: to start, and to end. */
const FIXED_SHARE = 0.4;

export interface ChainCounts {
  kills: number;
  /** Runs that SIGTERM ended. */
  terminated: number;
  /** Times the output was complete, and compared with that of the unbroken run. */
  completions: number;
}

/**
 * The same command again and again, each time broken off in another way, then to its end. Whenever it is complete,
 * its output is held against that of an unbroken run, and the next one begins in an empty folder.
 */
export class Chain {
  readonly counts: ChainCounts = { kills: 0, terminated: 0, completions: 0 };
  readonly #folder: string;
  readonly #scenario: Scenario;
  readonly #reference: Reference;
  /** Shares of the input that are there, one after the other; the last one is 1. */
  readonly #shares: readonly number[];
  #stage = 0;
  #runs = 0;

  constructor(folder: string, scenario: Scenario, reference: Reference, shares: readonly number[] = [1]) {
    this.#folder = folder;
    this.#scenario = scenario;
    this.#reference = reference;
    this.#shares = shares;
    mkdirSync(folder);
    writeAnalyzer(folder);
    this.#begin();
  }

  /** Runs the command until the step ends it, or to its end where it never comes to that. */
  async strike(step: ChainStep): Promise<void> {
    const result =
      'signal' in step
        ? await this.#run({}, { ...step, afterMs: step.share * this.#expectedMs() })
        : await this.#run(this.#faults(step));
    const { status, signal, stderr } = result;
    if (signal === 'SIGKILL') this.counts.kills += 1;
    else if (signal === 'SIGTERM' || status === 143) this.counts.terminated += 1;
    else {
      assert.equal(status, DONE, `run ${this.#runs} of the chain ended with ${status}: ${stderr}`);
      this.#completed();
    }
  }

  /** Appends to the input, if it is to grow; the run that follows finds more of it. */
  grow(): void {
    const share = this.#shares[this.#stage] ?? 1;
    const next = this.#shares[this.#stage + 1];
    if (next === undefined) return;
    growInput(this.#folder, this.#reference.input, share, next);
    this.#stage += 1;
  }

  /**
   * Runs the command to its end, over the whole input, and holds what it left against the unbroken run; then, if
   * asked to, once more.
   */
  async finish({ andAgain }: { readonly andAgain: boolean }): Promise<void> {
    const completions = this.counts.completions;
    for (let last = false; !last;) {
      last = this.#stage === this.#shares.length - 1;
      const { status, signal, stderr } = await this.#run({});
      assert.equal(status, DONE, `the last run ended with ${status ?? signal}: ${stderr}`);
      if (last) this.#compare();
      else this.grow();
    }
    assert.equal(this.counts.completions, completions + 1);
    if (andAgain) await this.#assertRepeated();
    assert.deepEqual(await remaining(this.#folder), [], 'processes that outlived the program');
    rmSync(this.#folder, { recursive: true });
  }

  get #out(): string {
    return join(this.#folder, 'out');
  }

  #begin(): void {
    rmSync(this.#out, { recursive: true, force: true });
    this.#stage = 0;
    writeInput(this.#folder, this.#reference.input, this.#shares[0]);
  }

  #run(env: Readonly<Record<string, string>>, blow: TimedBlow | null = null): Promise<Finished> {
    const { input } = this.#reference;
    this.#runs += 1;
    const args = ['replay', ...input.args, ...scenarioArgs(this.#scenario, 'out')];
    const stdin = input.stdin.subarray(0, Math.ceil(input.stdin.length * (this.#shares[this.#stage] ?? 1)));
    return runProgram({ cwd: this.#folder, args, stdin, mark: this.#folder, env }, blow);
  }

  /** The time that the next run is going to take, by how much of the results there is. */
  #expectedMs(): number {
    const { outputs, elapsedMs } = this.#reference;
    const path = join(this.#out, resultsFile(this.#scenario));
    const done = existsSync(path) ? statSync(path).size / outputs.results.length : 0;
    return elapsedMs * (FIXED_SHARE + (1 - FIXED_SHARE) * Math.max(0, 1 - done));
  }

  #faults({ at, action }: { at: number; action: FaultAction }): Readonly<Record<string, string>> {
    return withFaults({
      under: this.#out,
      changesOnly: true,
      log: join(this.#folder, 'operations.log'),
      at,
      action,
    });
  }

  #completed(): void {
    if (this.#stage < this.#shares.length - 1) {
      this.grow();
      return;
    }
    this.#compare();
    this.#begin();
  }

  #compare(): void {
    this.counts.completions += 1;
    assertSameOutputs(runOutputs(this.#out), this.#reference.outputs);
  }

  /** The same command once more has nothing to do; it says so, where it can know that the input is the same. */
  async #assertRepeated(): Promise<void> {
    const before = readFileSync(join(this.#out, 'timing.json'), 'utf8');
    const { status, stderr } = await this.#run({});
    assert.equal(status, DONE, `the status of a complete run is repeated: ${stderr}`);
    if (this.#scenario.packing !== 'standard input') {
      assert.match(stderr, /is complete/, 'a complete run says so');
      assert.equal(readFileSync(join(this.#out, 'timing.json'), 'utf8'), before);
    }
    assertSameOutputs(runOutputs(this.#out), this.#reference.outputs);
  }
}
