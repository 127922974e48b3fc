import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TimeLeft } from '#build/cli/progress.js';

test('the time left follows from the rate since the first step, not from what an earlier session did', () => {
  const left = new TimeLeft();
  assert.equal(left.after({ done: 600, total: 1000 }, 5000), null);
  assert.equal(left.after({ done: 610, total: 1000 }, 7999), null, 'too early to say');
  assert.equal(left.after({ done: 700, total: 1000 }, 15_000), 'about 30.0 s left');
  assert.equal(left.after({ done: 1000, total: 1000 }, 20_000), null);
});

test('without a total or without progress, no time left is given', () => {
  const left = new TimeLeft();
  left.after({ done: 0, total: null }, 0);
  assert.equal(left.after({ done: 500, total: null }, 60_000), null);
  const stuck = new TimeLeft();
  stuck.after({ done: 5, total: 10 }, 0);
  assert.equal(stuck.after({ done: 5, total: 10 }, 60_000), null);
});
