import { inverse, isRealSpeedup } from '../../core/scaling.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import {
  countText,
  durationText,
  plural,
  roundDuration,
  roundedDown,
  speedupText,
  timesText,
} from '../../report/format.js';
import type { MinutesSummary } from '../../measure/run-timings.js';

/** What the figures of a run suggest, a sentence a line. */
export function adviceFor(
  minutes: MinutesSummary | null,
  comparison: ComparisonSummary | null,
  deadlineMs: number,
  actors: number,
): string {
  if (minutes === null) return 'No minute had an item for the model, so there is nothing to advise.';
  return [
    fit(minutes, deadlineMs),
    ...(minutes.scheduled === null ? [] : [punctuality(minutes, deadlineMs)]),
    ...(comparison === null ? [] : [worthOfActors(comparison, actors)]),
  ].join('\n');
}

function fit({ wallMs, headroom, capacityItems }: MinutesSummary, deadlineMs: number): string {
  const p99 = `the 99th-percentile minute took ${durationText(wallMs.p99)}`;
  const deadline = roundDuration(deadlineMs);
  if (headroom < 1) {
    return `A minute does not fit: ${p99}, longer than the deadline of ${deadline}; try more actors, fewer items or a faster backend.`;
  }
  return (
    `A minute fits: ${p99} of ${deadline} (${timesText(headroom)} headroom), ` +
    `and about ${countText(roundedDown(capacityItems))} items would fit.`
  );
}

/** Service times do not show that minutes had to wait for those before them. */
function punctuality({ late, served }: MinutesSummary, deadlineMs: number): string {
  const deadline = roundDuration(deadlineMs);
  return late === 0
    ? `Every minute was answered within ${deadline} of its scheduled start.`
    : `${countText(late)} of ${plural(served, 'minute')} were answered later than ${deadline} after their scheduled start.`;
}

function worthOfActors({ speedup }: ComparisonSummary, actors: number): string {
  const gained = speedup['sequential-batched'];
  const pool = plural(actors, 'actor');
  if (actors === 1) {
    return 'A comparison with one actor shows only what the pipe costs; try more actors to see what they gain.';
  }
  const compared = speedupText(gained.value, 'one process with batches');
  if (isRealSpeedup(gained)) return `${pool} served a minute ${compared}.`;
  if (isRealSpeedup(inverse(gained))) {
    return `${pool} served a minute ${compared}: minutes this small are not worth distributing, so --actors 1 is enough.`;
  }
  return `${pool} were not measurably faster than one process with batches, so --actors 1 is enough.`;
}
