import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RandomStream } from '#build/core/random.js';

import { finished, type Finished } from '../cli.js';
import { remaining } from './marked-processes.js';
import { runProgram, startUnder, type ProgramRun } from './program.js';
import { writeInput } from './recordings.js';
import { DONE, type Reference } from './references.js';
import { resultsFile, scenarioArgs, writeAnalyzer, type Scenario } from './scenarios.js';
import { GROWING, tamper, type Tampered, type Tampering } from './tampering.js';

export interface TamperedRunOptions {
  readonly folder: string;
  readonly scenario: Scenario;
  readonly reference: Reference;
  readonly tampering: Tampering;
  /** Whether rejects are in a file outside the output folder. */
  readonly rejectsElsewhere: boolean;
  /** Whether the program is killed soon after. */
  readonly killed: boolean;
  readonly random: RandomStream;
}

/** How the first run ended, and how the same command ended after it. */
export interface TamperedEnds {
  /** Whether there was something to tamper with. */
  readonly tampered: boolean;
  readonly first: Finished;
  readonly again: Finished;
}

/** Ends that say that the output is not as it should be: it cannot be written, or is not that of this run. */
const REFUSED = [73, 74];
const REFUSED_AGAIN = [73, 74, 78];

/**
 * Runs the program while its output is tampered with, then the same command again, then once more with the damage
 * repaired. It may only say that it is done where every row and every reject is there.
 */
export class TamperedRun {
  readonly #options: TamperedRunOptions;
  readonly #out: string;
  readonly #paths: Readonly<Record<(typeof GROWING)[number], string>>;

  constructor(options: TamperedRunOptions) {
    const { folder, scenario, reference, rejectsElsewhere } = options;
    this.#options = options;
    this.#out = join(folder, 'out');
    this.#paths = {
      results: join(this.#out, resultsFile(scenario)),
      rejects: rejectsElsewhere ? join(folder, 'rejected.jsonl') : join(this.#out, 'rejects.jsonl'),
      timings: join(this.#out, 'timing.jsonl'),
      journal: join(this.#out, 'journal.jsonl'),
    };
    mkdirSync(folder);
    writeAnalyzer(folder);
    writeInput(folder, reference.input);
  }

  async run(): Promise<TamperedEnds> {
    const { tampering, folder } = this.#options;
    const { first, tampered } = await this.#runTampered();
    const isLate = tampered !== null && this.#completedBefore(tampered);
    this.#assertEnd(first, isLate ? null : REFUSED);
    const again = await runProgram(this.#program());
    const isFresh = tampering.kind === 'move the folder'; // the new folder knows nothing of the moved one
    this.#assertEnd(again, REFUSED_AGAIN);
    if (again.status !== DONE) await this.#repair(tampered);
    else if (isFresh && this.#options.rejectsElsewhere) assert.fail('rejects of the moved run were replaced');
    assert.deepEqual(await remaining(folder), [], 'processes that outlived the program');
    rmSync(folder, { recursive: true });
    return { tampered: tampered !== null, first, again };
  }

  async #runTampered(): Promise<{ first: Finished; tampered: Tampered | null }> {
    const { tampering, killed, random, folder } = this.#options;
    const child = startUnder([], this.#program());
    const ended = new AbortController();
    const ending = finished(child).finally(() => ended.abort());
    const isReport = !(GROWING as readonly string[]).includes(tampering.file);
    const share = random.next() * LATEST_SHARE;
    const isDue = (): boolean =>
      isReport ? existsSync(join(this.#out, tampering.file)) : this.#resultsShare() >= share;
    while (!ended.signal.aborted && !isDue()) await sleep(1);
    if (!isReport) await sleep(random.next() * SOON_MS);
    const options = { paths: this.#paths, aside: join(folder, 'aside') };
    const tampered = tamper(tampering, this.#out, options, random);
    if (killed) {
      await sleep(random.next() * SOON_MS);
      if (!ended.signal.aborted && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }
    return { first: await ending, tampered };
  }

  /** Below 0: they are not there yet. */
  #resultsShare(): number {
    const { results } = this.#paths;
    return existsSync(results) ? statSync(results).size / this.#options.reference.outputs.results.length : -1;
  }

  #program(more: readonly string[] = []): ProgramRun {
    const { folder, scenario, reference, rejectsElsewhere } = this.#options;
    const rejects = rejectsElsewhere ? ['--rejects', 'rejected.jsonl'] : [];
    const { args, stdin } = reference.input;
    return {
      cwd: folder,
      args: ['replay', ...args, ...scenarioArgs(scenario, 'out'), ...rejects, ...more],
      stdin,
      mark: folder,
    };
  }

  /** Whether the journal had its last word before anything was done: what happens after that, no run can notice. */
  #completedBefore({ untilMs }: Tampered): boolean {
    const { folder, tampering } = this.#options;
    const moved = join(folder, 'aside/moved');
    const path = tampering.kind === 'move the folder' ? join(moved, 'journal.jsonl') : this.#paths.journal;
    const isJournal = tampering.file === 'journal' && tampering.kind !== 'move the folder';
    // The journal itself is tampered with: it had its last word if the summary that comes before it is there.
    if (isJournal) return existsSync(join(this.#out, 'timing.json'));
    return /"type":"complete"/.test(readFileSync(path, 'utf8')) && statSync(path).mtimeMs <= untilMs;
  }

  /** @param refused statuses that may come with a message; null: any end, since nothing was to be noticed */
  #assertEnd({ status, signal, stderr }: Finished, refused: readonly number[] | null): void {
    this.#assertNoZeros();
    if (signal === 'SIGKILL' || refused === null) return;
    if (status === DONE) {
      this.#assertWhole(stderr);
      return;
    }
    assert.ok(status !== null && refused.includes(status), `it ended with ${status ?? signal}: ${stderr}`);
    assert.match(stderr, /^error: .*(out|rejected\.jsonl)/m);
    assert.match(stderr, /^ {2}\S/m, 'the error says what to do');
  }

  #assertWhole(stderr: string): void {
    const { outputs } = this.#options.reference;
    for (const kind of ['results', 'rejects'] as const) {
      assert.ok(existsSync(this.#paths[kind]), `it was done, but there are no ${kind}: ${stderr}`);
      const bytes = readFileSync(this.#paths[kind]);
      assert.ok(
        bytes.equals(outputs[kind]),
        `it was done, but ${kind} are not those of an undisturbed run ` +
          `(${bytes.length} bytes for ${outputs[kind].length}): ${stderr}`,
      );
    }
  }

  /** No run leaves a hole. */
  #assertNoZeros(): void {
    if (this.#options.tampering.kind === 'regrow') return; // those are not the run's
    for (const path of [
      this.#paths.rejects,
      ...filesIn(this.#out),
      ...filesIn(join(this.#options.folder, 'aside')),
    ]) {
      if (!existsSync(path) || statSync(path).isDirectory()) continue;
      assert.ok(!readFileSync(path).includes(0), `${path} has NUL bytes`);
    }
  }

  /** What can be put back is, and the run resumes; otherwise it starts over. Either way it ends as undisturbed. */
  async #repair(tampered: Tampered | null): Promise<void> {
    const restore = tampered?.restore ?? null;
    restore?.();
    const restart = restore === null ? ['--restart'] : [];
    const repaired = await runProgram(this.#program(restart));
    assert.equal(repaired.status, DONE, `after ${restart.join('') || 'the repair'}: ${repaired.stderr}`);
    this.#assertWhole(repaired.stderr);
    this.#assertNoZeros();
  }
}

/** Of the results, how much is there at the latest when something is done to them. */
const LATEST_SHARE = 0.9;
const SOON_MS = 20;

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
