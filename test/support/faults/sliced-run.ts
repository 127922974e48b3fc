import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { partOfName, partsFolder } from '#build/cluster/run-layout.js';

import type { Finished } from '../cli.js';
import { remaining } from './marked-processes.js';
import { assertSameOutputs, runOutputs, type RunOutputs } from './outputs.js';
import { withFaults, type FaultAction } from './plan.js';
import { runProgram, type TimedBlow } from './program.js';
import { recordedInput, writeInput } from './recordings.js';
import { DONE } from './references.js';
import { scenarioArgs, writeAnalyzer, type Scenario } from './scenarios.js';

const SCENARIO: Scenario = {
  ...{ layout: 'csv', packing: 'two files', results: 'jsonl', model: 'analyzer', duplicates: 'reject' },
  ...{ actors: 1, sequential: false, commitInterval: '1s', block: 'auto' },
};
/** Some hundred kilobytes, so that a plan finds places for the slices. */
const SIZE = { minutes: 1600, targets: 6 };
export const SLICES = 4;
/** A slice that is missing is run again so often until all are merged. */
const MOST_TURNS = 4;
export const MISSING = 75;

/** How a command ends early: something from outside, or at its n-th operation on files of the run. */
export type Trouble =
  { readonly blow: TimedBlow } | { readonly at: number; readonly action: FaultAction; readonly log?: string };

/** A planned run whose slices are complete, to be copied, and what one replay gives. */
export class SlicedRuns {
  readonly folder: string;
  readonly #seed: number;
  #local: RunOutputs | null = null;
  /** How long a slice and a merge take, ms. */
  sliceMs = 0;
  mergeMs = 0;

  constructor(folder: string, seed: number) {
    this.folder = folder;
    this.#seed = seed;
  }

  get local(): RunOutputs {
    return this.#local ?? assert.fail('not prepared');
  }

  async prepare(): Promise<void> {
    const first = this.#newRun('complete');
    const replayed = await first.program([
      'replay',
      ...first.inputs,
      ...scenarioArgs({ ...SCENARIO, block: '1' }, 'local'),
    ]);
    assert.equal(replayed.status, DONE, replayed.stderr);
    this.#local = runOutputs(join(first.cwd, 'local'));
    await first.plan();
    for (let number = 1; number <= SLICES; number++) {
      const startedAt = performance.now();
      assert.equal((await first.slice(number)).status, 0);
      this.sliceMs = performance.now() - startedAt;
    }
  }

  /** @param parts what is complete already: parts of all slices, or of none */
  copy(name: string, parts: 'parts' | 'no parts'): SlicedRun {
    const run = this.#newRun(name);
    cpSync(join(this.folder, 'complete', 'run'), run.folder, { recursive: true });
    if (parts === 'no parts') rmSync(partsFolder(run.folder), { recursive: true });
    return run;
  }

  #newRun(name: string): SlicedRun {
    const cwd = join(this.folder, name);
    mkdirSync(cwd);
    const input = recordedInput(SCENARIO.layout, SCENARIO.packing, SIZE, this.#seed);
    writeInput(cwd, input);
    writeAnalyzer(cwd);
    return new SlicedRun(cwd, input.args);
  }
}

/** A run in slices, in a folder of its own. */
export class SlicedRun {
  readonly cwd: string;
  readonly inputs: readonly string[];

  constructor(cwd: string, inputs: readonly string[]) {
    this.cwd = cwd;
    this.inputs = inputs;
  }

  get folder(): string {
    return join(this.cwd, 'run');
  }

  async plan(): Promise<void> {
    const { status, stderr } = await this.program([
      'plan',
      ...this.args(),
      '--slices',
      String(SLICES),
      '--restart',
    ]);
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /instead of/);
  }

  /** The recording and how it is replayed. */
  args(): string[] {
    return [...this.inputs, ...scenarioArgs(SCENARIO, 'run')];
  }

  slice(number: number, trouble: Trouble | null = null): Promise<Finished> {
    return this.program(['slice', 'run/plan.json', String(number)], trouble);
  }

  merge(trouble: Trouble | null = null): Promise<Finished> {
    return this.program(['merge', 'run'], trouble);
  }

  program(args: readonly string[], trouble: Trouble | null = null): Promise<Finished> {
    const run = { cwd: this.cwd, args, stdin: Buffer.alloc(0), mark: this.cwd };
    if (trouble === null) return runProgram(run);
    if ('blow' in trouble) return runProgram(run, trouble.blow);
    const { at, action, log = join(this.cwd, 'operations.log') } = trouble;
    return runProgram({
      ...run,
      env: withFaults({ under: this.folder, changesOnly: true, log, at, action }),
    });
  }

  /** Files of the part of a slice; none: there is no part. */
  partFiles(number: number): string[] {
    const parts = partsFolder(this.folder);
    const name = existsSync(parts)
      ? readdirSync(parts).find((one) => partOfName(one)?.slice === number)
      : undefined;
    if (name === undefined) return [];
    return readdirSync(join(parts, name)).map((file) => join(parts, name, file));
  }

  /**
   * Merges, and runs the slices that a merge says are missing, until the run is complete; then it must be that of one
   * replay. Returns how many slices ran.
   */
  async complete(local: RunOutputs): Promise<number> {
    let slices = 0;
    for (let turn = 0; ; turn++) {
      const { status, stderr } = await this.merge();
      if (status === DONE) break;
      assert.equal(status, MISSING, stderr);
      assert.ok(turn < MOST_TURNS, `slices are still missing: ${stderr}`);
      const missing = missingIn(stderr);
      for (const number of missing) {
        const ran = await this.slice(number);
        assert.equal(ran.status, 0, ran.stderr);
      }
      slices += missing.length;
    }
    this.assertMerged(local);
    return slices;
  }

  assertMerged(local: RunOutputs): void {
    const { names, ...outputs } = runOutputs(this.folder);
    const own = names.filter((name) => name !== 'plan.json');
    assertSameOutputs({ ...outputs, names: own }, local);
    assert.ok(local.labels !== null);
    assert.deepEqual(outputs.labels, local.labels, 'labels of timing.json');
  }

  async remove(): Promise<void> {
    assert.deepEqual(await remaining(this.cwd), [], 'processes that outlived the program');
    rmSync(this.cwd, { recursive: true });
  }
}

/** The slices that a merge says to run: `slices 1, 3 to 5 of 9`. */
export function missingIn(stderr: string): number[] {
  const [, list] = /lacks slices? (.*) of \d+/.exec(stderr) ?? assert.fail(stderr);
  return (list ?? '').split(', ').flatMap((range) => {
    const [from = NaN, to = from] = range.split(' to ').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** What the log of operations says of a command that ran to its end. */
export function operationCount(log: string): number {
  return readFileSync(log, 'utf8').trimEnd().split('\n').length;
}
