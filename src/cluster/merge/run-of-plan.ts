import { isDeepStrictEqual } from 'node:util';

import { ShapeError } from '../../core/shape.js';
import type { JournalContents } from '../../output/journal.js';
import { addsInputs, inputsOf } from '../../replay/resume/added-inputs.js';
import { previousJournal } from '../../replay/resume/previous-journal.js';
import { computingDifferences } from '../../replay/resume/result-settings.js';
import type { RunFacts } from '../../replay/resume/run-facts.js';
import type { SealedPlan } from '../plan/plan-file.js';
import { mergedShares, type MergedShares } from './shares.js';

type PlannedFacts = Pick<SealedPlan, 'facts'>;

/**
 * Whether a run is the one of a plan: the plan's merge, also where a replay resumed it, or what a replay with the same
 * settings began in the folder after it was planned.
 */
export function isOfPlan(
  previous: JournalContents,
  facts: RunFacts,
  { facts: planned }: PlannedFacts,
): boolean {
  if (facts.startedAt === planned.startedAt) return true;
  if (facts.startedAt < planned.startedAt || lastShares(previous) !== null) return false;
  const { settings } = addsInputs(planned, inputsOf(facts.settings)) ? withInputsOf(planned, facts) : facts;
  return (
    isDeepStrictEqual(settings, planned.settings) &&
    computingDifferences(planned, facts).length === 0 &&
    holdsInputsOf(facts, planned)
  );
}

function withInputsOf({ settings: { input } }: RunFacts, { settings }: RunFacts): Pick<RunFacts, 'settings'> {
  return { settings: { ...settings, input } };
}

/** Whether a run read its inputs in the way that was planned, and none was smaller than planned. */
function holdsInputsOf({ recording }: RunFacts, { recording: planned }: RunFacts): boolean {
  const { columns, grid, layout } = recording;
  return (
    isDeepStrictEqual([columns, grid, layout], [planned.columns, planned.grid, planned.layout]) &&
    planned.files.every(
      ({ identity }, i) => (recording.files[i]?.identity?.sizeBytes ?? 0) >= (identity?.sizeBytes ?? 0),
    )
  );
}

/** A run that the merge of a plan replaces: what `plan --restart` found in the folder. */
export interface ReplacedRun {
  /** ISO 8601, when it began. */
  readonly startedAt: string;
  /** ISO 8601; null: it was not complete. */
  readonly completedAt: string | null;
}

/** The run in the folder, if it is older than the plan, which is to replace it; null: there is none. */
export function replacedBy(previous: JournalContents, plan: SealedPlan, out: string): ReplacedRun | null {
  if (!plan.config.backfill.restart || !isOlder(previous, plan)) return null;
  const { startedAt } = previous.facts as { startedAt: string };
  return { startedAt, completedAt: previousJournal(out, previous).completion?.at ?? null };
}

/** What a merge appended up to the last commit; null: a replay made that commit, or there is none. */
export function lastShares({ commits }: JournalContents): MergedShares | null {
  try {
    return mergedShares((commits.at(-1)?.state as { merged?: unknown } | null | undefined)?.merged);
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
}

/** Whether a run began before the plan was made. */
export function isOlder(previous: JournalContents, { facts }: PlannedFacts): boolean {
  const { startedAt } = (previous.facts ?? {}) as { startedAt?: unknown };
  return typeof startedAt === 'string' && startedAt < facts.startedAt;
}
