import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { isRunning } from '../../processes.js';

/** Processes whose command line has all of these parts, in any order. */
export function processesWith(...parts: readonly string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => parts.every((part) => commandOf(pid).includes(part)) && isRunning(pid));
}

/** Of these, those that still run after some time. */
export async function outliving(find: () => number[], withinMs: number): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 100) {
    if (find().length === 0) return [];
    await sleep(100);
  }
  return find().map((pid) => `${pid} ${commandOf(pid)}`);
}

export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended since
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
