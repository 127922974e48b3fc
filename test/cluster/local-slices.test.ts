import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { LocalSlices } from '#build/cluster/engines/local-slices.js';
import type { SliceProcess } from '#build/cluster/engines/slice-process.js';
import { partsFolder } from '#build/cluster/run-layout.js';
import { AiopsError } from '#build/core/errors.js';

import { temporaryFolder } from '../support/cli.js';

interface Scene {
  readonly slices: LocalSlices;
  /** Numbers in the order in which they were started. */
  readonly started: number[];
  /** How many ran at once, at most. */
  readonly most: () => number;
}

/** @param statusOf of a slice's n-th attempt, from 1; 0 leaves a part, null leaves none */
function scene(
  t: TestContext,
  { slices = 6, atOnce = 2 },
  statusOf: (number: number, attempt: number) => number | null,
): Scene {
  const folder = temporaryFolder(t);
  const started: number[] = [];
  let [running, most] = [0, 0];
  const start = (number: number): SliceProcess => {
    started.push(number);
    most = Math.max(most, ++running);
    const attempt = started.filter((one) => one === number).length;
    const status = new Promise<number>((resolve) => {
      setTimeout(() => {
        running--;
        const ended = statusOf(number, attempt);
        if (ended === 0) mkdirSync(join(partsFolder(folder), `${number}.a`), { recursive: true });
        resolve(ended ?? 0);
      }, 5);
    });
    return { status, end: () => undefined, kill: () => undefined };
  };
  const options = { folder, slices, atOnce, start, onNotice: () => undefined };
  return { slices: new LocalSlices(options), started, most: () => most };
}

test('slices run in order, so many at once, and not far ahead of the merge', async (t) => {
  const { slices, started, most } = scene(t, { slices: 9, atOnce: 2 }, () => 0);
  const running = slices.run();
  while (started.length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.deepEqual(started, [1, 2, 3, 4]);
  slices.merged = 4;
  while (started.length < 8) await new Promise((resolve) => setTimeout(resolve, 20));
  slices.merged = 9;
  assert.equal(await running, null);
  assert.deepEqual(started, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(most(), 2);
});

for (const status of [69, 74, 75, 137]) {
  test(`a slice that ends with ${status} runs again, at most three times`, async (t) => {
    const { slices, started } = scene(t, {}, (number) => (number === 1 ? status : 0));
    assert.deepEqual(await slices.run(), { number: 1, status });
    assert.equal(started.filter((number) => number === 1).length, 4);
  });
}

for (const status of [64, 65, 66, 70, 73, 78, 127]) {
  test(`a slice that ends with ${status} does not run again`, async (t) => {
    const { slices, started } = scene(t, {}, (number) => (number === 2 ? status : 0));
    assert.deepEqual(await slices.run(), { number: 2, status });
    assert.equal(started.filter((number) => number === 2).length, 1);
  });
}

test('a slice that fails twice and then ends well is complete', async (t) => {
  const { slices, started } = scene(t, { slices: 1 }, (_, attempt) => (attempt < 3 ? 69 : 0));
  const running = slices.run();
  while (started.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  slices.merged = 1;
  assert.equal(await running, null);
});

test('a slice whose parts are never merged ends the run', async (t) => {
  const { slices } = scene(t, { slices: 1 }, () => null);
  await assert.rejects(
    slices.run(),
    (error: unknown) => error instanceof AiopsError && error.code === 'tool_failed',
  );
});
