import type { RunCounts } from '../../core/counts.js';
import { AiopsError } from '../../core/errors.js';
import { isoTime } from '../../core/time.js';
import type { LeftOutput } from '../../output/run-output.js';
import { plural } from '../../report/format.js';
import type { ReplayConfig } from '../replay-config.js';
import type { PreviousRun } from './previous-run.js';
import { runStatus } from './read-status.js';

/** What a run would find in its output, and what of it would stay. */
export interface EarlierRun {
  readonly state: 'none' | 'replaced' | 'resumes' | 'complete';
  /** The last minute that is done, ISO 8601; null: none. */
  readonly lastMinute: string | null;
  /** Of what is done. */
  readonly counts: Pick<RunCounts, 'minutes' | 'rejected' | 'warmup' | 'error'>;
}

const NOTHING_DONE = { minutes: 0, rejected: 0, warmup: 0, error: 0 };

/** @throws AiopsError `output_locked` if a process holds the output folder */
export async function refuseHeld({ output: { out } }: ReplayConfig, { previous }: LeftOutput): Promise<void> {
  if (previous === null) return;
  const { state, holder } = await runStatus(out);
  if (state !== 'running' && state !== 'stopped' && state !== 'held') return;
  throw new AiopsError('output_locked', `process ${holder?.pid ?? ''} holds ${out}: it is ${state}`, {
    hint: 'wait until it ends, or choose another --out',
  });
}

/** What a session finds in its output. */
export function earlierRun(
  { previous }: LeftOutput,
  { progress, sessions }: Pick<PreviousRun, 'progress' | 'sessions'>,
  { restart, isComplete }: { readonly restart: boolean; readonly isComplete: boolean },
): EarlierRun {
  const begins = sessions.resumed === 0 && !restart;
  if (previous === null || begins) return { state: 'none', lastMinute: null, counts: NOTHING_DONE };
  if (restart) return { state: 'replaced', lastMinute: null, counts: NOTHING_DONE };
  const { minutes, rejected, warmup, error } = progress?.counts ?? NOTHING_DONE;
  const minuteMs = progress?.minuteMs ?? null;
  return {
    state: isComplete ? 'complete' : 'resumes',
    lastMinute: minuteMs === null ? null : isoTime(minuteMs),
    counts: { minutes, rejected, warmup, error },
  };
}

/** What an output holds, for people. */
export function earlierRunText({ state, lastMinute, counts: { minutes } }: EarlierRun, out: string): string {
  switch (state) {
    case 'none':
      return out === '-' ? 'results go to standard output' : `${out}: there is no run yet, so it starts one`;
    case 'replaced':
      return `${out}: --restart replaces the run there`;
    case 'resumes':
      return lastMinute === null
        ? `${out}: resumes the run there, which has no minute done`
        : `${out}: resumes the run there after ${lastMinute}, ${plural(minutes, 'minute')} done`;
    case 'complete':
      return `${out}: the run there is complete: ${plural(minutes, 'minute')}${lastMinute === null ? '' : `, to ${lastMinute}`}`;
  }
}
