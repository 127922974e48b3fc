import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { ReplayValues } from '#build/cli/settings.js';
import { AiopsError } from '#build/core/errors.js';

import { temporaryFolder } from '../support/cli.js';
import { merged } from '../support/merging.js';
import {
  at,
  configFor,
  joinedParts,
  localRun,
  plain,
  planned,
  rowsOf,
  sliceOnce,
} from '../support/slicing.js';

/** Plans inputs, replays all slices, and compares what they say with a local run; returns the number of slices. */
async function checkSlices(
  t: TestContext,
  inputs: Readonly<Record<string, string>>,
  wanted: number,
  changes: Partial<ReplayValues> = {},
): Promise<number> {
  const folder = temporaryFolder(t);
  const paths: string[] = [];
  for (const [name, text] of Object.entries(inputs)) {
    await writeFile(join(folder, name), text);
    paths.push(join(folder, name));
  }
  const run = join(folder, 'run');
  const whole = await localRun(configFor(paths, join(folder, 'local'), changes));
  const { slices } = await planned(configFor(paths, run, changes), wanted);
  for (const { number } of slices.toReversed()) {
    assert.equal((await sliceOnce(run, number)).kind, 'complete');
  }
  assert.deepEqual(await joinedParts(run, slices.length), whole);
  return slices.length;
}

test('where no target is selected, a merge ends as a local run does', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'd.csv');
  await writeFile(input, `timestamp,target,cpu\n${rowsOf(300, plain)}`);
  const ended = (of: Promise<unknown>): Promise<string> =>
    of.then(
      () => 'complete',
      (error: unknown) => (error instanceof AiopsError ? `${error.code}: ${error.message}` : String(error)),
    );
  const shard = { index: 1, count: 2 };
  for (const [i, [changes, slices]] of (
    [
      [{ targets: ['zz'] }, 3],
      [{ targets: ['zz'] }, 1],
      [{ targets: ['zz'], to: at(200) }, 2],
      [{ targets: ['zz'], from: at(1) }, 2],
      [{ targets: ['zz'], shard }, 2],
      [{ targets: ['a'], to: at(-5) }, 1],
      [{ targets: ['zz'], from: at(250) }, 2],
    ] as const
  ).entries()) {
    const [local, run] = [join(folder, `local-${i}`), join(folder, `run-${i}`)];
    const alone = await ended(localRun(configFor([input], local, changes)));
    const config = configFor([input], run, changes);
    const plan = await planned(config, slices);
    for (const { number } of plan.slices) await sliceOnce(run, number);
    const sliced = await ended(merged({ plan, config }));
    assert.equal(sliced, alone, JSON.stringify(changes));
    assert.match(
      alone,
      i === 5 ? /^complete$/ : /^input_unusable: --targets "zz" matches no target; .* 2 targets$/,
    );
  }
});

test('slices of CSV say what a local run says', async (t) => {
  const text = `timestamp,target,cpu\n${rowsOf(400, plain)}`;
  assert.equal(await checkSlices(t, { 'd.csv': text }, 3), 3);
});

test('quoted line ends, rejects and days without records are where a local run has them', async (t) => {
  const row = (minute: number): string[] => {
    const time = at(minute + (minute > 200 ? 4 * 24 * 60 : 0));
    const bad = minute % 50 === 0 ? [`${time},b,Infinity`, 'no record'] : [];
    return [`${time},"host\n${minute % 3}, ""x""",${minute % 13}`, ...bad];
  };
  const text = `timestamp,target,cpu\n${rowsOf(400, row)}`;
  assert.ok((await checkSlices(t, { 'd.csv': text }, 4)) > 2);
});

test('several files, out of order within the grace, with duplicates', async (t) => {
  const shuffled = (minute: number): string[] =>
    [minute ^ 1, ...(minute % 5 === 0 ? [minute] : [])].map((one) =>
      JSON.stringify({ timestamp: at(one), target: 'c', cpu: one % 17 }),
    );
  const files = {
    'a.csv': `timestamp,target,cpu\n${rowsOf(500, plain)}`,
    'c.jsonl': rowsOf(420, shuffled),
  };
  assert.equal(await checkSlices(t, files, 3, { grace: 2, duplicates: 'mean' }), 3);
});

test('batches, from a minute on', async (t) => {
  const batch = (minute: number): string[] => [
    JSON.stringify({ minute: at(minute), items: [{ target: 'a', values: { cpu: minute % 17 } }] }),
  ];
  assert.equal(await checkSlices(t, { 'd.jsonl': rowsOf(600, batch) }, 2, { from: at(250) }), 2);
});

/** Its score is the newest value: of a window of one, a slice's first needs the value before it. */
const NEWEST =
  'export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(({ values }) => ' +
  '({ score: values[0], anomaly: false, output: [] })) });\n';

test('counters, whose windows of rates need a value before them', async (t) => {
  const analyzer = join(temporaryFolder(t), 'newest.mjs');
  await writeFile(analyzer, NEWEST);
  const counted = (minute: number): string[] =>
    ['a', 'b'].map(
      (name, i) => `${at(minute)},${name},${((minute % 97) * (3 + i) + minute * minute) % 1009}`,
    );
  const text = `timestamp,target,hits_total\n${rowsOf(500, counted)}`;
  assert.equal(await checkSlices(t, { 'd.csv': text }, 3, { rate: ['*'] }), 3);
  assert.equal(await checkSlices(t, { 'd.csv': text }, 2, { analyzer, rate: ['hits*'], from: at(120) }), 2);
});
