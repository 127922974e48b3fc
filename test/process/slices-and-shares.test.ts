import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const HEADER = 'timestamp,target,v\n';
const time = (minute: number): string =>
  new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString().replace('.000Z', 'Z');
const row = (minute: number, v: number | string = minute, target = 'a'): string =>
  `${time(minute)},${target},${v}\n`;
const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => row(from + i)).join('');
const ECHO =
  'export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(({ values }) => ' +
  '({ score: values[0], anomaly: false, output: [] })) });\n';

/** A folder with `data.csv` and a cheap analyzer, and what runs a replay of it there. */
function setUp(t: TestContext, data: string) {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), data);
  writeFileSync(join(cwd, 'echo.mjs'), ECHO);
  const replay = (out: string, ...flags: string[]): Promise<Finished> => {
    const pinned = ['--interval', '1m', '--columns', 'v', '--analyzer', './echo.mjs', '--actors', '1'];
    return callCli(['replay', 'data.csv', ...pinned, '--out', out, ...flags], { cwd });
  };
  const lines = (out: string, name: string): string[] =>
    readFileSync(join(cwd, out, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  const counts = (out: string): RunSummary['counts'] =>
    (JSON.parse(readFileSync(join(cwd, out, 'timing.json'), 'utf8')) as RunSummary).counts;
  return { cwd, replay, lines, counts };
}

test('the slice of a day keeps the rejects before its first good record', async (t) => {
  const bad = Array.from({ length: 10 }, (_, i) => row(1440 + i, 'abc')).join('');
  const first = HEADER + rows(1380, 1440);
  const { cwd, replay, lines, counts } = setUp(t, first);
  const night = (from: string, to: string): Promise<Finished> =>
    replay(from, '--from', from, '--to', to, '--compare', 'none');
  assert.equal((await night('2024-01-01', '2024-01-02')).status, 0);
  appendFileSync(join(cwd, 'data.csv'), bad + rows(1450, 1500));
  const second = await night('2024-01-02', '2024-01-03');
  assert.equal(second.status, 3, second.stderr);
  assert.equal((await night('2024-01-01', '2024-01-02')).status, 0, 'the first night again');
  assert.equal((await replay('whole', '--compare', 'none')).status, 3);
  assert.deepEqual(lines('2024-01-02', 'rejects.jsonl'), lines('whole', 'rejects.jsonl'));
  assert.deepEqual(lines('2024-01-01', 'rejects.jsonl'), []);
  const nights = ['2024-01-01', '2024-01-02'];
  assert.deepEqual(
    nights.flatMap((out) => lines(out, 'results.jsonl')),
    lines('whole', 'results.jsonl'),
  );
  const { records, accepted, rejected } = counts('2024-01-02');
  assert.deepEqual([records, accepted, rejected], [60, 50, 10]);
});

test('a shard without a target completes, and shard 1 keeps the rejects without a target', async (t) => {
  const data = `${HEADER}${rows(0, 6)}broken\n${rows(6, 20)}broken\n`;
  const { cwd, replay, lines } = setUp(t, data);
  assert.equal((await replay('whole', '--compare', 'none')).status, 3);
  const [one, two] = [await replay('s1', '--shard', '1/2'), await replay('s2', '--shard', '2/2')];
  assert.equal(one.status, 3, one.stderr);
  assert.match(one.stderr, /^warning: no target of shard 1\/2 among the 1 target seen; 2 records rejected$/m);
  assert.equal(two.status, 0, two.stderr);
  assert.deepEqual(lines('s1', 'rejects.jsonl'), lines('whole', 'rejects.jsonl'));
  assert.deepEqual(lines('s1', 'results.jsonl'), []);
  assert.deepEqual(lines('s2', 'rejects.jsonl'), []);
  assert.deepEqual(lines('s2', 'results.jsonl'), lines('whole', 'results.jsonl'));
  assert.match((await callCli(['status', 's1'], { cwd })).stdout, /^state +complete since/);
  const again = await replay('s1', '--shard', '1/2');
  assert.equal(again.status, 3, again.stderr);
  assert.match(again.stderr, /^s1 is complete: 0 minutes, 0 rows/m);
});

test('a slice without records completes with a warning, and resumes once the input has some for it', async (t) => {
  const { cwd, replay, lines, counts } = setUp(t, HEADER + rows(0, 4));
  const slice = (): Promise<Finished> => replay('out', '--from', time(100));
  const empty = await slice();
  assert.equal(empty.status, 0, empty.stderr);
  assert.match(
    empty.stderr,
    /^warning: no usable record from 2024-01-01T01:40:00Z on; the records run from 2024-01-01T00:00:00Z to 2024-01-01T00:03:00Z$/m,
  );
  for (const name of ['results.jsonl', 'rejects.jsonl', 'timing.jsonl'])
    assert.deepEqual(lines('out', name), []);
  assert.ok(existsSync(join(cwd, 'out/report.html')));
  assert.deepEqual([counts('out').records, counts('out').minutes, counts('out').filtered], [0, 0, 4]);
  const status = await callCli(['status', 'out'], { cwd });
  assert.match(status.stdout, /^state +complete since/);
  assert.match(status.stdout, /^done +0 minutes, 100 % of the input$/m);
  const again = await slice();
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stderr, /^out is complete: 0 minutes/m);
  appendFileSync(join(cwd, 'data.csv'), row(100, 'x') + rows(101, 103));
  const grown = await slice();
  assert.equal(grown.status, 3, grown.stderr);
  assert.deepEqual([lines('out', 'results.jsonl').length, lines('out', 'rejects.jsonl').length], [2, 1]);
});

test('--targets that selects nothing is refused by name', async (t) => {
  const { replay } = setUp(t, HEADER + rows(0, 4));
  for (const more of [[], ['--from', time(2)], ['--shard', '1/2']]) {
    const { status, stderr } = await replay('out', '--restart', '--targets', 'web-*', ...more);
    assert.equal(status, 65, stderr);
    assert.match(stderr, /^error: --targets "web-\*" matches no target; the input has 1 target$/m);
  }
});

test('an input without a usable record is refused alike by every slice and shard', async (t) => {
  const { replay } = setUp(t, `${HEADER}${'broken\n'.repeat(3)}`);
  for (const asked of [[], ['--from', time(2)], ['--shard', '1/2'], ['--shard', '2/2']]) {
    const { status, stderr } = await replay('out', '--restart', ...asked);
    assert.equal(status, 65, stderr);
  }
});

test('slices of local days, and of minutes that start at 30 s, add up to the whole', async (t) => {
  const days = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2018, 9, 1) + i * 86_400_000));
  const dates = days.map((day) => day.toISOString().slice(0, 10));
  const minutes = Array.from({ length: 40 }, (_, i) => `2018-10-01 00:${String(i).padStart(2, '0')}:30`);
  for (const [times, borders] of [
    [dates, ['2018-10-01', '2018-10-28', '2018-10-29', '2018-11-10']],
    [minutes, ['2018-10-01 00:00:30', '2018-10-01 00:17:30', '2018-10-01 00:18:30', '2018-10-01 00:40:30']],
  ] as const) {
    const { replay, lines } = setUp(t, HEADER + times.map((text, i) => `${text},a,${i}\n`).join(''));
    const flags = ['--interval', 'auto', '--timezone', 'Europe/Berlin', '--compare', 'none'];
    assert.equal((await replay('whole', ...flags)).status, 0);
    const slices: string[] = [];
    for (let i = 1; i < borders.length; i++) {
      const run = await replay(`s${i}`, ...flags, '--from', borders[i - 1]!, '--to', borders[i]!);
      assert.equal(run.status, 0, run.stderr);
      slices.push(...lines(`s${i}`, 'results.jsonl'));
    }
    assert.deepEqual(slices, lines('whole', 'results.jsonl'));
    assert.equal(lines('s2', 'results.jsonl').length, 1);
    assert.equal(slices.length, 40);
  }
});
