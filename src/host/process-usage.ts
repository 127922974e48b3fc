import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';

/** A process's memory, and the processor time it has used so far. */
export interface ProcessUsage {
  readonly residentBytes: number;
  /** Shared pages are divided among the processes that share them (Linux's `Pss`); null: the kernel does not say. */
  readonly proportionalBytes: number | null;
  /** Processor time of all its threads, including those that have ended, ms; it never decreases. */
  readonly cpuMs: number;
  /** The resolution of `cpuMs`. */
  readonly cpuStepMs: number;
}

/** Linux reports processor time in ticks of 10 ms (`USER_HZ`), whatever the kernel's own ticks. */
const TICK_MS = 10;

/**
 * Reads the figures that Linux has in `/proc`.
 *
 * @throws AiopsError `unsupported` if the system has no such folder, `actor_failed` if the process has ended
 */
export function processUsage(pid: number, proc = '/proc'): ProcessUsage {
  const folder = join(proc, String(pid));
  const status = read(join(folder, 'status'));
  if (status === null) throw unreadable(pid, proc);
  const residentBytes = kilobytes(status, 'VmRSS');
  const cpuMs = tickTimeMs(folder);
  if (residentBytes === null || cpuMs === null) throw unreadable(pid, proc);
  const rollup = read(join(folder, 'smaps_rollup'));
  return {
    residentBytes,
    proportionalBytes: rollup === null ? null : kilobytes(rollup, 'Pss'),
    cpuMs,
    cpuStepMs: TICK_MS,
  };
}

function unreadable(pid: number, proc: string): AiopsError {
  if (read(join(proc, 'self/status')) !== null) {
    return new AiopsError('actor_failed', `process ${pid} has ended: ${proc} does not list it`);
  }
  return new AiopsError(
    'unsupported',
    `this system does not report the memory and processor time of processes: there is no ${proc}/self/status`,
    { hint: 'run it on Linux' },
  );
}

function kilobytes(text: string, field: string): number | null {
  const [, count] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return count === undefined ? null : Number(count) * 1024;
}

/**
 * `utime` and `stime` of proc_pid_stat(5). The name before them is in parentheses and may contain any character.
 * `schedstat` counts in ns, but per thread, and forgets threads that have ended.
 */
function tickTimeMs(folder: string): number | null {
  const stat = read(join(folder, 'stat'));
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? null : ticks * TICK_MS;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
