import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryLimit, RESTART_SPAN_MS, RestartLimit } from '#build/pool/slot-limits.js';

const MIB = 2 ** 20;

/** For each measure, whether the actor is to go; null: nothing is said. */
function verdicts(limit: MemoryLimit, ...mebibytes: number[]): (boolean | null)[] {
  return mebibytes.map((size) => limit.check(size * MIB)?.isToGo ?? null);
}

test('an actor that outgrows the limit must be replaced; its size and the limit are reported', () => {
  const limit = new MemoryLimit(100 * MIB);
  assert.deepEqual(verdicts(limit, 50, 0, 99.9, 100), [null, null, null, null]);
  assert.deepEqual(limit.check(123.4 * MIB), {
    what: 'holds 123 MiB of memory, more than the 100 MiB allowed, and is replaced',
    isToGo: true,
  });
});

test('an actor that is too large from the start is kept until it has grown by half, with one notice', () => {
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

/** Whether losses at these times, with something achieved before each, may be made good. */
function allowedAt(restarts: number, times: readonly number[]): boolean[] {
  const limit = new RestartLimit(restarts);
  return times.map((atMs) => {
    limit.achieved();
    return limit.allows(atMs);
  });
}

test('so many restarts within a minute, however old the process is', () => {
  assert.deepEqual(allowedAt(3, [0, 1, 2, 3]), [true, true, true, false]);
  assert.deepEqual(allowedAt(3, [0, 1, 2, RESTART_SPAN_MS]), [true, true, true, true]);
  assert.deepEqual(allowedAt(3, [0, 1, 2, RESTART_SPAN_MS - 1]), [true, true, true, false]);
  assert.deepEqual(allowedAt(0, [0]), [false]);
});

test('with nothing achieved in between, it does not matter how long they take', () => {
  const limit = new RestartLimit(2);
  const hour = 3_600_000;
  assert.deepEqual(
    [0, 1, 2].map((i) => limit.allows(i * hour)),
    [true, true, false],
  );
});
