import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';

import { finished, ROOT, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const MINUTES = 2000;
const CHANGED_AT = 40;

/** Runs a shell command once, when it sees a minute, so that the input changes while the program reads it. */
const ANALYZER = `
import { execSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
const isFirst = () => {
  try {
    closeSync(openSync('changed', 'wx'));
    return true;
  } catch {
    return false;
  }
};
export function createAnalyzer({ params }) {
  return {
    window: 3,
    predict: (items) => items.map(({ values }) => {
      if (values.at(-1) === ${CHANGED_AT} && params.sh !== undefined && isFirst()) execSync(params.sh);
      return { score: values.at(-1) - values[0], anomaly: false, output: [] };
    }),
  };
}
`;

const NOTE = 'x'.repeat(200);

const rows = (from: number, to: number, key = ''): string =>
  Array.from({ length: to - from }, (_, i) => {
    const minute = new Date(Date.UTC(2024, 0, 1) + (from + i) * 60_000).toISOString();
    return ['a', 'b', 'c'].map((target) => `${minute},${target},${key}${from + i},${NOTE}\n`).join('');
  }).join('');

const HEADER = 'timestamp,target,value,note\n';
const TEXT = HEADER + rows(0, MINUTES);

interface Bench {
  readonly cwd: string;
  readonly replay: (...flags: string[]) => Promise<Finished>;
  readonly results: () => string;
}

/** A folder with a recording, and the same command over and over again; `sh` happens once, during a run. */
function bench(t: TestContext, input: string, content: string | Buffer, sh: string): Bench {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), ANALYZER);
  writeFileSync(join(cwd, input), content);
  const model = ['--analyzer', 'mine.mjs', '--param', `sh=${sh}`, '--actors', '1', '--columns', 'value'];
  const out = ['--compare', 'none', '--commit-interval', '20ms', '--out', 'out', '--quiet'];
  return {
    cwd,
    replay: (...flags) => callCli(['replay', input, ...model, ...out, ...flags], { cwd }),
    results: () => readFileSync(join(cwd, 'out/results.jsonl'), 'utf8'),
  };
}

function assertEnded({ status, stderr }: Finished, expected: number, message: RegExp): void {
  assert.equal(status, expected, stderr);
  assert.match(stderr, message);
}

const references = new Map<string, string>();

/** The results of an unbroken run. */
async function reference(t: TestContext, content: string): Promise<string> {
  const known = references.get(content);
  if (known !== undefined) return known;
  const { replay, results } = bench(t, 'data.csv', content, 'true');
  const { status, stderr } = await replay();
  assert.equal(status, 0, stderr);
  references.set(content, results());
  return results();
}

test('a recording truncated while it is read ends the run with 65; with its bytes restored, the run resumes', async (t) => {
  const whole = await reference(t, TEXT);
  for (const [input, content] of [
    ['data.csv', TEXT],
    ['data.csv.gz', gzipSync(TEXT, { level: 0 })],
  ] as const) {
    const { cwd, replay, results } = bench(t, input, content, `: > ${input}`);
    assertEnded(await replay(), 65, /shrank from \d+ to 0 bytes while it was read/);
    const committed = results();
    assert.ok(committed.length > 0 && committed.length < whole.length && whole.startsWith(committed));
    assert.equal(readFileSync(join(cwd, 'out/rejects.jsonl'), 'utf8'), '');
    assert.match((await callCli(['status', 'out'], { cwd })).stdout, /not complete/);
    assertEnded(await replay(), 78, /has become smaller: 0 bytes of \d+/);
    writeFileSync(join(cwd, input), content);
    assertEnded(await replay(), 0, /^$/);
    assert.equal(results(), whole);
  }
});

test('a recording overwritten by another ends the run with 65 before any of its minutes is served', async (t) => {
  const whole = await reference(t, TEXT);
  const { cwd, replay, results } = bench(t, 'data.csv', TEXT, 'cat other > data.csv');
  writeFileSync(join(cwd, 'other'), HEADER + rows(0, MINUTES + 100, '1'));
  assertEnded(await replay(), 65, /changed while it was read: bytes 0 to \d+ are no longer what they were/);
  assert.ok(results().length > 0 && whole.startsWith(results()));
  assertEnded(await replay(), 78, /data\.csv holds other bytes than it did, somewhere in bytes 0 to \d+/);
});

test('a recording moved away is served to its end, and the run ends with 66 until it is back', async (t) => {
  const whole = await reference(t, TEXT);
  const { cwd, replay, results } = bench(t, 'data.csv', TEXT, 'mv data.csv data.csv.1');
  assertEnded(await replay(), 66, /data\.csv was deleted or renamed while it was read; all records/);
  assert.equal(results(), whole);
  assert.match((await callCli(['status', 'out'], { cwd })).stdout, /not complete/);
  assert.equal(existsSync(join(cwd, 'out/timing.json')), false);
  assertEnded(await replay(), 66, /no such file: data\.csv/);
  renameSync(join(cwd, 'data.csv.1'), join(cwd, 'data.csv'));
  assertEnded(await replay(), 0, /^$/);
  assert.equal(results(), whole);
  assertEnded(await replay(), 0, /^$/);
});

test('a replaced recording ends the run with 66; resuming ends with 78 unless the new one begins with the old one', async (t) => {
  const added = rows(MINUTES, MINUTES + 5);
  const { cwd, replay, results } = bench(t, 'data.csv', TEXT, 'mv other data.csv');
  writeFileSync(join(cwd, 'other'), HEADER + rows(0, MINUTES, '1'));
  assertEnded(await replay(), 66, /data\.csv was replaced by another file while it was read/);
  assert.equal(results(), await reference(t, TEXT));
  assertEnded(await replay(), 78, /data\.csv holds other bytes than it did/);
  writeFileSync(join(cwd, 'data.csv'), TEXT + added);
  assertEnded(await replay(), 0, /^$/);
  assert.equal(results(), await reference(t, TEXT + added));
});

test('a changed digit in the middle of a recording is noticed, also once the recording has grown', async (t) => {
  const { cwd, replay } = bench(t, 'data.csv', TEXT, 'true');
  assertEnded(await replay(), 0, /^$/);
  const middle = TEXT.indexOf(',c,', Math.floor(TEXT.length / 3)) + 3;
  const changed = `${TEXT.slice(0, middle)}7${TEXT.slice(middle + 1)}`;
  assert.notEqual(changed, TEXT);
  for (const text of [changed, changed + rows(MINUTES, MINUTES + 5)]) {
    writeFileSync(join(cwd, 'data.csv'), text);
    assertEnded(await replay(), 78, /data\.csv holds other bytes than it did, somewhere in bytes \d+ to \d+/);
  }
});

test('--verify-input does not take a file name as its value, from flag, environment or configuration', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), HEADER + rows(0, 10));
  writeFileSync(join(cwd, 'mine.mjs'), ANALYZER);
  const flags = [
    '--analyzer',
    'mine.mjs',
    '--actors',
    '1',
    '--compare',
    'none',
    '--columns',
    'value',
    '--out',
    'out',
  ];
  const replay = (before: string[], env = {}): Promise<Finished> =>
    callCli(['replay', ...before, 'data.csv', ...flags], { cwd, env });
  const sampled = /--verify-input sample: compared \d+ of the \d+ segments of data\.csv/;
  assertEnded(await replay(['--verify-input']), 0, /./);
  for (const [before, env, text] of [
    [['--verify-input'], {}, /^(?!.*sample)/s],
    [['--verify-input', 'sample'], {}, sampled],
    [['--verify-input=sample'], {}, sampled],
    [[], { AIOPS_SERVE_VERIFY_INPUT: 'sample' }, sampled],
    [[], { AIOPS_SERVE_VERIFY_INPUT: 'true' }, /^(?!.*sample)/s],
  ] as const) {
    assertEnded(await replay([...before], env), 0, text);
  }
  assertEnded(await replay(['--verify-input=data.csv']), 64, /Expected true, false or sample/);
  assertEnded(await replay([], { AIOPS_SERVE_VERIFY_INPUT: 'some' }), 78, /Expected true, false or sample/);
  for (const [value, text] of [
    ['sample', sampled],
    [true, /^(?!.*sample)/s],
  ] as const) {
    writeFileSync(join(cwd, 'aiops-serve.config.json'), JSON.stringify({ 'verify-input': value }));
    assertEnded(await replay([]), 0, text);
  }
  rmSync(join(cwd, 'aiops-serve.config.json'));
});

test('truncating a file redirected to standard input ends the run with 65', async (t) => {
  const { cwd } = bench(t, 'data.csv', TEXT, ': > data.csv');
  const model = [
    '--analyzer',
    'mine.mjs',
    '--param',
    'sh=: > data.csv',
    '--actors',
    '1',
    '--columns',
    'value',
  ];
  const stdin = openSync(join(cwd, 'data.csv'), 'r');
  const args = ['replay', '-', '--format', 'csv', ...model, '--compare', 'none', '--out', 'out', '--quiet'];
  const child = spawn(process.execPath, [join(ROOT, 'bin/aiops-serve.js'), ...args], {
    cwd,
    stdio: [stdin, 'pipe', 'pipe'],
  });
  closeSync(stdin);
  assertEnded(await finished(child), 65, /stdin shrank from \d+ to 0 bytes while it was read/);
});
