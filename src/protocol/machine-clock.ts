import { performance } from 'node:perf_hooks';

/** Readings of both clocks; the process may be descheduled between the two. */
const READINGS = 5;

/**
 * How far this process's `performance.now()` is behind the machine's monotonic clock, ms. Both are the same clock
 * (CLOCK_MONOTONIC on Linux) with different origins; the fastest reading gives the offset to about a microsecond.
 */
const BEHIND_MS = Array.from({ length: READINGS }, readClocks).reduce((a, b) =>
  b.tookMs < a.tookMs ? b : a,
).behindMs;

function readClocks(): { readonly behindMs: number; readonly tookMs: number } {
  const beforeMs = performance.now();
  const machineMs = Number(process.hrtime.bigint()) / 1e6;
  const afterMs = performance.now();
  return { behindMs: machineMs - (beforeMs + afterMs) / 2, tookMs: afterMs - beforeMs };
}

/** The machine's monotonic clock, which all processes share, ms. */
export function machineNow(): number {
  return performance.now() + BEHIND_MS;
}

/** Converts a time of the machine's clock to this process's `performance.now()` clock. */
export function fromMachineTime(machineMs: number): number {
  return machineMs - BEHIND_MS;
}
