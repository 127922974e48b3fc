import { performance } from 'node:perf_hooks';

/**
 * How far this process's `performance.now()` is behind the machine's monotonic clock, ms. Both are the same clock
 * (CLOCK_MONOTONIC on Linux) with different zeros, so one look tells, to about a microsecond.
 */
const BEHIND_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** The machine's monotonic clock, which all its processes share, ms. */
export function machineNow(): number {
  return performance.now() + BEHIND_MS;
}

/** A time of the machine's clock, on the clock of this process's `performance.now()`. */
export function fromMachineTime(machineMs: number): number {
  return machineMs - BEHIND_MS;
}
