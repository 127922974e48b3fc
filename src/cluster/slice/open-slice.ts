import type { Readable } from 'node:stream';

import type { ReadOptions } from '../../read/options.js';
import { reopenRecording, type Recording } from '../../read/recording.js';
import type { Plan, Slice } from '../plan/plan-file.js';
import { checkedInput } from './slice-input.js';
import { sliceSteps } from './slice-steps.js';

/**
 * Opens the part of a recording that a slice reads; its progress is that of the slice.
 *
 * @throws AiopsError `config` where the inputs are not those of the plan; as `reopenRecording` does
 */
export async function openSlice(
  { config: { inputs }, facts }: Pick<Plan, 'config' | 'facts'>,
  slice: Slice,
  options: ReadOptions,
  stdin: Readable,
): Promise<Recording> {
  const { from, readFrom } = slice;
  const snapshot = await checkedInput(inputs, facts.recording, slice);
  const recording = await reopenRecording(inputs, options, stdin, snapshot, {
    positions: readFrom?.positions ?? null,
    positionsMinuteMs: readFrom?.minuteMs ?? null,
    afterMinuteMs: from?.minuteMs ?? -Infinity,
    ...(from === null ? {} : { afterPositions: from.positions }),
    isPinned: true,
    watch: (steps) => sliceSteps(slice, steps),
  });
  const before = from === null ? 0 : recording.bytesBefore(from.positions);
  return {
    ...recording,
    progress: () => ({ ...recording.progress(), totalBytes: slice.bytes }),
    bytesBefore: (positions) => Math.max(0, recording.bytesBefore(positions) - before),
  };
}
