import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RESTART_SPAN_MS, RestartLimit } from '#dist/pool/restart-limit.js';

/** Whether losses at these times, with something achieved before each, may be made good. */
function allowedAt(restarts: number, times: readonly number[]): boolean[] {
  const limit = new RestartLimit<number>(restarts);
  return times.map((atMs, i) => {
    limit.achieved();
    return limit.allows(i, atMs);
  });
}

test('so many restarts within a minute, however old the process is', () => {
  assert.deepEqual(allowedAt(3, [0, 1, 2, 3]), [true, true, true, false]);
  assert.deepEqual(allowedAt(3, [0, 1, 2, RESTART_SPAN_MS]), [true, true, true, true]);
  assert.deepEqual(allowedAt(3, [0, 1, 2, RESTART_SPAN_MS - 1]), [true, true, true, false]);
  assert.deepEqual(allowedAt(0, [0]), [false]);
});

test('with nothing achieved in between, it does not matter how long they take', () => {
  const limit = new RestartLimit<number>(2);
  const hour = 3_600_000;
  assert.deepEqual(
    [0, 1, 2].map((i) => limit.allows(i, i * hour)),
    [true, true, false],
  );
});

test('what was forgiven counts in neither way', () => {
  const limit = new RestartLimit<string>(2);
  assert.ok(limit.allows('a', 0) && limit.allows('b', 1));
  limit.forgive(['a', 'b', 'unknown']);
  assert.ok(limit.allows('c', 2) && limit.allows('d', 3));
  assert.ok(!limit.allows('e', 4));
});
