import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';

/** What a process holds, and what it has used so far. */
export interface ProcessUsage {
  readonly residentBytes: number;
  /** Pages that processes share being divided among them (Linux's `Pss`); null where the kernel does not say. */
  readonly proportionalBytes: number | null;
  /** Processor time of all its threads since it started, those that have ended included, ms; never less than before. */
  readonly cpuMs: number;
  /** In steps of how many ms that is counted. */
  readonly cpuStepMs: number;
}

/** Linux shows processor time in ticks of 10 ms to programs, whatever its own ticks are (`USER_HZ`). */
const TICK_MS = 10;

/**
 * Reads what Linux tells of a process, from a mounted `/proc`.
 *
 * @throws AiopsError `unsupported` where the system has no such folder, `actor_failed` where the process is gone
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
    return new AiopsError('actor_failed', `process ${pid} is gone: ${proc} tells nothing of it`);
  }
  return new AiopsError(
    'unsupported',
    `this system does not tell what a process holds and uses: there is no ${proc}/self/status`,
    { hint: 'run it on Linux' },
  );
}

function kilobytes(text: string, field: string): number | null {
  const [, count] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return count === undefined ? null : Number(count) * 1024;
}

/**
 * `utime` and `stime` of proc_pid_stat(5). The name before them is in brackets and may hold any character. `schedstat`
 * counts in ns, but of threads only, and forgets one when it ends.
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
