import { AiopsError, type Notice } from '../../core/errors.js';
import { inputName } from '../../core/input-position.js';
import { isoTime } from '../../core/time.js';
import { withUpdates } from '../../read/bytes/digests.js';
import { compareInputs, type InputState } from '../../read/snapshot/compare-inputs.js';
import type { InputSnapshot, ResumePoint } from '../../read/snapshot/snapshot.js';
import { plural } from '../../report/format.js';
import type { ReplayConfig } from '../replay-config.js';
import { inputsOf } from './added-inputs.js';
import type { RunFacts, RunProgress } from './run-facts.js';

/** What became of an input since it was read; `unknown`: only reading it again shows, as with standard input. */
export type InputChange = 'same' | 'grown' | 'unknown';

/** The inputs of a run, compared with what it has read of them. */
export interface ComparedInputs {
  readonly changes: readonly InputChange[];
  /** How they are read, what was read of them, and the facts of each file as it is now. */
  readonly recording: InputSnapshot;
}

/** @throws AiopsError `config` where an input has changed; `input_missing` */
export async function compareWithSnapshot(
  facts: RunFacts,
  commits: readonly RunProgress[],
  { inputs, read, backfill, output }: ReplayConfig,
  onNotice: (notice: Notice) => void,
): Promise<ComparedInputs> {
  const recording = withCommitted(facts.recording, commits);
  const asked = { verify: backfill.verifyInput, live: read.live === true };
  // Others were added.
  const compared = inputs.slice(0, recording.files.length);
  const states = await compareInputs(compared, recording, asked);
  const names = inputsOf(facts.settings);
  const changed = compared.flatMap((input, i) => {
    const state = states[i];
    const before = names[i] ?? input;
    const name = before === input ? inputName(input) : `${input}, which would be ${before} rotated,`;
    return state?.state === 'changed' ? [`${name} ${state.what}`] : [];
  });
  if (changed.length > 0) {
    const isCompressed = states.some((state) => state.state === 'changed' && state.isCompressed === true);
    throw new AiopsError('config', `the input of ${output.out} has changed: ${changed.join('; ')}`, {
      hint: isCompressed ? UNPACK : OTHER_INPUT,
    });
  }
  if (backfill.verifyInput === 'sample')
    for (const notice of sampleNotices(compared, states)) onNotice(notice);
  const files = recording.files.map((file, i) => {
    const state = states[i];
    return state !== undefined && 'now' in state ? { ...file, identity: state.now } : file;
  });
  const changes = states.map(({ state }) => (state === 'changed' ? 'unknown' : state));
  return { changes, recording: { ...recording, files } };
}

const OTHER_INPUT =
  'choose another --out for it, or start over with --restart, which replaces the earlier results';
const UNPACK =
  'unpack it (gunzip) and name the unpacked file, or start over with --restart; keep log rotation from compressing files of a run (logrotate: nocompress)';

/** The recording with what the run had read of it by its last commit. */
function withCommitted(recording: InputSnapshot, commits: readonly RunProgress[]): InputSnapshot {
  const files = recording.files.map((file, i) => ({
    ...file,
    digests: withUpdates(
      file.digests,
      commits.map(({ digests }) => digests[i]),
    ),
  }));
  return { ...recording, files };
}

function sampleNotices(inputs: readonly string[], states: readonly InputState[]): Notice[] {
  return inputs.flatMap((input, i) => {
    const state = states[i];
    if (state === undefined || !('compared' in state)) return [];
    const { segments, ofSegments } = state.compared;
    const text = `--verify-input sample: compared ${segments} of the ${ofSegments} segments of ${input} that an earlier session read`;
    return [{ level: segments < ofSegments ? 'warning' : 'info', text } as const];
  });
}

/** Where a run resumes. */
export interface ResumePlan {
  /** Index of the commit to return to; -1: the beginning. */
  readonly commit: number;
  /** Where to start reading, so that windows are full again. */
  readonly readFrom: ResumePoint;
}

/**
 * Chooses the last commit that is still good: one at which no input that has grown since was at its end. A minute that
 * the end of a file closed is redone, since the file has more of it; so are minutes from `addedMs` on, the first one of
 * inputs that were added.
 */
export function planResume(
  commits: readonly RunProgress[],
  states: readonly InputChange[],
  lookBackMs: number,
  addedMs = Infinity,
): ResumePlan {
  const commit = commits.findLastIndex(
    ({ positions, minuteMs }) =>
      (minuteMs ?? -Infinity) < addedMs &&
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
