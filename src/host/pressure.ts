import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

import { sleep } from '../core/timer.js';

/** Processor time that was wanted and not given, since the machine or its cgroup started, ms; 0 where unknown. */
export interface TakenTime {
  /** By other virtual machines, summed over processors. */
  readonly stealMs: number;
  /** By the cgroup's quota. */
  readonly throttledMs: number;
}

/** The unit of /proc/stat, whatever the kernel's own clock is: 1/100 s. */
const TICK_MS = 10;

/** Of interest are differences between two calls. */
export function takenTime(): TakenTime {
  const steal = Number(/^cpu +(?:\d+ +){7}(\d+)/m.exec(readText('/proc/stat'))?.[1] ?? 0);
  const path = /^0::(.*)$/m.exec(readText('/proc/self/cgroup'))?.[1] ?? '/';
  const statistics = readText(`/sys/fs/cgroup${path}/cpu.stat`) || readText('/sys/fs/cgroup/cpu.stat');
  const throttled = Number(/^throttled_usec (\d+)$/m.exec(statistics)?.[1] ?? 0);
  return { stealMs: steal * TICK_MS, throttledMs: throttled / 1000 };
}

/**
 * Share of the processors that others use at the moment, 0..1, while this program waits. 0 where this process may use
 * some of the machine's processors only: what happens on the others does not matter.
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
    return ''; // not Linux, or another kind of cgroup: nothing to tell
  }
}
