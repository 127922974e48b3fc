import type { RejectCount, RunCounts } from '../../core/counts.js';
import { joinedUse } from '../../core/process-use.js';
import { joinedStep, stepOf } from '../../read/duplicate-steps.js';
import { joinedErrors } from '../../replay/error-tally.js';
import type { IncidentCounts, RunProgress, RunUsage } from '../../replay/resume/run-facts.js';

/**
 * The progress of a run once a slice was appended to it: counts are those of the run, places those at which the slice
 * ended. Time spent is summed over slices, as it is over the sessions of a resumed run.
 *
 * @param before null: the slice is the first one
 * @param slice counted from zero
 */
export function joinedProgress(
  before: RunProgress | null,
  slice: RunProgress,
  { at, ended }: Pick<RunProgress, 'at' | 'ended'>,
): RunProgress {
  const nothingRead = slice.positions.map(() => null); // the plan's snapshot has all digests
  if (before === null) return { ...slice, digests: nothingRead, at, ended };
  const hasMinutes = slice.counts.minutes > 0;
  return {
    at,
    firstMinuteMs: before.firstMinuteMs ?? (hasMinutes ? slice.firstMinuteMs : null),
    minuteMs: hasMinutes ? slice.minuteMs : before.minuteMs,
    counts: summed<RunCounts>(before.counts, slice.counts),
    verdicts: before.verdicts + slice.verdicts,
    found: before.found + slice.found,
    rejects: joinedRejects(before.rejects, slice.rejects),
    errors: joinedErrors(before.errors ?? [], slice.errors ?? []),
    positions: slice.positions,
    digests: nothingRead,
    quarantines: hasMinutes ? slice.quarantines : before.quarantines,
    lostInARow: hasMinutes ? slice.lostInARow : before.lostInARow,
    incidents: summed<IncidentCounts>(before.incidents, slice.incidents),
    usage: joinedUsage(before.usage, slice.usage),
    ended,
  };
}

/** Adds up the fields of two records with the same keys. */
function summed<T extends Readonly<Record<keyof T, number>>>(a: T, b: T): T {
  const sums = Object.entries<number>(a).map(([key, value]) => [key, value + b[key as keyof T]]);
  return Object.fromEntries(sums) as T;
}

/** By reason, in the order in which reasons were met, with the first example of each. */
function joinedRejects(before: readonly RejectCount[], slice: readonly RejectCount[]): RejectCount[] {
  const joined = new Map(before.map((one) => [one.reason, one]));
  for (const one of slice) {
    const known = joined.get(one.reason);
    joined.set(one.reason, known === undefined ? one : joinedCount(known, one));
  }
  return [...joined.values()];
}

function joinedCount(before: RejectCount, slice: RejectCount): RejectCount {
  const { reason, example } = before;
  const count = before.count + slice.count;
  const stepMs = joinedStep(stepOf(before), stepOf(slice)) ?? null;
  return { reason, count, example, ...(stepMs === null ? {} : { stepMs }) };
}

function joinedUsage(before: RunUsage, slice: RunUsage): RunUsage {
  return {
    elapsedMs: before.elapsedMs + slice.elapsedMs,
    comparingMs: before.comparingMs + slice.comparingMs,
    busyMs: before.busyMs + slice.busyMs,
    availableMs: before.availableMs + slice.availableMs,
    parent: joinedUse(before.parent, slice.parent),
    actors: joinedUse(before.actors, slice.actors),
  };
}
