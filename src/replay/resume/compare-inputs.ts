import { AiopsError, type Notice } from '../../core/errors.js';
import { inputName } from '../../core/input-name.js';
import { compareInputs, type InputState } from '../../read/snapshot/compare-inputs.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import { withUpdates } from '../../read/bytes/digests.js';
import type { ReplayConfig } from '../replay-config.js';
import type { InputChange } from './resume-plan.js';
import type { RunFacts, RunProgress } from './run-facts.js';

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
  const states = await compareInputs(inputs, recording, asked);
  const changed = inputs.flatMap((input, i) => {
    const state = states[i];
    return state?.state === 'changed' ? [`${inputName(input)} ${state.what}`] : [];
  });
  if (changed.length > 0) {
    throw new AiopsError('config', `the input of ${output.out} has changed: ${changed.join('; ')}`, {
      hint: 'choose another --out for it, or start over with --restart, which replaces the earlier results',
    });
  }
  if (backfill.verifyInput === 'sample') for (const notice of sampleNotices(inputs, states)) onNotice(notice);
  const files = recording.files.map((file, i) => {
    const state = states[i];
    return state !== undefined && 'now' in state ? { ...file, identity: state.now } : file;
  });
  const changes = states.map(({ state }) => (state === 'changed' ? 'unknown' : state));
  return { changes, recording: { ...recording, files } };
}

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
