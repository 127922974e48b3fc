import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process runs; one that only waits to be reaped, as under a container's first process, does not. */
export function isRunning(pid: number): boolean {
  try {
    if (existsSync('/proc/self/status'))
      return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Processes whose parent is `pid`; where there is /proc. */
export function childrenOf(pid: number | undefined): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return listed === '' ? [] : listed.split(' ').map(Number);
}

/** Fails unless all of these processes have ended in time. */
export async function assertGone(pids: readonly number[], withinMs = 2000): Promise<void> {
  for (let waitedMs = 0; waitedMs < withinMs && pids.some(isRunning); waitedMs += 20) await sleep(20);
  assert.deepEqual(pids.filter(isRunning), [], 'these processes still run');
}
