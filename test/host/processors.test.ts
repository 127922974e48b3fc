import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { legacyQuota, unifiedQuota, usableProcessors } from '#build/host/processors.js';

test('quotas of both cgroup versions are read, and null without one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(unifiedQuota(folder), null);
  assert.equal(legacyQuota(folder), null);
  writeFileSync(join(folder, 'cpu.max'), 'max 100000\n');
  assert.equal(unifiedQuota(folder), null);
  writeFileSync(join(folder, 'cpu.max'), '150000 100000\n');
  assert.equal(unifiedQuota(folder), 1.5);
  writeFileSync(join(folder, 'cpu.cfs_period_us'), '100000\n');
  writeFileSync(join(folder, 'cpu.cfs_quota_us'), '-1\n');
  assert.equal(legacyQuota(folder), null);
  writeFileSync(join(folder, 'cpu.cfs_quota_us'), '50000\n');
  assert.equal(legacyQuota(folder), 0.5);
});

test('usable processors are at least one and at most what the scheduler allows', () => {
  const usable = usableProcessors();
  assert.ok(usable >= 1 && usable <= availableParallelism(), String(usable));
});
