import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { SampleStore } from '#build/measure/samples.js';

test('keeps all samples up to the capacity, evenly spread ones beyond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 2, max: 300 }), (count, capacity) => {
      const store = new SampleStore(capacity);
      for (let i = 0; i < count; i++) store.add(i);
      const kept = Array.from(store.values());
      assert.equal(store.seen, count);
      assert.equal(store.max, count === 0 ? -Infinity : count - 1);
      assert.ok(kept.length <= capacity);
      if (count <= capacity) assert.equal(kept.length, count);
      else assert.ok(kept.length >= Math.floor(capacity / 2));
      const stride = (kept[1] ?? 1) - (kept[0] ?? 0);
      kept.forEach((value, i) => assert.equal(value, i * stride));
    }),
  );
});
