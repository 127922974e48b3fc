import { findModel } from '../../model/model-choice.js';
import { isErrno, nodeFiles } from '../../output/files.js';
import { peekOutput, wroteNothing } from '../../output/left-folder.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { knownDifferences } from '../../replay/resume/result-settings.js';
import { hasPlan, partsFolder, planPath } from '../run-layout.js';
import { readPlan, type SealedPlan } from './plan-file.js';

/**
 * The plan of other settings in the folder of a run that can be replaced, since none of its slices has begun; null:
 * there is none.
 *
 * @throws AiopsError as `readPlan` and `peekOutput` do
 */
export async function idlePlan(config: ReplayConfig): Promise<SealedPlan | null> {
  const { out } = config.output;
  if (!hasPlan(out) || (await hasParts(out))) return null;
  const { previous } = await peekOutput(config.output, { restart: false });
  if (previous !== null && !(await wroteNothing(out, previous, nodeFiles))) return null;
  const plan = await readPlan(planPath(out));
  const model = await findModel(config.model);
  const differences = knownDifferences(plan.facts, config, model, () => ''); // only counted
  return differences.length > 0 ? plan : null;
}

/** Whether a slice has begun: an attempt has its folder from its first moment. */
async function hasParts(out: string): Promise<boolean> {
  try {
    return (await nodeFiles.list(partsFolder(out))).length > 0;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
