import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byVariant, Comparison } from '#build/measure/compared-minutes.js';

test('speed-ups are paired by minute, efficiency and serial fraction follow', () => {
  const comparison = new Comparison();
  assert.equal(comparison.summary(4, 0), null);
  const same = { identical: true, maxDifference: 0, differingVerdicts: 0 };
  for (const parallel of [1, 10, 100]) {
    comparison.add(
      100,
      { 'sequential-per-item': 20 * parallel, 'sequential-batched': 2 * parallel, parallel },
      byVariant(() => same),
    );
  }
  const summary = comparison.summary(4, 0);
  assert.equal(summary?.minutes, 3);
  assert.deepEqual(summary.speedup, {
    'sequential-per-item': { value: 20, low: 20, high: 20 },
    'sequential-batched': { value: 2, low: 2, high: 2 },
  });
  assert.equal(summary.efficiency, 0.5);
  assert.equal(summary.serialFraction, (1 / 2 - 1 / 4) / (1 - 1 / 4));
  assert.equal(summary.wallMs.parallel.max, 100);
  assert.equal(summary.itemsPerSecond.parallel, (1000 * 300) / 111);
  assert.equal(summary.itemsPerSecond['sequential-batched'], (1000 * 300) / 222);
});
