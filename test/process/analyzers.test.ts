import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { recording, ROOT, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

interface Row {
  readonly target: string;
  readonly status: string;
  readonly score: number | null;
  readonly anomaly: boolean | null;
  readonly output: readonly number[] | null;
  readonly errno: string | null;
}

const example = (name: string): string => join(ROOT, 'examples', name);
const bundle = (name: string): string => join(ROOT, 'fixtures/bundles', name);

const rowsOf = (folder: string): Row[] =>
  readFileSync(join(folder, 'results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

const summaryOf = (folder: string): RunSummary =>
  JSON.parse(readFileSync(join(folder, 'timing.json'), 'utf8')) as RunSummary;

function replay(cwd: string, input: string, out: string, ...flags: readonly string[]): Promise<Finished> {
  return callCli(['replay', input, '--out', out, '--compare', 'none', ...flags], { cwd });
}

describe('the examples', () => {
  test('rolling-zscore scores items; one without a spread is an error row', async (t) => {
    const cwd = temporaryFolder(t);
    const time = (minute: number): string => `2024-01-01T00:0${minute}:00Z`;
    const series = { flat: [5, 5, 5, 5], jump: [5, 5, 5, 6], noisy: [1, 3, 2, 9] };
    const lines = Object.entries(series).flatMap(([target, values]) =>
      values.map((value, minute) => `${time(minute)},${target},${value}`),
    );
    writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${lines.sort().join('\n')}\n`);
    const flags = ['--analyzer', example('rolling-zscore.mjs'), '--param', 'window=4'];
    const { status, stdout, stderr } = await replay(cwd, 'data.csv', 'out', ...flags);
    assert.equal(status, 3, stderr);
    assert.match(stdout, /model +rolling-zscore 1\.0\.0 \(analyzer, sha256 [0-9a-f]{12}\), window 4/);
    assert.match(stdout, /backend +js \(node \d+/);
    const last = rowsOf(join(cwd, 'out')).filter((row) => row.status !== 'warmup');
    assert.deepEqual(
      last.map(({ target, status: state, anomaly, errno }) => [target, state, anomaly, errno]),
      [
        ['flat', 'ok', false, null],
        ['jump', 'error', null, 'no_spread'],
        ['noisy', 'ok', true, null],
      ],
    );
    // Mean 2 and deviation √(2/3) before a 9.
    const scores = last.map(({ score }) => (score === null ? null : Math.fround(score)));
    assert.deepEqual(scores, [0, null, Math.fround(7 / Math.sqrt(2 / 3))]);
  });

  test('two-models: each target gets the answer of its own model, the same bytes for any number of actors', async (t) => {
    const cwd = temporaryFolder(t);
    const input = recording('real-day.csv');
    const on = ['--backend', 'wasm', '--to', '2018-04-30T01:30:00Z'];
    const routed = [
      ...['--analyzer', example('two-models.mjs'), '--param', 'pattern=^mongo-', ...on],
      ...['--param', `first=${bundle('builtin')}`, '--param', `second=${bundle('mlp-autoencoder')}`],
    ];
    for (const [out, flags] of [
      ['first', ['--model', bundle('builtin'), ...on, '--actors', '1']],
      ['second', ['--model', bundle('mlp-autoencoder'), ...on, '--actors', '1']],
      ['routed', [...routed, '--actors', '1']],
      ['routed2', [...routed, '--actors', '2']],
    ] as const) {
      const { status, stderr } = await replay(cwd, input, out, ...flags);
      assert.equal(status, 0, stderr);
    }
    const [first, second, both] = ['first', 'second', 'routed'].map((out) => rowsOf(join(cwd, out)));
    const expected = first?.map((row, i) => (row.target.startsWith('mongo-') ? second?.[i] : row));
    assert.deepEqual(both, expected);
    const bytes = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
    assert.equal(bytes('routed'), bytes('routed2'));
    const { model, settings } = summaryOf(join(cwd, 'routed'));
    assert.deepEqual(
      model.bundles.map(({ name, digest }) => [name, digest]),
      ['first', 'second'].map((out) => {
        const { name, digest } = summaryOf(join(cwd, out)).model;
        return [name, digest];
      }),
    );
    assert.match(JSON.stringify(settings), /"pattern":"\^mongo-"/);
  });
});

describe('a custom analyzer', () => {
  const write = (cwd: string, body: string): string[] => {
    writeFileSync(join(cwd, 'mine.mjs'), body);
    return ['--analyzer', './mine.mjs'];
  };

  test('gets the columns it names, and its output goes to standard error with the actor’s name', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,target,a,b,c\n2024-01-01T00:00:00Z,x,1,20,300\n');
    const flags = write(
      cwd,
      `export async function createAnalyzer() {
        console.log('ready to go');
        return {
          window: 1,
          columns: ['c', 'a'],
          predict: (items) => items.map(({ values, shape, column }) => {
            console.error('column', column, 'shape', shape.join('x'));
            return { score: values[0] - values[1], anomaly: true, output: values };
          }),
        };
      }`,
    );
    const { status, stderr } = await replay(cwd, 'data.csv', 'out', '--actors', '1', ...flags);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^\[actor-1\] ready to go$/m);
    assert.match(stderr, /^\[actor-1\] column null shape 1x2$/m);
    assert.deepEqual(
      rowsOf(join(cwd, 'out')).map(({ score, output }) => [score, output]),
      [[299, [300, 1]]],
    );
  });

  for (const [what, flags, status, message] of [
    ['whose file does not exist', ['--analyzer', 'none.mjs'], 78, /the analyzer .*none\.mjs cannot be read/],
    ['beside a model', ['--analyzer', 'x.mjs', '--model', 'y'], 64, /--model and --analyzer both/],
    [
      'with flags of a bare model',
      ['--analyzer', 'x.mjs', '--window', '3'],
      64,
      /--window describes a bare --model, not an --analyzer/,
    ],
    [
      'with a threshold',
      ['--analyzer', 'x.mjs', '--threshold', '3'],
      64,
      /--threshold is for models: an --analyzer decides/,
    ],
    ['with parameters but no module', ['--param', 'a=b'], 64, /--param is for an --analyzer/],
    ['with a parameter twice', ['--param', 'a=b', '--param', 'a=c'], 64, /"a" is given twice/],
    ['with a parameter without a value', ['--param', 'a'], 64, /Expected KEY=VALUE/],
  ] as const) {
    test(`${what}: refused with status ${status}`, async (t) => {
      const finished = await replay(temporaryFolder(t), recording('real-day.csv'), 'out', ...flags);
      assert.equal(finished.status, status, finished.stderr);
      assert.match(finished.stderr, message);
    });
  }

  test('whose columns the recording lacks is refused, with their names', async (t) => {
    const cwd = temporaryFolder(t);
    const flags = write(
      cwd,
      "export const createAnalyzer = () => ({ window: 1, columns: ['cpu'], predict: () => [] });",
    );
    const { status, stderr } = await replay(cwd, recording('real-day.csv'), 'out', ...flags);
    assert.equal(status, 78, stderr);
    assert.match(stderr, /needs the column cpu, but the recording has value/);
  });

  test('that throws at all items of a minute ends the run, naming the minute, the module and the line', async (t) => {
    const cwd = temporaryFolder(t);
    const minutes = Array.from({ length: 9 }, (_, i) => `2024-01-01T00:0${i}:00Z,x,${i},${i}\n`);
    writeFileSync(join(cwd, 'data.csv'), `timestamp,target,a,b\n${minutes.join('')}`);
    const flags = write(
      cwd,
      `export const createAnalyzer = () => ({
        window: 1,
        predict: (items) => items.map(({ values }) => {
          if (values[0] === 3) throw new TypeError('three is too much');
          return { score: 0, anomaly: null, output: [] };
        }),
      });`,
    );
    const { status, stderr } = await replay(
      cwd,
      'data.csv',
      'out',
      '--actors',
      '1',
      '--inflight',
      '4',
      ...flags,
    );
    assert.equal(status, 78, stderr);
    assert.match(
      stderr,
      /actor-1 while answering 2 items of 2024-01-01T00:03:00Z: the analyzer .*mine\.mjs fails in predict: three is too much \(file:.*mine\.mjs:4:\d+\)/,
    );
  });

  test('--analyzer takes precedence over a model in the configuration file', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,target,a\n2024-01-01T00:00:00Z,x,1\n');
    writeFileSync(join(cwd, 'aiops-serve.config.json'), '{"model": "./nowhere", "window": 3}');
    const flags = write(
      cwd,
      'export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(() => ({ score: 7, anomaly: null, output: [] })) });',
    );
    const { status, stderr } = await replay(cwd, 'data.csv', 'out', ...flags);
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      rowsOf(join(cwd, 'out')).map(({ score }) => score),
      [7],
    );
  });

  test('--emit anomalies warns if no row has a verdict', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,target,a\n2024-01-01T00:00:00Z,x,1\n');
    const flags = write(
      cwd,
      'export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(() => ({ score: 7, anomaly: null, output: [] })) });',
    );
    const { stderr } = await replay(cwd, 'data.csv', 'out', '--emit', 'anomalies', ...flags);
    assert.match(stderr, /no row has a verdict/);
  });

  test('answers that depend on how minutes are split cause a warning and are not called reproducible', async (t) => {
    const cwd = temporaryFolder(t);
    const flags = write(
      cwd,
      `export const createAnalyzer = () => ({
        window: 1,
        predict: (items) => items.map(() => ({ score: items.length, anomaly: null, output: [] })),
      });`,
    );
    const input = recording('real-day.csv');
    const args = ['replay', input, '--actors', '2', '--compare-time', '300ms', '--out', 'out', ...flags];
    const { stderr } = await callCli(args, { cwd });
    assert.match(stderr, /warning: ways to serve gave different answers to the same items/);
    assert.equal(summaryOf(join(cwd, 'out')).backend.reproducible, false);
  });

  test('a file that it reads was replaced: the run is not resumed, and the message names the file', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,target,a\n2024-01-01T00:00:00Z,x,1\n');
    writeFileSync(join(cwd, 'weight.txt'), '7');
    const flags = write(
      cwd,
      `import { readFileSync } from 'node:fs';
      export async function createAnalyzer({ file }) {
        const weight = Number(readFileSync(await file('weight.txt'), 'utf8'));
        return { window: 1, predict: (items) => items.map(() => ({ score: weight, anomaly: null, output: [] })) };
      }`,
    );
    const again = (): Promise<Finished> => replay(cwd, 'data.csv', 'out', '--actors', '2', ...flags);
    const first = await again();
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /^with +weight\.txt \(sha256 [0-9a-f]{12}\)$/m);
    assert.equal((await again()).status, 0);
    writeFileSync(join(cwd, 'weight.txt'), '8');
    const replaced = await again();
    assert.equal(replaced.status, 78, replaced.stderr);
    assert.match(replaced.stderr, /file weight\.txt was [0-9a-f]{12}, now [0-9a-f]{12}/);
    assert.deepEqual(
      rowsOf(join(cwd, 'out')).map(({ score }) => score),
      [7],
    );
  });

  test('that fails in dispose is reported, and the results are complete', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,target,a\n2024-01-01T00:00:00Z,x,1\n');
    const flags = write(
      cwd,
      `export const createAnalyzer = () => ({
        window: 1,
        predict: (items) => items.map(() => ({ score: 0, anomaly: null, output: [] })),
        dispose() { throw new Error('cannot flush'); },
      });`,
    );
    const { status, stderr } = await replay(cwd, 'data.csv', 'out', '--actors', '1', ...flags);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^\[actor-1\] .*: cannot flush$/m);
  });

  test('with --quiet its errors are still shown, its standard output is not', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(
      join(cwd, 'data.csv'),
      'timestamp,target,a\n2024-01-01T00:00:00Z,x,1\n2024-01-01T00:01:00Z,x,1\n',
    );
    const flags = write(
      cwd,
      `export const createAnalyzer = () => {
        console.log('ready to go');
        console.error('weights missing, using defaults');
        return { window: 1, predict: (items) => items.map(() => ({ score: 0, anomaly: null, output: [] })) };
      };`,
    );
    const quiet = await replay(cwd, 'data.csv', 'out', '--actors', '1', '--quiet', ...flags);
    assert.equal(quiet.status, 0);
    assert.equal(quiet.stderr, '[actor-1] weights missing, using defaults\n');
    assert.equal(quiet.stdout, '');
  });

  test('parameters also come from the configuration file, commas and all', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,target,a\n2024-01-01T00:00:00Z,x,1\n');
    const [, analyzer] = write(
      cwd,
      `export const createAnalyzer = ({ params }) => {
        console.log(JSON.stringify(params));
        return { window: 1, predict: (items) => items.map(() => ({ score: 0, anomaly: null, output: [] })) };
      };`,
    );
    const config = { analyzer, param: { list: '1,2', 'a b': 'c=d' } };
    writeFileSync(join(cwd, 'aiops-serve.config.json'), JSON.stringify(config));
    const { status, stderr } = await replay(cwd, 'data.csv', 'out', '--actors', '1');
    assert.equal(status, 0, stderr);
    assert.ok(stderr.includes('[actor-1] {"list":"1,2","a b":"c=d"}'), stderr);
  });
});
