import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { temporaryFolder } from '../support/cli.js';
import type { ReplayValues } from '#build/cli/settings.js';
import { configFor, joinedParts, localRun, planned, sliceOnce } from '../support/slicing.js';

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

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

function rowsOf(minutes: number, row: (minute: number) => readonly string[]): string {
  return Array.from({ length: minutes }, (_, minute) =>
    row(minute)
      .map((line) => `${line}\n`)
      .join(''),
  ).join('');
}

const plain = (minute: number): string[] =>
  ['a', 'b'].map((name, i) => `${at(minute)},${name},${(minute * 7 + i) % 11}`);

test('slices of CSV say what a local run says', async (t) => {
  const text = `timestamp,target,cpu\n${rowsOf(400, plain)}`;
  assert.equal(await checkSlices(t, { 'd.csv': text }, 3), 3);
});
