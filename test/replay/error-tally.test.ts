import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ItemError, MinuteBatch } from '#build/core/types.js';
import { ErrorTally, joinedErrors } from '#build/replay/error-tally.js';

import { minuteBatch, record } from '../support/records.js';

const error = (errno: string, errmsg = `about ${errno}`): ItemError => ({ errno, errmsg });
const minute = (tick: number): MinuteBatch =>
  minuteBatch(tick, [record(tick, 'a', [1, 2]), record(tick, 'b', [1, 2])]);

test('counts by errno, with the item, minute and message of the first', () => {
  const tally = new ErrorTally(['cpu', 'mem']);
  tally.addMinute(minute(1), [[3, error('bad', 'first')]]);
  tally.addMinute(minute(2), [
    [0, error('bad', 'second')],
    [1, error('worse')],
  ]);
  const bad = { target: 'b', column: 'mem', minute: '1970-01-01T00:01:00Z', message: 'first' };
  const worse = { target: 'a', column: 'mem', minute: '1970-01-01T00:02:00Z', message: 'about worse' };
  assert.deepEqual(tally.all, [
    { errno: 'bad', count: 2, example: bad },
    { errno: 'worse', count: 1, example: worse },
  ]);
  const next = new ErrorTally(['cpu', 'mem'], tally.all);
  next.addMinute(minute(3), [[0, error('worse', 'later')]]);
  assert.deepEqual(next.all, [tally.all[0], { errno: 'worse', count: 2, example: worse }]);
});

test('holds a bounded number of codes and characters, whatever an analyzer answers', () => {
  const tally = new ErrorTally([null]);
  const codes = Array.from({ length: 100 }, (_, i) => error(`${i} ${'x'.repeat(1000)}`, 'y'.repeat(1000)));
  for (const [i, one] of codes.entries()) tally.addMinute(minute(i), [[0, one]]);
  for (const one of codes.slice(0, 3)) tally.addMinute(minute(100), [[0, one]]);
  assert.ok(JSON.stringify(tally.all).length < 32 * 700);
  assert.deepEqual(
    tally.all.slice(0, 4).map(({ count }) => count),
    [2, 2, 2, 1],
  );
  assert.ok(
    joinedErrors(
      tally.all,
      tally.all.map((one) => ({ ...one, errno: `${one.errno}!` })),
    ).length < 40,
  );
});

test('parts of a run add up to the same as the run', () => {
  const [whole, first, second] = [new ErrorTally([null]), new ErrorTally([null]), new ErrorTally([null])];
  for (const [i, errno] of ['a', 'b', 'a', 'c', 'b', 'a'].entries()) {
    for (const tally of [whole, i < 3 ? first : second])
      tally.addMinute(minute(i), [[1, error(errno, `${errno}${i}`)]]);
  }
  assert.deepEqual(joinedErrors(first.all, second.all), whole.all);
});
