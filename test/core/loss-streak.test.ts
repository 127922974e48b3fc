import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ROW_STATUS, type RowStatus } from '#build/core/block.js';
import { LossStreak, MOST_LOST_IN_A_ROW } from '#build/core/loss-streak.js';

/** The statuses of a minute. */
const minute = (rows: readonly RowStatus[]): Uint8Array => Uint8Array.from(rows, (row) => ROW_STATUS[row]);

/** The minutes up to the one that is refused. */
function taken(minutes: readonly (readonly RowStatus[])[], streak = new LossStreak()): number {
  const refused = minutes.findIndex((rows) => !streak.takes(minute(rows)));
  return refused < 0 ? minutes.length : refused;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('ten lost items in a row end a run, however they are spread over minutes', () => {
  assert.equal(taken(times(20, ['lost'])), 9);
  assert.equal(taken(times(20, ['lost', 'lost', 'lost'])), 3);
  assert.equal(taken([times(9, 'lost'), ['lost', 'ok']]), 1);
  assert.equal(taken([times(MOST_LOST_IN_A_ROW, 'lost')]), 0);
});

test('an item that an actor survived ends the streak, one that was not tried does not', () => {
  assert.equal(taken(times(100, ['ok', 'lost', 'ok'])), 100);
  assert.equal(taken(times(100, ['lost', 'error'])), 100);
  assert.equal(taken([times(9, 'lost'), ['ok'], times(9, 'lost')]), 3);
  assert.equal(taken([times(9, 'lost'), times(59, 'quarantined'), [], ['lost']]), 3);
  assert.equal(taken([times(9, 'lost'), ['warmup', 'missing'], ['lost']]), 2);
});

const NOT_TRIED: readonly RowStatus[] = ['quarantined', 'missing', 'warmup'];
const FATES: readonly RowStatus[] = ['ok', 'error', 'lost', 'lost', 'lost', 'lost', 'lost', ...NOT_TRIED];
const recordings = fc.array(fc.array(fc.constantFrom(...FATES), { maxLength: 6 }), { maxLength: 40 });

test('where minutes begin and end, and where a session does, changes nothing', () => {
  fc.assert(
    fc.property(recordings, fc.nat(40), (minutes, cut) => {
      const tried = minutes.map((one) => one.filter((status) => !NOT_TRIED.includes(status)));
      let length = 0;
      const ends = tried.findIndex((one) =>
        one.some((status) => {
          length = status === 'lost' ? length + 1 : 0;
          return length >= MOST_LOST_IN_A_ROW;
        }),
      );
      const expected = ends < 0 ? minutes.length : ends;
      assert.equal(taken(minutes), expected);

      const first = new LossStreak();
      const before = taken(minutes.slice(0, cut), first);
      const resumed = new LossStreak(first.length);
      assert.equal(before + taken(minutes.slice(before), resumed), expected);
    }),
  );
});
