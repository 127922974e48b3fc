import { Readable } from 'node:stream';

import { limitOf, merge, type MergeStep } from '../cluster/merge/merge.js';
import { configOf, readPlan } from '../cluster/plan/plan-file.js';
import { planPath, runFolder } from '../cluster/run-layout.js';
import { AiopsError } from '../core/errors.js';
import { countText, numbersText, plural } from '../report/format.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import { attend } from './attend.js';
import type { ProgressStep } from './progress.js';
import { conclude } from './conclude.js';

export interface MergeFlags {
  readonly follow?: boolean;
  readonly breakLock?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** How long appending a slice may take after a signal, ms; the next merge starts over with it. */
const STOP_GRACE_MS = 10_000;

/** Merges the slices of a plan; resolves to the exit status. */
export async function runMerge(named: string, flags: MergeFlags): Promise<number> {
  const folder = runFolder(named);
  const { follow = false, breakLock = false, json = false, quiet = false } = flags;
  const plan = await readPlan(planPath(folder));
  const planned = configOf(plan);
  const config: ReplayConfig = {
    ...planned,
    output: { ...planned.output, out: folder },
    backfill: { ...planned.backfill, breakLock },
  };
  const stop = { graceMs: STOP_GRACE_MS, afterwards: '; run the same command again to resume' };
  return attend({ quiet, notices: [], finishing: 'the current slice', stop }, async (attended) => {
    const { progress, terminal } = attended;
    progress.start();
    const outcome = await merge(
      plan,
      config,
      { follow, isPlans: true },
      {
        ...attended,
        stdin: Readable.from([]),
        onMerged: (step) => progress.update(() => progressOf(step)),
      },
    );
    progress.stop();
    if (outcome.kind === 'incomplete') throw missingSlices(outcome.missing, plan.slices.length, folder);
    const form = json ? 'json' : 'text';
    const limit = outcome.kind === 'done-before' ? limitOf(outcome.summary) : config.maxRejects;
    const how = {
      stopGraceMs: STOP_GRACE_MS,
      rejectsAllowed: limit !== null,
      gates: config.gates,
      out: folder,
      form,
      quiet,
    } as const;
    if (outcome.kind !== 'done-before') return conclude(outcome, attended, how);
    terminal.info(`${folder} is complete already`);
    return conclude({ ...outcome, kind: 'complete' }, attended, how);
  });
}

/** How far a merge is, for people. */
export function progressOf({ merged, slices, counts }: MergeStep): ProgressStep {
  const done = counts === null ? '' : `, ${plural(counts.minutes, 'minute')}, ${countText(counts.rows)} rows`;
  return { done: merged, total: slices, text: `${merged} of ${plural(slices, 'slice')} merged${done}` };
}

export function missingSlices(missing: readonly number[], slices: number, folder: string): AiopsError {
  const named = `${missing.length === 1 ? 'slice' : 'slices'} ${numbersText(missing)} of ${slices}`;
  const [run, wait] = missing.length === 1 ? ['run it', 'it'] : ['run them', 'them'];
  return new AiopsError('incomplete', `${folder} is not complete: it lacks ${named}`, {
    hint:
      `${run} with aiops-serve slice, then merge again, or wait for ${wait} with --follow; ` +
      'after a slice that ended with 64, 65, 66 or 78, its message says what to mend first',
  });
}
