import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

import { sleep } from '../core/timer.js';

/** Processor time that was requested but not granted since the machine or its cgroup started, ms; 0: unknown. */
export interface TakenTime {
  /** Taken by other virtual machines, summed over processors. */
  readonly stealMs: number;
  /** Withheld by the cgroup's quota. */
  readonly throttledMs: number;
}

/** The unit of /proc/stat is 1/100 s, whatever the kernel's own clock. */
const TICK_MS = 10;

/** Only the difference between two calls is meaningful. */
export function takenTime(): TakenTime {
  const steal = Number(/^cpu +(?:\d+ +){7}(\d+)/m.exec(readText('/proc/stat'))?.[1] ?? 0);
  const path = /^0::(.*)$/m.exec(readText('/proc/self/cgroup'))?.[1] ?? '/';
  const statistics = readText(`/sys/fs/cgroup${path}/cpu.stat`) || readText('/sys/fs/cgroup/cpu.stat');
  const throttled = Number(/^throttled_usec (\d+)$/m.exec(statistics)?.[1] ?? 0);
  return { stealMs: steal * TICK_MS, throttledMs: throttled / 1000 };
}

/**
 * The share of the processors, 0..1, that other processes use while this one waits. 0 if this process may use only some
 * processors, since the counts are for all of them.
 */
export async function busyShare(sampleMs: number): Promise<number> {
  const before = processorTimes();
  await sleep(sampleMs);
  const after = processorTimes();
  if (availableParallelism() < cpus().length) return 0;
  const totalMs = after.totalMs - before.totalMs;
  return totalMs > 0 ? 1 - (after.idleMs - before.idleMs) / totalMs : 0;
}

function processorTimes(): { idleMs: number; totalMs: number } {
  let idleMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idleMs, totalMs };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not Linux, or another kind of cgroup
  }
}
