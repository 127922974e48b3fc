import { isoTime } from '../../core/time.js';
import type { ResumePoint } from '../../read/snapshot/snapshot.js';
import type { RunProgress } from './run-facts.js';

/** What became of an input since it was read; of standard input only reading it again tells. */
export type InputChange = 'same' | 'grown' | 'unknown';

/** Where a run goes on. */
export interface ResumePlan {
  /** Index of the commit that it goes back to; -1: to its beginning. */
  readonly commit: number;
  /** From where to read, so that windows are full again. */
  readonly readFrom: ResumePoint;
}

/**
 * The last commit that what has become of the inputs leaves standing: one at which an input that has grown since was
 * not yet at its end. What an end of file closed is done again, since the file went on.
 */
export function planResume(
  commits: readonly RunProgress[],
  states: readonly InputChange[],
  lookBackMs: number,
): ResumePlan {
  const commit = commits.findLastIndex(({ positions }) =>
    positions.every((position, i) => position !== 'end' || states[i] === 'same'),
  );
  const progress = commits[commit];
  if (progress === undefined) return { commit: -1, readFrom: BEGINNING };
  const afterMinuteMs = progress.minuteMs ?? -Infinity;
  const after = { afterMinuteMs, afterPositions: progress.positions };
  const earlier = commits.findLastIndex(
    ({ minuteMs }) => minuteMs !== null && minuteMs < afterMinuteMs && minuteMs <= afterMinuteMs - lookBackMs,
  );
  const start = commits[earlier];
  return {
    commit,
    readFrom:
      start === undefined
        ? { ...BEGINNING, ...after }
        : { positions: start.positions, positionsMinuteMs: start.minuteMs, ...after },
  };
}

const BEGINNING = { positions: null, positionsMinuteMs: null, afterMinuteMs: -Infinity } as const;

/** For the user: from where a run goes on. */
export function resumeText(plan: ResumePlan, commits: readonly RunProgress[]): string {
  const progress = commits[plan.commit];
  if (progress === undefined || progress.minuteMs === null)
    return 'going on with a run that had no minute done';
  const { counts, minuteMs } = progress;
  return `going on after ${isoTime(minuteMs)}, ${counts.minutes} minutes done`;
}
