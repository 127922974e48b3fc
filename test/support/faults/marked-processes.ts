import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { isRunning } from '../processes.js';

const CAN_SEE_PROCESSES = existsSync('/proc/self/environ');

/** The variable that marks a process and all that it starts. */
export const MARK = 'AIOPS_FAULT_MARK';

/** Processes that run and were started, by whomever, with this mark in their environment. */
function markedProcesses(mark: string): number[] {
  const entry = `${MARK}=${mark}`;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && environmentOf(pid).includes(entry) && isRunning(pid));
}

/** Waits for them to end; those that still run after all. */
export async function remaining(mark: string, withinMs = 20_000): Promise<number[]> {
  if (!CAN_SEE_PROCESSES) return [];
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 50) {
    if (markedProcesses(mark).length === 0) return [];
    await sleep(50);
  }
  return markedProcesses(mark);
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // it has ended meanwhile
  }
}
