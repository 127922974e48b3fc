import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { ReplayValues } from '#build/cli/settings.js';

import { temporaryFolder } from '../../support/cli.js';
import { refusal } from '../../support/refusals.js';
import { at, configFor, localRun, rowsOf } from '../../support/slicing.js';

const HEADER = 'timestamp,target,hits_total,cpu\n';
/** Two counters that are reset, one of which lacks a minute now and then, and a gauge. */
const counted = (minute: number): string[] =>
  ['a', 'b'].flatMap((name, i) =>
    name === 'b' && minute % 13 === 5
      ? []
      : [`${at(minute)},${name},${(minute % (17 + i)) * (60 + 7 * i) + i},${minute % 5}`],
  );
const MINUTES = 60;
const TEXT = HEADER + rowsOf(MINUTES, counted);

/** An analyzer whose score has every value of its window in it. */
const sumOf = (window: number): string =>
  `export const createAnalyzer = () => ({ window: ${window}, predict: (items) => items.map(({ values }) => ` +
  '({ score: values.reduce((sum, value, i) => sum + value * (i + 1), 0), anomaly: false, output: [] })) });\n';

function setUp(t: TestContext, window: number) {
  const folder = temporaryFolder(t);
  const analyzer = join(folder, 'sum.mjs');
  writeFileSync(analyzer, sumOf(window));
  const recording = join(folder, 'd.csv');
  const replayed = (text: string, out: string, changes: Partial<ReplayValues> = {}) => {
    writeFileSync(recording, text);
    return localRun(
      configFor([recording], join(folder, out), {
        ...{ analyzer, rate: ['*_total'], intervalMs: 60_000, columns: ['hits_total', 'cpu'] },
        ...changes,
      }),
    );
  };
  return { recording, replayed };
}

test('a score is that of the rates, the gauge beside them stays as it is', async (t) => {
  const { replayed } = setUp(t, 1);
  const rows = (await replayed(TEXT, 'run')).results
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const find = (minute: number, target: string, column: string): Record<string, unknown> | undefined =>
    rows.find(
      (row) =>
        Date.parse(String(row['minute'])) === Date.parse(at(minute)) &&
        row['target'] === target &&
        row['column'] === column,
    );
  assert.equal(find(0, 'a', 'hits_total')?.['status'], 'error');
  assert.equal(find(0, 'a', 'cpu')?.['score'], 0);
  assert.equal(find(1, 'a', 'hits_total')?.['score'], 1);
  assert.equal(find(17, 'a', 'hits_total')?.['score'], 0, 'reset to 0');
  assert.equal(find(19, 'b', 'hits_total')?.['status'], 'error', 'no value at 00:18');
  assert.equal(find(3, 'a', 'cpu')?.['score'], 3);
});

for (const window of [1, 2, 5]) {
  test(`windows of ${window}: however a run is cut or resumed, its bytes are those of one run`, async (t) => {
    const { replayed } = setUp(t, window);
    const whole = await replayed(TEXT, 'whole');
    for (const changes of [
      { block: 1 },
      { block: 7 },
      { actors: { kind: 'count', count: 2 } },
      { mode: 'sequential' },
    ] as const)
      assert.deepEqual(await replayed(TEXT, `cut-${JSON.stringify(changes)}`, changes), whole);
    // The windows of a minute after a gap and after a reset begin in an earlier session.
    for (let minutes = 28; minutes <= 36; minutes++)
      await replayed(HEADER + rowsOf(minutes, counted), 'grown', { commitIntervalMs: 0 });
    assert.deepEqual(await replayed(TEXT, 'grown'), whole, 'resumed');
  });
}

test('results from a minute on are those of the whole run', async (t) => {
  const { replayed } = setUp(t, 1);
  const { results } = await replayed(TEXT, 'whole');
  const late = await replayed(TEXT, 'late', { from: at(31) });
  const first = new Date(Date.parse(at(31))).toISOString().slice(0, 16);
  const begin = results.split('\n').findIndex((line) => line.includes(first));
  assert.ok(begin > 0);
  assert.equal(late.results, results.split('\n').slice(begin).join('\n'));
});

test('resuming with or without --rate, where the run was not begun so, is refused', async (t) => {
  const { recording, replayed } = setUp(t, 1);
  await replayed(TEXT, 'run');
  appendFileSync(
    recording,
    rowsOf(1, () => counted(MINUTES)),
  );
  const grown = readFileSync(recording, 'utf8');
  for (const rate of [undefined, ['*'], ['hits_total']] as const)
    await assert.rejects(
      replayed(grown, 'run', { rate } as unknown as Partial<ReplayValues>),
      refusal('config', /--rate was \*_total, now/),
    );
});
