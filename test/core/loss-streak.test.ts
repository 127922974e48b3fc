import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { LossStreak, MOST_LOST_IN_A_ROW } from '#dist/core/loss-streak.js';
import type { ItemError } from '#dist/core/types.js';

type Fate = 'answered' | 'failed' | 'lost' | 'quarantined';

const ERRNO: Readonly<Record<Fate, string | null>> = {
  answered: null,
  failed: 'analyzer_failed',
  lost: 'actor_lost',
  quarantined: 'quarantined',
};

/** A minute whose items fared like this. */
function minute(fates: readonly Fate[]): Parameters<LossStreak['takes']>[0] {
  const errors = new Map<number, ItemError>();
  for (const [item, fate] of fates.entries()) {
    const errno = ERRNO[fate];
    if (errno !== null) errors.set(item, { errno, errmsg: '' });
  }
  return { scores: new Float32Array(fates.length), errors };
}

/** The minutes up to the one that is refused. */
function taken(minutes: readonly (readonly Fate[])[], streak = new LossStreak()): number {
  const refused = minutes.findIndex((fates) => !streak.takes(minute(fates)));
  return refused < 0 ? minutes.length : refused;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('ten lost items in a row end a run, however they are spread over minutes', () => {
  assert.equal(taken(times(20, ['lost'])), 9);
  assert.equal(taken(times(20, ['lost', 'lost', 'lost'])), 3);
  assert.equal(taken([times(9, 'lost'), ['lost', 'answered']]), 1);
  assert.equal(taken([times(MOST_LOST_IN_A_ROW, 'lost')]), 0);
});

test('an item that an actor survived ends the streak, one in quarantine does not', () => {
  assert.equal(taken(times(100, ['answered', 'lost', 'answered'])), 100);
  assert.equal(taken(times(100, ['lost', 'failed'])), 100);
  assert.equal(taken([times(9, 'lost'), ['answered'], times(9, 'lost')]), 3);
  assert.equal(taken([times(9, 'lost'), times(59, 'quarantined'), [], ['lost']]), 3);
});

const fates = fc.array(
  fc.array(fc.constantFrom<Fate>('answered', 'failed', 'lost', 'lost', 'lost', 'lost', 'quarantined'), {
    maxLength: 6,
  }),
  { maxLength: 40 },
);

test('where minutes begin and end, and where a session does, changes nothing', () => {
  fc.assert(
    fc.property(fates, fc.nat(40), (minutes, cut) => {
      const tried = minutes.map((one) => one.filter((fate) => fate !== 'quarantined'));
      let length = 0;
      const ends = tried.findIndex((one) =>
        one.some((fate) => {
          length = fate === 'lost' ? length + 1 : 0;
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
