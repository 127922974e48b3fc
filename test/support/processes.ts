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

/** Parent of a process, its parent and so on, without the first process; where there is /proc. */
export function ancestorsOf(pid: number): number[] {
  const [, parent = '0'] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(parent) > 1 ? [Number(parent), ...ancestorsOf(Number(parent))] : [];
}

/** State of a process, as `/proc` has it: `T` is stopped, `Z` has ended and nobody has asked how. */
export function stateOf(pid: number | undefined): string | undefined {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

/** Whether a process has a handler of its own for a signal, by number; where there is /proc. */
export function catches(pid: number | undefined, signal: number): boolean {
  const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** Fails unless all of these processes have ended in time. */
export async function assertGone(pids: readonly number[], withinMs = 2000): Promise<void> {
  for (let waitedMs = 0; waitedMs < withinMs && pids.some(isRunning); waitedMs += 20) await sleep(20);
  assert.deepEqual(pids.filter(isRunning), [], 'these processes still run');
}
