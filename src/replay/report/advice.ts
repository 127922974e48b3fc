import { inverse, isRealSpeedup } from '../../core/scaling.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import { countText, durationText, figures, plural, roundDuration, roundedDown } from '../../report/format.js';
import type { MinutesSummary } from '../../measure/run-timings.js';

/** What the figures of a run suggest, in two or three sentences. */
export function adviceFor(
  minutes: MinutesSummary | null,
  comparison: ComparisonSummary | null,
  deadlineMs: number,
  actors: number,
): string {
  if (minutes === null) return 'No minute had an item for the model, so there is nothing to advise.';
  const worth = comparison === null ? [] : [actorsWorth(comparison, actors)];
  const kept = minutes.scheduled === null ? [] : [keptTo(minutes, deadlineMs)];
  return [fit(minutes, deadlineMs), ...kept, ...worth].join('\n');
}

/** What a paced run adds: service times do not show that minutes had to wait for those before them. */
function keptTo({ late, served }: MinutesSummary, deadlineMs: number): string {
  const deadline = roundDuration(deadlineMs);
  return late === 0
    ? `Every minute was answered within ${deadline} of its scheduled start.`
    : `${countText(late)} of ${plural(served, 'minute')} came later than ${deadline} after the scheduled start.`;
}

function fit(minutes: MinutesSummary, deadlineMs: number): string {
  const p99 = `the 99th-percentile minute took ${durationText(minutes.wallMs.p99)}`;
  const deadline = roundDuration(deadlineMs);
  if (minutes.headroom < 1) {
    return `A minute does not fit: ${p99} against a deadline of ${deadline}; more actors, fewer items or a faster backend would help.`;
  }
  return (
    `A minute fits: ${p99} of the ${deadline} there are (${figures(minutes.headroom)} × headroom), ` +
    `and about ${countText(roundedDown(minutes.capacityItems))} items would.`
  );
}

function actorsWorth(comparison: ComparisonSummary, actors: number): string {
  const gained = comparison.speedup['sequential-batched'];
  const pool = plural(actors, 'actor');
  if (actors === 1)
    return 'Against one actor a comparison says what the pipe costs; try more to see what they gain.';
  if (isRealSpeedup(gained)) {
    return `${pool} served a minute ${figures(gained.value)} × as fast as one process with batches.`;
  }
  const lost = inverse(gained);
  if (isRealSpeedup(lost)) {
    return (
      `One process with batches was ${figures(lost.value)} × as fast as ${pool}: ` +
      `minutes this small do not pay for handing them out, so --actors 1 is enough.`
    );
  }
  return `${pool} and one process with batches were equally fast within the measurement, so --actors 1 is enough.`;
}
