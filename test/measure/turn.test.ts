import assert from 'node:assert/strict';
import { test } from 'node:test';

import { planTurn } from '#build/measure/turn.js';

test('a turn has as many minutes as it takes to fill it; only short batched ones get an untimed minute', () => {
  const { minutes, untimed } = planTurn('batched', 10, 100);
  assert.deepEqual([minutes, untimed], [10, true]);
  assert.equal(planTurn('per-item', 10, 100).untimed, false);
  assert.equal(planTurn('batched', 90, 166).minutes, 2, 'a variant gets all of its time');
  const slow = planTurn('batched', 1000, 100);
  assert.deepEqual([slow.minutes, slow.untimed], [1, false]);
});
