import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { runOutputs, type RunOutputs } from './outputs.js';
import { withFaults, type FileOperation } from './plan.js';
import { runProgram } from './program.js';
import { recordedInput, writeInput, type RecordedInput, type RecordingSize } from './recordings.js';
import { scenarioArgs, writeAnalyzer, type Scenario } from './scenarios.js';

/** Done, with the rejects that every recording here has. */
export const DONE = 3;

/** An unbroken run. */
export interface Reference {
  readonly input: RecordedInput;
  readonly outputs: RunOutputs;
  readonly elapsedMs: number;
  /** Operations that changed files, in their order, when every minute was committed. */
  readonly operations: readonly FileOperation[];
}

/** Unbroken runs, one for all scenarios whose bytes must be the same. */
export class References {
  readonly #folder: string;
  readonly #size: RecordingSize;
  readonly #seed: number;
  readonly #made = new Map<string, Promise<Reference>>();

  constructor(folder: string, size: RecordingSize, seed: number) {
    this.#folder = folder;
    this.#size = size;
    this.#seed = seed;
  }

  of(scenario: Scenario): Promise<Reference> {
    const { layout, packing, results, model, duplicates } = scenario;
    const key = [layout, packing, results, model, duplicates].join(',');
    const made = this.#made.get(key) ?? this.#make(scenario, `reference-${this.#made.size}`);
    this.#made.set(key, made);
    return made;
  }

  async #make(scenario: Scenario, name: string): Promise<Reference> {
    const cwd = join(this.#folder, name);
    mkdirSync(cwd);
    const input = recordedInput(scenario.layout, scenario.packing, this.#size, this.#seed);
    writeInput(cwd, input);
    writeAnalyzer(cwd);
    const log = join(this.#folder, `${name}.log`);
    const plain = { ...scenario, actors: 2, sequential: false, commitInterval: '0s', block: '1' };
    const startedAt = performance.now();
    const { status, stderr } = await runProgram({
      cwd,
      args: ['replay', ...input.args, ...scenarioArgs(plain, 'out')],
      stdin: input.stdin,
      mark: cwd,
      env: withFaults({ under: join(cwd, 'out'), changesOnly: true, log, at: 0, action: null }),
    });
    assert.equal(status, DONE, `an unbroken run ended with ${status}: ${stderr}`);
    const outputs = runOutputs(join(cwd, 'out'));
    assert.ok(outputs.rejects.length > 0 && outputs.blocks.length > 10, 'there is something to lose');
    return { input, outputs, elapsedMs: performance.now() - startedAt, operations: readOperations(log) };
  }
}

/** What the preloaded module logged. */
export function readOperations(log: string): FileOperation[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FileOperation);
}
