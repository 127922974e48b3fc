import type { Readable } from 'node:stream';

import type { AllRead } from '../../read/bytes/prefix-sums.js';
import { NONE_AWAITED } from '../../read/lines/awaited-columns.js';
import { openRecording, reopenRecording, type ReadOptions, type Recording } from '../../read/recording.js';
import type { FileSnapshot, InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { SortScratch } from '../../read/sort/open-sorted.js';
import { readAgain } from './read-again.js';
import type { InputChange, ResumePlan } from './resume-plan.js';
import type { RunProgress } from './run-facts.js';

/** A run whose inputs were compared with what it has read of them. */
export interface ComparedRun {
  /** How its inputs are read, and what it has read of them. */
  readonly recording: InputSnapshot;
  /** Of the inputs that the run had. */
  readonly changes: readonly InputChange[];
  readonly plan: ResumePlan;
  /** What it had read of inputs that can be read only once. */
  readonly read: readonly (AllRead | null)[];
  readonly lookBackMs: number;
  readonly progress: RunProgress | null;
}

/**
 * Opens the inputs of a run where it resumes. Where nothing of the run is kept, how to read them is decided again: by
 * now they may show more.
 *
 * @throws AiopsError of reading; `config` where an input that can be read only once is not what it was
 */
export async function openAgain(
  inputs: readonly string[],
  run: ComparedRun,
  options: ReadOptions,
  { stdin, scratch }: { readonly stdin: Readable; readonly scratch: SortScratch },
): Promise<Recording> {
  const { recording, changes, plan, read, lookBackMs, progress } = run;
  const awaited = progress?.awaited ?? NONE_AWAITED;
  const from = { ...plan.readFrom, allRead: read, awaited };
  const isOnceOnly = changes.includes('unknown');
  // Of what was sorted, the checksums are those of the sorted text.
  const isAnew =
    progress === null && !recording.files.some((file) => isSorted(file) && file.identity === null);
  const reopen = (): Promise<Recording> => {
    const decidesAgain = mayDecideOtherwise(run, inputs);
    return reopenRecording(inputs, options, stdin, recording, { ...from, decidesAgain }, { scratch });
  };
  const opened = await (isAnew ? openRecording(inputs, options, stdin, scratch, read) : reopen());
  return isOnceOnly ? await readAgain(opened, { ...from, lookBackMs }) : opened;
}

/** Whether inputs that had too few records for a full sample may show something else by now. */
function mayDecideOtherwise({ recording, changes }: ComparedRun, inputs: readonly string[]): boolean {
  const mayShowMore = recording.files.some(
    ({ shortSample }, i) => shortSample !== undefined && changes[i] !== undefined && changes[i] !== 'same',
  );
  // Where inputs were added, all were compared already.
  return mayShowMore && changes.length === inputs.length && !recording.files.some(isSorted);
}

/** Whether it has to be read to its end before its first minute. */
function isSorted(file: FileSnapshot): boolean {
  return file.isSorted === true;
}
