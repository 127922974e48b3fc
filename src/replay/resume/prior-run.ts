import type { RunOutput } from '../../output/run-output.js';
import type { Notice } from '../../core/errors.js';
import { lookBackIntervals } from '../../core/window.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { RunSummary } from '../report/run-summary.js';
import type { ReplayConfig } from '../replay-config.js';
import type { ChosenModel } from '../../model/model-choice.js';
import { previousJournal } from './previous-journal.js';
import { writtenSummary } from './read-summary.js';
import { comparedInputs } from './input-changes.js';
import { keptCommits } from './kept-commits.js';
import { computingSettings, refuseDifferences, settingDifferences } from './result-settings.js';
import { planResume, resumeText, type ResumePlan } from './resume-plan.js';
import type { RunCompletion, RunFacts, RunProgress } from './run-facts.js';

/** A run that the output holds already, and where to go on with it. */
export interface PriorRun {
  readonly facts: RunFacts;
  /** How to read its inputs, and what it has read of them. */
  readonly recording: InputSnapshot;
  readonly plan: ResumePlan;
  /** What it had come to where it goes on; null: it goes on from its beginning. */
  readonly last: RunProgress | null;
  /** Indexes of its commits that a later session may need. */
  readonly kept: ReadonlySet<number>;
  /** For the user: from where it goes on. */
  readonly goingOn: string;
  /** How many times it was gone on with. */
  readonly resumed: number;
  /**
   * What it came to, if nothing is left to do; null where there is, and be it a `timing.json` that got lost. A page
   * that got lost is no such thing: to make it, `timing.json` would be made again, without the comparison it has.
   */
  readonly done: { readonly summary: RunSummary; readonly last: RunProgress } | null;
}

/**
 * Looks whether the output holds this very run; null where it holds none.
 *
 * @throws AiopsError `config` where it holds another one, or where an input is not what it was; `output_io` where
 *   files of a complete run are shorter than they were
 */
export async function findPriorRun(
  output: RunOutput,
  config: ReplayConfig,
  model: ChosenModel,
  onNotice: (notice: Notice) => void,
): Promise<PriorRun | null> {
  if (output.previous === null || config.backfill.restart) return null;
  const journal = previousJournal(config.output.out, output.previous);
  const { facts, completion } = journal;
  const commits = journal.commits();
  refuseDifferences(changedSettings(facts, config, model), config.output.out);
  const { changes, recording } = await comparedInputs(facts, commits, config, onNotice);
  const lookBackMs = lookBackIntervals(facts.input.window) * facts.recording.intervalMs;
  const plan = planResume(commits, changes, lookBackMs);
  const last = commits[plan.commit] ?? null;
  return {
    facts,
    recording,
    plan,
    last,
    kept: keptCommits(commits.slice(0, plan.commit + 1), lookBackMs),
    goingOn: resumeText(plan, commits),
    resumed: output.previous.resumed,
    done: await findDone(output, config.output.out, last, completion),
  };
}

async function findDone(
  output: RunOutput,
  out: string,
  last: RunProgress | null,
  completion: RunCompletion | null,
): Promise<PriorRun['done']> {
  if (completion === null || last?.ended !== true) return null;
  await output.checkCommitted();
  const summary = await writtenSummary(out, completion);
  return summary === null ? null : { summary, last };
}

/** Of what can be told before actors are up. */
function changedSettings(facts: RunFacts, config: ReplayConfig, model: ChosenModel): string[] {
  const { results, serving, text } = config.journaled;
  const differences = settingDifferences(facts.settings, results, text);
  differences.push(...settingDifferences(...computingSettings(facts, config), text));
  if (!facts.backend.reproducible) differences.push(...settingDifferences(facts.serving, serving, text));
  if (model.digest !== null && model.digest !== facts.model.digest) {
    const { name, digest } = facts.model;
    differences.push(`the model was ${name} (${digest.slice(0, 12)}), now ${model.digest.slice(0, 12)}`);
  }
  return differences;
}
