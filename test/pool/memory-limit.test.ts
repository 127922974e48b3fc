import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryLimit } from '#dist/pool/memory-limit.js';

const MIB = 2 ** 20;

/** For each measure, whether the actor is to go; null: nothing is said. */
function verdicts(limit: MemoryLimit, ...mebibytes: number[]): (boolean | null)[] {
  return mebibytes.map((size) => limit.check(size * MIB)?.isToGo ?? null);
}

test('an actor that outgrows the limit is to go, its size and the limit are told', () => {
  const limit = new MemoryLimit(100 * MIB);
  assert.deepEqual(verdicts(limit, 50, 0, 99.9, 100), [null, null, null, null]);
  assert.deepEqual(limit.check(123.4 * MIB), {
    what: 'holds 123 MiB of memory, more than the 100 MiB allowed, and is replaced',
    isToGo: true,
  });
});

test('one that is too large from the start stays until it has grown by half, which is told once', () => {
  const limit = new MemoryLimit(100 * MIB);
  assert.deepEqual(verdicts(limit, 200, 210, 300, 301), [false, null, null, true]);
  limit.begin();
  assert.deepEqual(verdicts(limit, 200, 301), [null, true]);
  limit.begin();
  assert.deepEqual(verdicts(limit, 90, 101), [null, true]);
});

test('without a limit, or without a measure, nothing is said', () => {
  assert.deepEqual(verdicts(new MemoryLimit(null), 1, 1e6), [null, null]);
  assert.deepEqual(verdicts(new MemoryLimit(1), 0), [null]);
});
