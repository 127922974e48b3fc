import { unlessAborted } from '../../core/abort.js';
import { nodeFiles } from '../../output/files.js';
import { makeLocked } from '../../output/folder-lock.js';
import { OutOfOrder } from '../../read/minutes/out-of-order.js';
import type { ReadOptions } from '../../read/options.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import { plural } from '../../report/format.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { removeEmptyParts, removeMerged } from '../merge/parts.js';
import { hasPlan, planPath } from '../run-layout.js';
import { CutInput } from './cut-input.js';
import { idlePlan } from './idle-plan.js';
import { findCuts, type FoundSlice } from './find-cuts.js';
import { plannedByAnother, writePlan, type Plan, type SealedPlan } from './plan-file.js';
import { openPlanned, type PlanContext, type PlanRequest } from './planned-run.js';
import { refuseEarlierRun, refuseUncuttable, refuseUnplannable, refuseUnwritable } from './refusals.js';
import { sumInputs, withDigests } from './sum-inputs.js';
import { toSlices } from './to-slices.js';
import { uncuttableOrder } from './uncut-order.js';

const PIECE_BYTES = 65_536;

/**
 * Cuts recordings into slices and writes the plan to the folder of the run: parses the inputs only around each cut, and
 * reads all of their bytes once. Null once the signal is given.
 *
 * @throws AiopsError as `replay` before its first minute; `config` for inputs that cannot be cut
 */
export async function makePlan(request: PlanRequest, context: PlanContext): Promise<SealedPlan | null> {
  const { config, pieceBytes = PIECE_BYTES } = request;
  const { signal, onNotice } = context;
  refuseUnplannable(config);
  const replaced = await refuseEarlierRun(config);
  if (replaced !== null)
    onNotice({
      level: 'info',
      text: `no slice of the plan in ${config.output.out} has begun, so it is replaced`,
    });
  await refuseUnwritable(config);
  const opened = await openPlanned(request, context);
  if (opened === null) return null;
  const { facts, slices, options, notices, awaited } = opened;
  const { recording } = facts;
  refuseUncuttable(config.inputs, recording);
  const cutting = { options, recording, slices, pieceBytes };
  const found = await unlessAborted(cutInputs(config.inputs, cutting), signal);
  if (found === null) return null;
  if (found.length < slices && request.slices !== 'auto') {
    const text = `planned ${plural(found.length, 'slice')} instead of ${slices}: the recording has no other places to cut it at`;
    onNotice({ level: 'warning', text });
  }
  const sums = await unlessAborted(sumInputs(config.inputs, recording, found, signal), signal);
  if (sums === null) return null;
  return await write(config, replaced, {
    config,
    folder: process.cwd(),
    facts: { ...facts, recording: withDigests(recording, sums) },
    slices: toSlices(found, recording, sums),
    notices,
    awaited,
  });
}

/** @throws AiopsError `output_locked` where another command has planned or merged in the folder since */
async function write(config: ReplayConfig, replaced: SealedPlan | null, plan: Plan): Promise<SealedPlan> {
  const { out } = config.output;
  const { breakLock, restart } = config.backfill;
  const { lock } = await makeLocked(out, { breakLock });
  try {
    const isReplaced = replaced !== null && (await idlePlan(config))?.sha256 === replaced.sha256;
    if (hasPlan(out) && !restart && !isReplaced) throw plannedByAnother(out);
    const sealed = await writePlan(planPath(out), plan);
    await removeMerged(out, Infinity, nodeFiles); // of an earlier plan, now that it is replaced
    await removeEmptyParts(out, nodeFiles);
    return sealed;
  } finally {
    await lock.release();
  }
}

async function cutInputs(
  paths: readonly string[],
  {
    options,
    recording,
    slices,
    pieceBytes,
  }: {
    readonly options: ReadOptions;
    readonly recording: InputSnapshot;
    readonly slices: number;
    readonly pieceBytes: number;
  },
): Promise<FoundSlice[]> {
  const inputs: (CutInput | null)[] = [];
  try {
    for (const [i, path] of paths.entries()) inputs.push(await CutInput.open(path, i, recording, pieceBytes));
    return await findCuts({ inputs, options, grid: recording.grid, slices });
  } catch (error) {
    throw error instanceof OutOfOrder ? await uncuttableOrder(error, paths, options) : error;
  } finally {
    for (const input of inputs) await input?.close();
  }
}
