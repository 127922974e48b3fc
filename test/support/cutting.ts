import { Readable } from 'node:stream';

import { CutInput } from '#build/cluster/plan/cut-input.js';
import { findCuts } from '#build/cluster/plan/find-cuts.js';
import type { Slice } from '#build/cluster/plan/plan-file.js';
import { sumInputs, withDigests } from '#build/cluster/plan/sum-inputs.js';
import { toSlices } from '#build/cluster/plan/to-slices.js';
import { openSlice } from '#build/cluster/slice/open-slice.js';
import { openRecording, type ReadOptions } from '#build/read/recording.js';
import type { InputSnapshot } from '#build/read/snapshot/snapshot.js';
import { plainSteps, type PlainStep } from './read-steps.js';

export interface CutRecording {
  readonly slices: readonly Slice[];
  readonly recording: InputSnapshot;
}

/** Cuts inputs as a plan does; nothing is served. */
export async function cutRecording(
  paths: readonly string[],
  options: ReadOptions,
  { slices, pieceBytes }: { readonly slices: number; readonly pieceBytes: number },
): Promise<CutRecording> {
  const opened = await openRecording(paths, options, Readable.from([]));
  const recording = opened.snapshot();
  await opened.close();
  const inputs: (CutInput | null)[] = [];
  try {
    for (const [i, path] of paths.entries()) inputs.push(await CutInput.open(path, i, recording, pieceBytes));
    const found = await findCuts({ inputs, options, grid: recording.grid, slices });
    const sums = await sumInputs(paths, recording, found, new AbortController().signal);
    return { slices: toSlices(found, recording, sums), recording: withDigests(recording, sums) };
  } finally {
    for (const input of inputs) await input?.close();
  }
}

/** What a slice reads, without its look-back; its look-back. */
export async function readSlice(
  paths: readonly string[],
  options: ReadOptions,
  { recording }: CutRecording,
  slice: Slice,
): Promise<{ readonly own: PlainStep[]; readonly lookBack: PlainStep[] }> {
  const stored = JSON.parse(JSON.stringify(slice)) as Slice;
  const steps = await plainSteps(
    await openSlice({ inputs: paths, recording, awaited: [] }, stored, options, Readable.from([])),
  );
  return {
    own: steps.filter(({ lookBack }) => !lookBack),
    lookBack: steps.filter(({ lookBack }) => lookBack),
  };
}
