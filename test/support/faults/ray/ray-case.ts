import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { RandomStream } from '#build/core/random.js';

import { finished, runCli, startCli, type Finished } from '../../cli.js';
import type { RayCluster } from '../../ray/cluster.js';
import { RAY_FAULTS, type RayFaultName, type Struck } from './faults.js';
import { outliving, processesWith } from './processes.js';
import { drawInputs, SLOW_ANALYZER, type RayInput } from './recording.js';

/** A command that still fails after so many starts never ends well. */
const MOST_STARTS = 8;
const NAMES = Object.keys(RAY_FAULTS) as RayFaultName[];
const FILES = ['results.jsonl', 'rejects.jsonl'] as const;

interface Planned {
  readonly name: RayFaultName;
  /** Of the time that a run without faults takes. */
  readonly atShare: number;
}

/** A run on a cluster, and what goes wrong on the way: in the end it is a local run, or it has refused its input. */
export class RayCase {
  readonly text: string;
  readonly #folder: string;
  readonly #cluster: RayCluster;
  readonly #randomOf: (fault: number) => RandomStream;
  readonly #inputs: readonly RayInput[];
  readonly #slices: number;
  readonly #faults: readonly Planned[];
  readonly #struck = new Set<RayFaultName>();
  readonly #log: string[] = [];
  readonly #problems: string[] = [];
  /** Commands that run beside the one that is to complete the run, or have run. */
  readonly #beside: Promise<void>[] = [];
  #isOver = false;

  /** @param hasFaults without them, it tells how long a run takes */
  constructor(folder: string, cluster: RayCluster, seed: number, index: number, hasFaults = true) {
    const random = new RandomStream(seed, 11, index);
    this.#folder = folder;
    this.#cluster = cluster;
    this.#randomOf = (fault) => new RandomStream(seed, 11, index, fault);
    this.#inputs = drawInputs(folder, random);
    this.#slices = random.nextInteger(2, 8);
    const names = Array.from(
      { length: hasFaults ? random.nextInteger(1, 3) : 0 },
      () => NAMES[random.nextInteger(0, NAMES.length - 1)]!,
    );
    this.#faults = names
      .filter((name, i) => name !== 'input' || names.indexOf(name) === i)
      .map((name) => ({ name, atShare: random.next() }));
    const faults = this.#faults.map(({ name, atShare }) => `${name} at ${Math.round(100 * atShare)} %`);
    this.text = `${this.#inputs.length} files, ${this.#slices} slices, ${faults.join(', ')}`;
  }

  /**
   * Which faults struck, and how the commands ended.
   *
   * @param expectedMs how long a run without faults takes
   */
  async run(
    expectedMs: number,
  ): Promise<{ struck: readonly RayFaultName[]; statuses: readonly (number | string)[] }> {
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, 'analyzer.mjs'), SLOW_ANALYZER);
    for (const { path, text } of this.#inputs) writeFileSync(path, text);
    const expected = [await this.#reference('local')];
    const statuses: (number | string)[] = [];
    const striking = this.#strikeAll(expectedMs);
    striking.catch(() => undefined); // it is awaited below
    try {
      await this.#runToItsEnd(expected[0]!.status, statuses);
    } finally {
      this.#isOver = true;
      await striking;
    }
    assert.deepEqual(this.#problems, [], this.#log.join('\n'));
    if (this.#struck.has('input')) expected.push(await this.#reference('local-changed'));
    if (statuses.at(-1) === expected[0]!.status) this.#assertBytes(expected);
    await this.#assertNothingLeft();
    rmSync(this.#folder, { recursive: true });
    return { struck: [...this.#struck], statuses };
  }

  get #out(): string {
    return join(this.#folder, 'out');
  }

  #args(out: string, ms: number): string[] {
    const paths = this.#inputs.map(({ path }) => path);
    const model = ['--analyzer', 'analyzer.mjs', '--param', `ms=${ms}`];
    return ['replay', ...paths, '--out', out, ...model, '--compare', 'none', '--quiet'];
  }

  get #command(): string[] {
    const engine = ['--engine', 'ray', '--address', this.#cluster.address, '--slices', String(this.#slices)];
    return [...this.#args('out', 10), ...engine];
  }

  /** A local run of what the inputs hold now. */
  async #reference(out: string): Promise<Record<(typeof FILES)[number], Buffer> & { status: number | null }> {
    const { status, stderr } = await runCli(this.#args(out, 0), { cwd: this.#folder });
    assert.ok(status === 0 || status === 3, `a local run ended with ${status}: ${stderr}`);
    const read = (name: string): Buffer => readFileSync(join(this.#folder, out, name));
    return { status, 'results.jsonl': read('results.jsonl'), 'rejects.jsonl': read('rejects.jsonl') };
  }

  #child: ReturnType<typeof startCli> | null = null;

  async #runToItsEnd(good: number | null, statuses: (number | string)[]): Promise<void> {
    for (let start = 0; start < MOST_STARTS; start++) {
      this.#child = startCli(this.#command, { cwd: this.#folder, env: this.#cluster.env });
      const ended = await finished(this.#child);
      statuses.push(ended.status ?? ended.signal ?? '');
      this.#log.push(`${ended.status ?? ended.signal}: ${ended.stderr}`);
      if (ended.status === good) return;
      assert.ok(this.#mayEndWith(ended), `the command ended with ${this.#log.join('\n')}`);
      if (ended.status === 78) return;
      if (ended.status === 75) await Promise.all(this.#beside); // one of them has the folder
      await sleep(1000);
    }
    assert.fail(`the command never ended well: ${this.#log.join('\n')}`);
  }

  /** Whether the same command may help: what went wrong was done to it, and it says so. */
  #mayEndWith({ status, signal }: Finished): boolean {
    const struck = (...names: RayFaultName[]): boolean => names.some((name) => this.#struck.has(name));
    if (signal === 'SIGKILL') return struck('merge');
    if (signal === 'SIGINT') return struck('interrupt'); // before the command could handle it
    if (status === 78) return struck('input');
    if (status === 130) return struck('interrupt');
    if (status === 75) return struck('second');
    if (status === 74) return struck('damage'); // under the merge that appends it
    if (status === 69) return struck('head'); // which was away when the command started
    if (status === 65 || status === 66) return struck('input'); // under the reader
    return false;
  }

  async #strikeAll(expectedMs: number): Promise<void> {
    const startedAtMs = performance.now();
    await Promise.all(
      this.#faults.map(async ({ name, atShare }, i) => {
        const atMs = atShare * expectedMs;
        while (!this.#isOver && performance.now() - startedAtMs < atMs) await sleep(20);
        if (this.#isOver) return;
        this.#struck.add(name); // before: the command may end at once
        const struck = await RAY_FAULTS[name](this.#target(i));
        this.#log.push(
          `${name} ${struck ? 'struck' : 'found nothing'} by ${Math.round(performance.now() - startedAtMs)} ms`,
        );
      }),
    );
  }

  #target(index: number): Struck {
    return {
      cluster: this.#cluster,
      random: this.#randomOf(index),
      out: this.#out,
      slices: this.#slices,
      inputs: this.#inputs,
      isOver: () => this.#isOver,
      signal: (signal) => void this.#child?.kill(signal),
      runBeside: () => this.#beginBeside('the second command', this.#command),
      runSlice: (slice) =>
        this.#beginBeside(`slice ${slice} by hand`, [
          'slice',
          'out/plan.json',
          String(slice),
          '--actors',
          '1',
        ]),
    };
  }

  #beginBeside(what: string, args: readonly string[]): Promise<void> {
    const running = this.#runBeside(what, args);
    this.#beside.push(running);
    return running;
  }

  async #runBeside(what: string, args: readonly string[]): Promise<void> {
    const ended = await runCli(args, { cwd: this.#folder, env: this.#cluster.env });
    this.#log.push(`${what} ended with ${ended.status}: ${ended.stderr}`);
    const isGood = ended.status === 0 || ended.status === 3 || this.#mayEndWith(ended);
    if (!isGood) this.#problems.push(`${what} ended with ${ended.status}`);
  }

  /** Of one content of the inputs, and not of a mixture. */
  #assertBytes(expected: readonly Record<(typeof FILES)[number], Buffer>[]): void {
    const found = Object.fromEntries(FILES.map((name) => [name, readFileSync(join(this.#out, name))]));
    const isOne = expected.some((one) => FILES.every((name) => one[name].equals(found[name]!)));
    assert.ok(isOne, `other bytes than those of a local run\n${this.#log.join('\n')}`);
    assert.ok(!existsSync(join(this.#out, 'parts')), `parts are left\n${this.#log.join('\n')}`);
  }

  async #assertNothingLeft(): Promise<void> {
    const find = (): number[] => [
      ...processesWith(this.#folder),
      ...processesWith('actor/main.js', this.#cluster.folder),
    ];
    const left = await outliving(find, 60_000);
    assert.deepEqual(left, [], `processes outlive the run\n${this.#log.join('\n')}`);
  }
}
