import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { shardOf } from '#build/core/shard.js';
import { isOfShard } from '#build/read/lines/target-filter.js';
import { minuteOwning } from '#build/read/minutes/file-minutes.js';
import { headMinutes } from '#build/read/sample/detect.js';
import { openRecording } from '#build/read/recording.js';
import { OPTIONS, START, at, checkParts, rangesOf, testParts } from '../../support/ownership.js';
import { folderWith } from '../../support/reading.js';
import { plainSteps } from '../../support/read-steps.js';
import { checkEveryResume } from '../../support/resumed.js';

test('a reject belongs to its own minute, or if unknown to that of the last record', () => {
  const place = { lastMs: 120_000, earliestMs: 60_000 };
  const owner = (minuteMs: number): number => minuteOwning({ target: 'a', minuteMs }, place);
  assert.equal(owner(180_000), 180_000, 'a time ahead');
  assert.equal(owner(60_000), 60_000, 'a time as far back as a record may go');
  assert.equal(owner(59_999), 120_000, 'a time that goes back further');
  assert.equal(owner(NaN), 120_000, 'no readable time');
});

test('a reject belongs to its target’s shard, or without a target to shard 1', () => {
  for (const index of [1, 2, 3]) {
    const shard = { index, count: 3 };
    assert.equal(isOfShard({ target: null, minuteMs: 0 }, shard), index === 1);
    assert.equal(isOfShard({ target: 'a', minuteMs: 0 }, shard), shardOf('a', 3) === index);
  }
  assert.ok(isOfShard({ target: 'a', minuteMs: NaN }, null));
});

test('rejects before the first readable time belong to that time, or to that of the first input with one', () => {
  assert.deepEqual(headMinutes([NaN, 7, 5, NaN]), [7, 7, 5, 7]);
});

// More of them: test/heavy/ownership.test.ts.
testParts({ divided: 15, resumed: 5 });

/** Masses of rejects: more than wait for a minute to close, before, between and after records. */
function masses(count: number): string {
  const undated = 'broken\n'.repeat(count);
  const dated = (minute: number): string => `${at(minute)},b,x\n`.repeat(count);
  const good = (minute: number): string => `${at(minute)},a,1\n`;
  const head = `${undated}${dated(6)}${undated}`;
  const middle = [0, 1, 2, 3].map((minute) => `${good(minute)}${undated}${dated(minute + 2)}${undated}`);
  return `time,target,v\n${head}${middle.join('')}${good(7)}${dated(1)}${undated}`;
}

test('masses of rejects are divided alike, even of an input with nothing else', async (t) => {
  const folder = await folderWith(t, {
    'a.csv': masses(4200),
    'b.csv': `time,target,v\n${at(1)},c,1\n${'broken\n'.repeat(4200)}${at(9)},c,1\n`,
    'c.csv': `time,target,v\n${'broken\n'.repeat(4200)}`,
  });
  const paths = ['a.csv', 'b.csv', 'c.csv'].map((name) => join(folder, name));
  await checkParts(paths, OPTIONS, [1, 3, 6], 2);
  await checkParts(paths, { ...OPTIONS, grace: 2 }, [0, 2, 7], 1);
  for (const range of rangesOf([1, 3]))
    await checkEveryResume({ paths, stdin: null }, { ...OPTIONS, ...range });
});

test('reading that resumes after rejects of an input without records still knows their minute', async (t) => {
  const dated = (minute: number): string => `${at(minute)},b,x\n`;
  const late = [8, 9].map((minute) => `${at(minute)},a,1\n`).join('');
  const early = [3, 4, 5, 10].map((minute) => `${at(minute)},c,1\n`).join('');
  const folder = await folderWith(t, {
    'a.csv': `time,target,v\n${dated(2)}${dated(6).repeat(4096)}${'broken\n'.repeat(100)}${late}`,
    'b.csv': `time,target,v\n${early}`,
  });
  const paths = ['a.csv', 'b.csv'].map((name) => join(folder, name));
  await checkEveryResume({ paths, stdin: null }, { ...OPTIONS, fromMs: START + 3 * 60_000 });
});

test('rejects long before the slice do not accumulate in memory', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, m) => `${at(m)},a,1\n${`${at(5000)},a,x\n`.repeat(3)}`);
  const folder = await folderWith(t, { 'a.csv': `time,target,v\n${lines.join('')}${at(5000)},a,1\n` });
  const options = { ...OPTIONS, fromMs: START + 4000 * 60_000 };
  const steps = await plainSteps(await openRecording([join(folder, 'a.csv')], options, Readable.from([])));
  assert.equal(
    steps.reduce((sum, { rejects }) => sum + rejects.length, 0),
    9000,
  );
  assert.ok(Math.max(...steps.map(({ rejects }) => rejects.length)) < 4200);
});
