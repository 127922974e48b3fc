import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CallLimit } from '#build/pool/call-limit.js';

const lost = (callItems: number, minutes = 1) => ({ minuteMs: 0, minutes, callItems });

test('calls halve with each lost chunk, and never grow', () => {
  const limit = new CallLimit();
  assert.equal(limit.items, 4096);
  limit.learn(lost(4096));
  assert.equal(limit.items, 2048);
  limit.learn(lost(4096)); // sent before the first was lost
  assert.equal(limit.items, 2048);
  limit.learn(lost(101));
  assert.equal(limit.items, 50);
});

test('a loss is excused as long as something can be smaller', () => {
  const limit = new CallLimit();
  assert.equal(limit.learn(lost(2)), true);
  assert.equal(limit.items, 1);
  assert.equal(limit.learn(lost(1, 2)), true);
  assert.equal(limit.learn(lost(1)), false);
  assert.equal(limit.items, 1);
});
