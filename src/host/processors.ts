import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';

import type { HostFacts } from '../core/machine-facts.js';

/** The machine that a report's figures are from. */
export function hostFacts(): HostFacts {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: usableProcessors(),
  };
}

/**
 * The number of processors that this process may use, at least 1: its affinity, limited by the cgroup's quota (rounded
 * down).
 */
export function usableProcessors(): number {
  const allowed = availableParallelism();
  const quota = cgroupQuota();
  return Math.max(1, Math.floor(quota === null ? allowed : Math.min(allowed, quota)));
}

/** The smallest quota from this process's cgroup up to the root, in processors; null: none. */
function cgroupQuota(): number | null {
  const membership = readText('/proc/self/cgroup');
  if (membership === null) return null;
  const quotas = membership.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === '') return quotasUpwards('/sys/fs/cgroup', path, unifiedQuota);
    return controllers.split(',').includes('cpu')
      ? quotasUpwards('/sys/fs/cgroup/cpu', path, legacyQuota)
      : [];
  });
  return quotas.length === 0 ? null : Math.min(...quotas);
}

function quotasUpwards(root: string, path: string, quotaAt: (folder: string) => number | null): number[] {
  const quotas: number[] = [];
  for (let at = path; ; at = dirname(at)) {
    const quota = quotaAt(join(root, at));
    if (quota !== null) quotas.push(quota);
    if (at === '/' || at === '.') return quotas;
  }
}

/** cgroup v2: `cpu.max` holds `QUOTA PERIOD` in µs, or `max PERIOD`. */
export function unifiedQuota(folder: string): number | null {
  const [quota, period] = (readText(join(folder, 'cpu.max')) ?? '').trim().split(' ').map(Number);
  return ratio(quota, period);
}

/** cgroup v1: quota and period in µs in separate files, −1 for no quota. */
export function legacyQuota(folder: string): number | null {
  const quota = Number(readText(join(folder, 'cpu.cfs_quota_us')) ?? NaN);
  return ratio(quota, Number(readText(join(folder, 'cpu.cfs_period_us')) ?? NaN));
}

function ratio(quota: number | undefined, period: number | undefined): number | null {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // not Linux, or no such controller
  }
}
