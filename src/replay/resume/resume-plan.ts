import { isoTime } from '../../core/time.js';
import { plural } from '../../report/format.js';
import type { ResumePoint } from '../../read/snapshot/snapshot.js';
import type { RunProgress } from './run-facts.js';

/** What became of an input since it was read; `unknown`: only reading it again shows, as with standard input. */
export type InputChange = 'same' | 'grown' | 'unknown';

/** Where a run resumes. */
export interface ResumePlan {
  /** Index of the commit to return to; -1: the beginning. */
  readonly commit: number;
  /** Where to start reading, so that windows are full again. */
  readonly readFrom: ResumePoint;
}

/**
 * Chooses the last commit that is still good: one at which no input that has grown since was at its end. A minute that
 * the end of a file closed is redone, since the file went on.
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

/**
 * Indexes of the commits that `planResume` may still choose once a run resumes after the last of these: that one, and
 * for each input at its end the last one before that, since it may grow; and from each of them back as far as its
 * look-back reaches. The others go: a journal that kept every second of a month would be copied whenever the run is
 * resumed.
 */
export function keptCommits(commits: readonly RunProgress[], lookBackMs: number): ReadonlySet<number> {
  const kept = new Set<number>();
  const inputs = commits.at(-1)?.positions ?? [];
  const beforeEnds = inputs.map((_, i) => commits.findLastIndex(({ positions }) => positions[i] !== 'end'));
  for (const place of new Set([commits.length - 1, ...beforeEnds])) {
    const placeMs = commits[place]?.minuteMs ?? NaN;
    for (let index = place; index >= 0; index--) {
      kept.add(index);
      const { minuteMs } = commits[index]!;
      if (minuteMs !== null && minuteMs < placeMs && minuteMs <= placeMs - lookBackMs) break;
    }
  }
  return kept;
}

/** For the user: where a run resumes. */
export function resumeText(progress: RunProgress | null): string {
  if (progress === null || progress.minuteMs === null)
    return 'resuming a run that had not committed a minute';
  return `resuming after ${isoTime(progress.minuteMs)}, ${plural(progress.counts.minutes, 'minute')} done`;
}
