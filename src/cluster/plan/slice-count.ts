import type { InputPosition } from '../../core/input-position.js';
import type { ReadStep } from '../../core/types.js';
import type { Recording } from '../../read/recording.js';
import type { DueSteps } from '../../replay/feed.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { serveFirst, type FirstParts } from '../../replay/serve-first.js';
import { MOST_SLICES } from './most-slices.js';

/** How long a slice should take, ms: its start costs little then, and little is lost with it. */
const SLICE_MS = 180_000;
/** A slice reads its look-back, which is another slice's work, so it has at least so many times as much of its own. */
const LEAST_LOOK_BACKS = 10;

/** How fast a recording is served. */
export interface ServingRate {
  /** Bytes of input per ms; NaN: nothing that was served had a prediction. */
  readonly bytesPerMs: number;
  readonly bytesPerInterval: number;
}

/** A number of slices that are worth starting a process for each. */
export function sliceCount(
  totalBytes: number,
  { bytesPerMs, bytesPerInterval }: ServingRate,
  lookBackIntervals: number,
): number {
  const sliceBytes = Math.max(bytesPerMs * SLICE_MS, LEAST_LOOK_BACKS * lookBackIntervals * bytesPerInterval);
  const slices = Math.floor(totalBytes / sliceBytes);
  return Number.isFinite(slices) ? Math.max(1, Math.min(MOST_SLICES, slices)) : 1;
}

/** Serves the first blocks of a recording. */
export async function measureRate(
  config: ReplayConfig,
  recording: Recording,
  parts: FirstParts,
): Promise<ServingRate> {
  let [servedBytes, servingMs, bytes, minutes] = [0, 0, 0, 0];
  for await (const { steps, timing } of serveFirst(config, dueSteps(recording.groups()), parts)) {
    const before = bytes;
    bytes = bytesAfter(steps, recording) ?? bytes;
    if (timing === null) continue;
    minutes += timing.minutes;
    if (timing.items === 0) continue;
    servedBytes += bytes - before;
    servingMs += timing.wallMs;
  }
  return { bytesPerMs: servedBytes / servingMs, bytesPerInterval: bytes / minutes };
}

function bytesAfter(steps: readonly ReadStep[], recording: Recording): number | null {
  const positions: readonly InputPosition[] | null =
    steps.findLast((step) => step.positions !== null)?.positions ?? null;
  return positions === null ? null : recording.bytesBefore(positions);
}

async function* dueSteps(groups: AsyncIterable<readonly ReadStep[]>): AsyncGenerator<DueSteps> {
  for await (const steps of groups) yield { steps, dueAtMs: null };
}
