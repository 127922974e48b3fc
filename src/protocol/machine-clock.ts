import { performance } from 'node:perf_hooks';

/** Looks at both clocks; a process may be put aside between the two. */
const LOOKS = 5;

/**
 * How far this process's `performance.now()` is behind the machine's monotonic clock, ms. Both are the same clock
 * (CLOCK_MONOTONIC on Linux) with different zeros, so the look that took least tells, to about a microsecond.
 */
const BEHIND_MS = Array.from({ length: LOOKS }, look).reduce((a, b) =>
  b.tookMs < a.tookMs ? b : a,
).behindMs;

function look(): { readonly behindMs: number; readonly tookMs: number } {
  const beforeMs = performance.now();
  const machineMs = Number(process.hrtime.bigint()) / 1e6;
  const afterMs = performance.now();
  return { behindMs: machineMs - (beforeMs + afterMs) / 2, tookMs: afterMs - beforeMs };
}

/** The machine's monotonic clock, which all its processes share, ms. */
export function machineNow(): number {
  return performance.now() + BEHIND_MS;
}

/** A time of the machine's clock, on the clock of this process's `performance.now()`. */
export function fromMachineTime(machineMs: number): number {
  return machineMs - BEHIND_MS;
}
