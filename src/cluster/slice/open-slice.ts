import type { Readable } from 'node:stream';

import { flatten } from '../../core/flatten.js';
import type { ReadOptions } from '../../read/options.js';
import { reopenRecording, type Recording } from '../../read/recording.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { Plan, Slice } from '../plan/plan-file.js';
import { checkedInput } from './slice-input.js';
import { sliceSteps } from './slice-steps.js';
import { UnselectedBefore } from './unselected-before.js';

/** The inputs of a plan, and how to read them. */
export interface PlannedInputs extends Pick<Plan, 'awaited'> {
  readonly inputs: readonly string[];
  readonly recording: InputSnapshot;
}

/**
 * Opens the part of a recording that a slice reads; its progress is that of the slice.
 *
 * @throws AiopsError `config` where the inputs are not those of the plan; as `reopenRecording` does
 */
export async function openSlice(
  { inputs, recording: whole, awaited }: PlannedInputs,
  slice: Slice,
  options: ReadOptions,
  stdin: Readable,
): Promise<Recording> {
  const { from, readFrom } = slice;
  // Only the first slice counts what comes before a range; others count from where it ended.
  const unselected = new UnselectedBefore((from === null ? options.fromMs : null) ?? -Infinity);
  const snapshot = await checkedInput(inputs, whole, slice);
  const start = {
    positions: readFrom?.positions ?? null,
    positionsMinuteMs: readFrom?.minuteMs ?? null,
    afterMinuteMs: from?.minuteMs ?? -Infinity,
    ...(from === null ? {} : { afterPositions: from.positions }),
    isPinned: true,
    awaited: { hasRecords: false, waiting: awaited },
    counted: { from: from?.positions ?? null, until: slice.until?.positions ?? null },
  };
  const recording = await reopenRecording(inputs, options, stdin, snapshot, start, {
    watch: (steps) => sliceSteps(slice, unselected.counted(steps)),
  });
  const before = from === null ? 0 : recording.bytesBefore(from.positions);
  const groups: Recording['groups'] = () => unselected.without(recording.groups());
  return {
    ...recording,
    groups,
    steps: () => flatten(groups()),
    lateNotices: () => [], // the merge gives those of the run
    progress: () => ({ ...recording.progress(), totalBytes: slice.bytes }),
    bytesBefore: (positions) => Math.max(0, recording.bytesBefore(positions) - before),
  };
}
