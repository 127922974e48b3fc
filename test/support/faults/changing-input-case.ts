import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import type { RandomStream } from '#build/core/random.js';
import { readJournal } from '#build/output/journal.js';

import { finished, type Finished } from '../cli.js';
import { accountOf, HEADER, minutesText, writtenAccount, type InputAccount } from './input-account.js';
import type { ChangingFile, InputChange } from './input-changes.js';
import { startUnder } from './program.js';

export const INPUT_PACKINGS = ['plain', 'two files', 'gzip'] as const;
export type InputPacking = (typeof INPUT_PACKINGS)[number];

const MINUTES = 400;
const MORE = 20;
/**
 * With fewer of its results on the disk than this share a run has not come to its end: what is not on the disk yet is
 * at most what a commit interval gives, of at most 50 ms, while each minute takes an actor more than 1 ms.
 */
const READING_SHARE = 0.6;

/** Waits for each of its items, so that a recording takes a second or two. */
const ANALYZER = `import { setTimeout as sleep } from 'node:timers/promises';
export function createAnalyzer({ params }) {
  return {
    window: 1,
    predict: async (items) => {
      await sleep(Number(params.ms) * items.length);
      return items.map(({ values }) => ({ score: values.at(-1), anomaly: false, output: [] }));
    },
  };
}
`;

const GOOD: ReadonlySet<number | null> = new Set([0, 3]);
const REFUSED: ReadonlySet<number | null> = new Set([65, 66, 78]);

/**
 * A run over files of which one is changed at some instant, that may be killed after it; the same command again; and
 * once more with what the file was, or was to become, in its place again.
 */
export class ChangingInputCase {
  readonly text: string;
  readonly #folder: string;
  readonly #change: InputChange;
  readonly #random: RandomStream;
  readonly #files: ChangingFile[];
  readonly #changing: ChangingFile;
  readonly #args: readonly string[];
  /** Before the change: once so much of the results is there; null: after some time since the start. */
  readonly #atShare: number | null;
  readonly #kills: boolean;
  /** Contents that a run may have taken for the file's. */
  readonly #contents: Buffer[] = [];
  /** When it was changed, the run had the file open, and after that it still had to read or to serve some of it. */
  #wasOpen = false;
  #wasReading = false;
  #current: Buffer | null;

  constructor(folder: string, change: InputChange, packing: InputPacking, random: RandomStream) {
    this.#folder = folder;
    this.#change = change;
    this.#random = random;
    this.#files = drawFiles(folder, packing, random);
    this.#changing = this.#files[random.nextInteger(0, this.#files.length - 1)] ?? assert.fail();
    this.#current = this.#changing.initial;
    this.#atShare = random.nextInteger(0, 4) === 0 ? null : 0.7 * random.next();
    this.#kills = random.nextInteger(0, 3) === 0;
    const commitInterval = ['0s', '20ms', '50ms'][random.nextInteger(0, 2)] ?? '0s';
    this.#args = [
      ...['replay', ...this.#files.map(({ path }) => path), '--columns', 'value', '--interval', '1m'],
      ...['--analyzer', 'analyzer.mjs', '--param', `ms=${0.75 + 0.5 * random.next()}`, '--out', 'out'],
      ...['--compare', 'none', '--commit-interval', commitInterval, '--quiet'],
      ...['--actors', String(random.nextInteger(1, 2))],
    ];
    const when = this.#atShare === null ? 'about its start' : `at ${Math.round(100 * this.#atShare)} %`;
    this.text = `${packing}, ${change.name} ${when}${this.#kills ? ', then killed' : ''}, commits every ${commitInterval}`;
  }

  /** How its runs ended. */
  async run(): Promise<string[]> {
    mkdirSync(join(this.#folder, 'in'), { recursive: true });
    writeFileSync(join(this.#folder, 'analyzer.mjs'), ANALYZER);
    for (const { path, initial } of this.#files) writeFileSync(path, initial);
    this.#contents.push(this.#changing.initial);

    const first = await this.#runAndChange();
    await this.#check(first, this.#mayHaveRead());
    if (this.#wasReading && first.signal === null) await this.#checkNoticed(first);
    const second = await this.#start().result;
    await this.#check(second, this.#current === null ? [] : [this.#current]);
    const whole = this.#heal();
    const last = await this.#start().result;
    await this.#check(last, [whole]);
    // What a run has read of another content, it has for good.
    const mayRefuse = !this.#wasOpen || this.#change.kind === 'overwritten';
    if (!mayRefuse || last.status !== 78) assertGood(last);
    rmSync(this.#folder, { recursive: true });
    return [first, second, last].map(({ status, signal }) => String(status ?? signal));
  }

  /** What a run that went through may have taken for the file that was changed under it. */
  #mayHaveRead(): Buffer[] {
    if (!this.#wasOpen) return this.#contents;
    if (!this.#mayLegally()) return this.#wasReading ? [] : [this.#changing.initial];
    const isOld = (content: Buffer): boolean => content === this.#changing.initial;
    const mustSee = this.#wasReading && this.#change.kind === 'overwritten';
    return this.#contents.filter((content) => !mustSee || !isOld(content));
  }

  /** A run that was still reading does not miss the change. */
  async #checkNoticed({ status, stderr }: Finished): Promise<void> {
    if (this.#change.kind === 'broken') assert.equal(status, 65, stderr);
    if (this.#change.kind !== 'moved') return;
    assert.equal(status, 66, stderr);
    const written = await this.#committed();
    const opened = this.#account(this.#changing.initial, { allowCut: false });
    assert.deepEqual(written, opened, 'all of the file that was opened is committed');
  }

  /** Whether a run that had the file open may take what it was changed to for its content. */
  #mayLegally(): boolean {
    return this.#change.kind === 'grown' || this.#change.kind === 'overwritten';
  }

  async #runAndChange(): Promise<Finished> {
    const { result, kill, hasEnded } = this.#start();
    if (this.#atShare === null) {
      await sleep(1000 * this.#random.next());
    } else {
      while (!hasEnded() && this.#writtenShare() <= this.#atShare) await sleep(2);
    }
    // It is there once columns and interval are known, and so are the files that were opened.
    this.#wasOpen = existsSync(join(this.#folder, 'out/journal.jsonl'));
    this.#change.apply(this.#changing, this.#random, (content) => {
      this.#current = content;
      if (content !== null) this.#contents.push(content);
    });
    this.#wasReading = this.#wasOpen && this.#writtenShare() < READING_SHARE;
    if (this.#kills) {
      await sleep(200 * this.#random.next() ** 2);
      kill();
    }
    return result;
  }

  /** How much of its results a run has written. */
  #writtenShare(): number {
    const path = join(this.#folder, 'out/results.jsonl');
    if (!existsSync(path)) return 0;
    return readFileSync(path, 'latin1').split('\n').length / (MINUTES * 4);
  }

  #start(): { result: Promise<Finished>; kill: () => void; hasEnded: () => boolean } {
    const run = { cwd: this.#folder, args: this.#args, stdin: Buffer.alloc(0), mark: this.#folder };
    const child = startUnder([], run);
    return {
      result: finished(child),
      kill: () => child.kill('SIGKILL'),
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    };
  }

  /** Puts in place what the file is to be in the end. */
  #heal(): Buffer {
    const { path, initial, more } = this.#changing;
    const moved = join(this.#folder, 'in.moved');
    if (existsSync(moved)) renameSync(moved, join(this.#folder, 'in'));
    const whole = this.#change.kind === 'grown' ? Buffer.concat([initial, more]) : initial;
    writeFileSync(`${path}.new`, whole);
    renameSync(`${path}.new`, path);
    this.#contents.push(whole);
    return whole;
  }

  /** Holds what a run left against what it may have read, which is one of these where it says that it is done. */
  async #check(run: Finished, mayHave: readonly Buffer[]): Promise<void> {
    const { status, signal, stderr } = run;
    const wasKilled = this.#kills && signal === 'SIGKILL';
    assert.ok(
      wasKilled || GOOD.has(status) || REFUSED.has(status),
      `it ended with ${status ?? signal}: ${stderr}`,
    );
    const written = await this.#committed();
    if (GOOD.has(status)) {
      const accounts = mayHave.map((content) => this.#account(content, { allowCut: false }));
      const isOne = accounts.some((account) => JSON.stringify(account) === JSON.stringify(written));
      assert.ok(isOne, `it ended with ${status}, but ${difference(written, accounts.at(-1) ?? null)}`);
      assert.equal(status, written.rejects.length > 0 ? 3 : 0);
      return;
    }
    // What a finished run may have made of it: of a broken file, nothing but what stood before it broke.
    const all = (this.#wasOpen && !this.#mayLegally() ? [this.#changing.initial] : this.#contents).map(
      (content) => this.#account(content, { allowCut: true }),
    );
    if (all.includes(null)) return; // what damaged gzip yields is undefined
    for (const [i, row] of written.rows.entries()) {
      const isRight = all.some((account) => account?.rows[i] === row);
      assert.ok(isRight, `it ended with ${status ?? signal}, and row ${i} is wrong: ${row}\n${stderr}`);
    }
    for (const reject of written.rejects) {
      const isRight = all.some((account) => account?.rejects.includes(reject) === true);
      assert.ok(isRight, `it ended with ${status ?? signal}, and ${reject} is no reject\n${stderr}`);
    }
  }

  #account(content: Buffer, cut: { readonly allowCut: boolean }): InputAccount | null {
    const files = new Map<string, Buffer>();
    for (const file of this.#files) {
      files.set(file.path.replace(/^.*\//, ''), file === this.#changing ? content : file.initial);
    }
    return accountOf(files, cut);
  }

  async #committed(): Promise<InputAccount> {
    const out = join(this.#folder, 'out');
    const journal = existsSync(out) ? await readJournal(out) : null;
    const lengths = journal?.commits.at(-1)?.lengths;
    if (lengths === undefined) return { rows: [], rejects: [] };
    const committed = (name: string, bytes: number): string =>
      readFileSync(join(out, name)).subarray(0, bytes).toString();
    return writtenAccount(
      committed('results.jsonl', lengths.results),
      committed('rejects.jsonl', lengths.rejects),
    );
  }
}

function assertGood({ status, signal, stderr }: Finished): void {
  assert.ok(GOOD.has(status), `with its bytes back, it ended with ${status ?? signal}: ${stderr}`);
}

function difference(written: InputAccount, expected: InputAccount | null): string {
  if (expected === null) return 'the input could not be read';
  const at = expected.rows.findIndex((row, i) => row !== written.rows[i]);
  const rows = `${written.rows.length} rows of ${expected.rows.length}`;
  return `wrote ${rows}, the first other one being ${written.rows[at]} for ${expected.rows[at]}, and rejects ${written.rejects.join()} for ${expected.rejects.join()}`;
}

function drawFiles(folder: string, packing: InputPacking, random: RandomStream): ChangingFile[] {
  const pack = (text: string): Buffer => (packing === 'gzip' ? gzipSync(text) : Buffer.from(text));
  const drawFile = (name: string, targets: readonly string[]): ChangingFile => {
    const text = (from: number, to: number, version: number): string =>
      minutesText({ from, to, targets, version }, random);
    return {
      path: join(folder, 'in', name),
      initial: pack(HEADER + text(0, MINUTES, 1)),
      more: pack(text(MINUTES, MINUTES + MORE, 1)),
      other: pack(HEADER + text(0, 2 * MINUTES, 2)),
    };
  };
  if (packing !== 'two files')
    return [drawFile(packing === 'gzip' ? 'data.csv.gz' : 'data.csv', ['a', 'b', 'c', 'd'])];
  return [drawFile('one.csv', ['a', 'c']), drawFile('two.csv', ['b', 'd'])];
}
