import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Block } from '#build/core/block.js';
import { quarantineOf, Quarantines } from '#build/core/quarantines.js';

import { blockOf } from '../support/blocks.js';

const MINUTE = 60_000;

function blockAt(minute: number, targets: readonly string[], more: Partial<Block> = {}): Block {
  return blockOf(targets, { firstMs: minute * MINUTE, window: 3, ...more });
}

function errnosAt(quarantines: Quarantines, minute: number, targets = ['a', 'b']): (string | undefined)[] {
  const untried = quarantines.untriedIn(blockAt(minute, targets));
  return targets.map((_, series) => untried.find((row) => row.series === series)?.error.errno);
}

test('an item that crashes actors fails, and its series is skipped until the row has left the window', () => {
  const quarantines = new Quarantines();
  quarantines.add(quarantineOf(blockAt(5, ['a', 'b']), 1, 0));
  const errnos = [4, 5, 6, 7, 8].map((minute) => errnosAt(quarantines, minute));
  assert.deepEqual(errnos, [
    [undefined, undefined],
    [undefined, 'actor_lost'],
    [undefined, 'quarantined'],
    [undefined, 'quarantined'],
    [undefined, undefined],
  ]);
  assert.match(
    quarantines.untriedIn(blockAt(6, ['b']))[0]?.error.errmsg ?? '',
    /the row of 1970-01-01T00:05:00Z .* tried again from 1970-01-01T00:08:00Z$/,
  );
});

test('a series is a target and a column', () => {
  const quarantines = new Quarantines([
    quarantineOf(blockAt(1, ['a', 'a', 'b'], { columns: ['x', 'y', 'y'] }), 1, 0),
  ]);
  const asked = blockAt(2, ['a', 'a', 'a', 'b'], { columns: ['x', 'y', 'z', 'y'] });
  assert.deepEqual(
    quarantines.untriedIn(asked).map(({ series }) => series),
    [1],
  );
  const whole = new Quarantines([quarantineOf(blockAt(1, ['a']), 0, 0)]);
  assert.deepEqual(whole.untriedIn(blockAt(2, ['a'], { columns: [''] })), []);
});

test('in a block, every minute in which the target has a record is skipped', () => {
  const block = blockOf(['a', 'b'], { firstMs: 0, minutes: 8, window: 4 });
  block.present[8 + 3] = 0;
  const quarantines = new Quarantines([quarantineOf(block, 1, 2)]);
  assert.deepEqual(
    quarantines.untriedIn(block).map(({ series, minute, status }) => [series, minute, status]),
    [
      [1, 2, 'lost'],
      [1, 4, 'quarantined'],
      [1, 5, 'quarantined'],
    ],
  );
});

test('a block is affected by quarantines that were added later, if they cover a row of it', () => {
  const block = blockOf(['a', 'b'], { firstMs: 4 * MINUTE, minutes: 2, window: 3 });
  const quarantines = new Quarantines();
  quarantines.add(quarantineOf(blockAt(2, ['a']), 0, 0));
  assert.equal(quarantines.added, 1);
  assert.ok(quarantines.affects(block, 0));
  assert.ok(!quarantines.affects(block, 1));
  quarantines.add(quarantineOf(blockAt(2, ['a']), 0, 0));
  quarantines.add(quarantineOf(blockAt(1, ['b']), 0, 0));
  quarantines.add(quarantineOf(blockAt(4, ['c']), 0, 0));
  assert.equal(quarantines.added, 3);
  assert.ok(!quarantines.affects(block, 1));
  quarantines.forgetBefore(6 * MINUTE);
  quarantines.add(quarantineOf(block, 1, 1));
  assert.equal(quarantines.added, 4);
  assert.ok(quarantines.affects(block, 3));
});

test('two rows of one series: the first one explains, and both hold as long as they hold', () => {
  const first = quarantineOf(blockAt(1, ['a']), 0, 0);
  const second = quarantineOf(blockAt(4, ['a']), 0, 0);
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
    quarantines.add(quarantineOf(blockAt(minute, [target]), 0, 0));
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
    quarantineOf(blockAt(1, ['a']), 0, 0),
    quarantineOf(blockAt(3, ['a']), 0, 0),
    quarantineOf(blockAt(1, ['b']), 0, 0),
  ]);
  quarantines.forgetBefore(4 * MINUTE);
  assert.deepEqual(errnosAt(quarantines, 2), [undefined, undefined]);
  assert.deepEqual(errnosAt(quarantines, 5), ['quarantined', undefined]);
});
