import { AiopsError } from '../core/errors.js';
import { nodeFiles, type Files } from '../output/files.js';
import { readJournal } from '../output/journal.js';
import { checkCommittedRejects } from '../replay/resume/complete-run.js';
import type { RunProgress } from '../replay/resume/run-facts.js';
import type { RunStatus, SlicesStatus } from '../replay/resume/status-report.js';
import { runStatus } from '../replay/resume/read-status.js';
import { mergedIn, type Merged } from './merge/merged-run.js';
import { completeParts, NO_ATTEMPTS, ofOtherPlans, type Attempts } from './merge/parts.js';
import { replacedBy } from './merge/run-of-plan.js';
import { readPlan, type SealedPlan } from './plan/plan-file.js';
import { planPath } from './run-layout.js';

/**
 * What a folder with a plan says about its run and its slices. Takes no lock and changes nothing.
 *
 * @throws AiopsError as `runStatus` and `readPlan` do
 */
export async function slicedStatus(folder: string, files: Files = nodeFiles): Promise<RunStatus> {
  const plan = await readPlan(planPath(folder));
  const parts = await completeParts(folder, files); // first: what is merged in between is not missing then
  const previous = await readJournal(folder, files);
  const found = previous === null ? null : mergedIn(previous, plan, folder);
  const replaces = previous === null || found !== null ? null : replacedBy(previous, plan, folder);
  if (previous !== null && found === null && replaces === null) return runStatus(folder, files);
  const slices = await slicesOf(plan, parts, found, files);
  const status = await runStatus(folder, files, { facts: plan.facts, isReplacing: replaces !== null });
  return { ...status, slices, ...(replaces === null ? {} : { replaces }) };
}

async function slicesOf(
  plan: SealedPlan,
  parts: ReadonlyMap<number, Attempts>,
  found: Merged | null,
  files: Files,
): Promise<SlicesStatus> {
  const merged = found?.shares.slice ?? 0;
  const rest = plan.slices.slice(merged).map(({ number }) => number);
  const others = new Set((await ofOtherPlans(parts.values(), plan, files)).map(({ path }) => path));
  const isComplete = (number: number): boolean =>
    (parts.get(number) ?? NO_ATTEMPTS).good.some(({ path }) => !others.has(path));
  return {
    all: plan.slices.length,
    merged,
    complete: rest.filter(isComplete),
    missing: rest.filter((number) => !isComplete(number)),
    tooManyRejects: hasTooManyRejects(found?.progress ?? null, plan),
  };
}

function hasTooManyRejects(progress: RunProgress | null, { config: { maxRejects } }: SealedPlan): boolean {
  try {
    if (progress !== null) checkCommittedRejects(progress, maxRejects);
    return false;
  } catch (error) {
    if (error instanceof AiopsError && error.code === 'reject_limit') return true;
    throw error;
  }
}
