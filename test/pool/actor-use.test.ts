import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ActorUse } from '#build/pool/actor-use.js';

test('processor time adds up over actors, also over those that were replaced; memory is that of the largest', () => {
  const use = new ActorUse();
  assert.deepEqual(use.total, { cpuMs: 0, maxRssBytes: 0 });
  const [first, second, replacement] = [{}, {}, {}];
  use.note(first, { cpuMs: 100, rssBytes: 50 });
  use.note(second, { cpuMs: 30, rssBytes: 70 });
  use.note(first, { cpuMs: 250, rssBytes: 60 });
  use.note(replacement, { cpuMs: 40, rssBytes: 0 });
  assert.deepEqual(use.total, { cpuMs: 320, maxRssBytes: 70 });
});
