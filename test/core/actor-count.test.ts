import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resolveActors } from '#build/core/actor-count.js';

test('a share of the processors is rounded down, but never to none', () => {
  assert.equal(resolveActors({ kind: 'share', share: 0.3 }, 2), 1);
  assert.equal(resolveActors({ kind: 'share', share: 0.3 }, 10), 3);
  assert.equal(resolveActors({ kind: 'share', share: 1 }, 7), 7);
  assert.equal(resolveActors({ kind: 'auto' }, 4), 4);
  assert.equal(resolveActors({ kind: 'count', count: 8 }, 2), 8);
});
