import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quarantineOf, Quarantines } from '#dist/core/quarantines.js';
import type { ItemBatch } from '#dist/core/types.js';

const MINUTE = 60_000;

function batchAt(minute: number, targets: readonly string[], columns?: readonly string[]): ItemBatch {
  return {
    minuteMs: minute * MINUTE,
    intervalMs: MINUTE,
    targets,
    columns: columns ?? targets.map(() => null),
    window: 3,
    width: 1,
    values: new Float64Array(3 * targets.length),
  };
}

function errnosAt(quarantines: Quarantines, minute: number, targets = ['a', 'b']): (string | undefined)[] {
  const errors = quarantines.errorsOf(batchAt(minute, targets));
  return targets.map((_, item) => errors.get(item)?.errno);
}

test('an item that crashes actors fails, and its series is skipped until the row has left the window', () => {
  const quarantines = new Quarantines();
  quarantines.add(quarantineOf(batchAt(5, ['a', 'b']), 1));
  const errnos = [4, 5, 6, 7, 8].map((minute) => errnosAt(quarantines, minute));
  assert.deepEqual(errnos, [
    [undefined, undefined],
    [undefined, 'actor_lost'],
    [undefined, 'quarantined'],
    [undefined, 'quarantined'],
    [undefined, undefined],
  ]);
  assert.match(
    quarantines.errorsOf(batchAt(6, ['b'])).get(0)?.errmsg ?? '',
    /the row of 1970-01-01T00:05:00.000Z .* tried again from 1970-01-01T00:08:00.000Z$/,
  );
});

test('a series is a target and a column, whatever the names are', () => {
  const columns = ['b","c', 'c'];
  const quarantines = new Quarantines([quarantineOf(batchAt(1, ['a', 'a","b'], columns), 0)]);
  const asked = batchAt(2, ['a', 'a","b', 'a'], [...columns, 'c']);
  assert.deepEqual([...quarantines.errorsOf(asked).keys()], [0]);
  const whole = new Quarantines([quarantineOf(batchAt(1, ['a']), 0)]);
  assert.equal(whole.errorsOf(batchAt(2, ['a'], [''])).size, 0);
});

test('a part of a batch counts its places from its start', () => {
  const quarantines = new Quarantines([quarantineOf(batchAt(1, ['c']), 0)]);
  const batch = batchAt(1, ['a', 'b', 'c', 'd']);
  assert.deepEqual([...quarantines.errorsOf(batch, 1, 4).keys()], [1]);
  assert.equal(quarantines.errorsOf(batch, 0, 2).size, 0);
});

test('two rows of one series: the first one explains, and both hold as long as they hold', () => {
  const first = quarantineOf(batchAt(1, ['a']), 0);
  const second = quarantineOf(batchAt(4, ['a']), 0);
  const quarantines = new Quarantines([first, first, second]);
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((minute) => errnosAt(quarantines, minute, ['a'])[0]),
    ['actor_lost', 'quarantined', 'quarantined', 'actor_lost', 'quarantined', 'quarantined', undefined],
  );
  assert.deepEqual(quarantines.after(4 * MINUTE), [second]);
  assert.deepEqual(quarantines.after(1 * MINUTE), [first]);
});

test('what holds after a minute is what was found by then, in order, and brings a later run to the same', () => {
  const quarantines = new Quarantines();
  for (const [minute, target] of [
    [3, 'b'],
    [3, 'a'],
    [2, 'c'],
    [5, 'd'],
  ] as const) {
    quarantines.add(quarantineOf(batchAt(minute, [target]), 0));
  }
  const after = quarantines.after(4 * MINUTE);
  assert.deepEqual(
    after.map(({ target }) => target),
    ['c', 'a', 'b'],
  );
  const resumed = new Quarantines(after);
  const targets = ['a', 'b', 'c'];
  for (const minute of [5, 6]) {
    assert.deepEqual(errnosAt(resumed, minute, targets), errnosAt(quarantines, minute, targets));
  }
});

test('quarantines that have ended are dropped', () => {
  const quarantines = new Quarantines([
    quarantineOf(batchAt(1, ['a']), 0),
    quarantineOf(batchAt(3, ['a']), 0),
    quarantineOf(batchAt(1, ['b']), 0),
  ]);
  quarantines.forgetBefore(4 * MINUTE);
  assert.deepEqual(errnosAt(quarantines, 2), [undefined, undefined]);
  assert.deepEqual(errnosAt(quarantines, 5), ['quarantined', undefined]);
});
