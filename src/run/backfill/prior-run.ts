import type { RunOutput } from '../../write/run-output.js';
import { compareInputs } from '../../read/identity.js';
import { AiopsError } from '../../core/errors.js';
import { lookBackIntervals } from '../../core/window.js';
import type { ReplayConfig } from '../replay-config.js';
import type { ChosenModel } from '../model-choice.js';
import { refuseDifferences, resultSettings, servingSettings, settingDifferences } from './result-settings.js';
import { planResume, type InputState, type ResumePlan } from './resume-plan.js';
import type { RunCompletion, RunFacts, RunProgress } from './run-facts.js';

/** A run that the output holds already, and where to go on with it. */
export interface PriorRun {
  readonly facts: RunFacts;
  readonly commits: readonly RunProgress[];
  readonly plan: ResumePlan;
  /** What its last session came to, if nothing is left to do. */
  readonly completion: RunCompletion | null;
}

/**
 * Looks whether the output holds this very run; null where it holds none.
 *
 * @throws AiopsError `config` where it holds another one, or where an input is not what it was
 */
export async function findPriorRun(
  output: RunOutput,
  config: ReplayConfig,
  model: ChosenModel,
): Promise<PriorRun | null> {
  if (output.prior === null || config.backfill.restart) return null;
  // Its checksums say that these are lines of our own; their format was checked on reading.
  const facts = output.prior.facts as RunFacts;
  const commits = output.prior.commits.map(({ state }) => state as RunProgress);
  const completion = output.prior.completion as RunCompletion | null;
  refuseDifferences(changedSettings(facts, config, model), config.output.out);
  const states = await inputStates(facts, config);
  const lookBackMs = lookBackIntervals(facts.input.window) * facts.recording.intervalMs;
  const plan = planResume(commits, states, lookBackMs);
  const isDone = completion !== null && commits[plan.commit]?.ended === true;
  return { facts, commits, plan, completion: isDone ? completion : null };
}

/** Of what can be told before actors are up. */
function changedSettings(facts: RunFacts, config: ReplayConfig, model: ChosenModel): string[] {
  const differences = settingDifferences(facts.settings, resultSettings(config));
  if (!facts.backend.reproducible)
    differences.push(...settingDifferences(facts.serving, servingSettings(config)));
  if (model.digest !== null && model.digest !== facts.model.digest) {
    const { name, digest } = facts.model;
    differences.push(`the model was ${name} (${digest.slice(0, 12)}), now ${model.digest.slice(0, 12)}`);
  }
  return differences;
}

async function inputStates(
  facts: RunFacts,
  { inputs, backfill, output }: ReplayConfig,
): Promise<InputState[]> {
  const states = await compareInputs(inputs, facts.recording, { whole: backfill.verifyInput });
  const changed = states.flatMap((state, i) =>
    typeof state === 'object' ? [`${inputs[i] ?? ''}: ${state.changed}`] : [],
  );
  if (changed.length > 0) {
    throw new AiopsError('config', `the input is not what ${output.out} was made of: ${changed.join('; ')}`, {
      hint: 'choose another --out for it, or begin anew with --restart, which replaces what is there',
    });
  }
  return states.map((state) => (state === 'unknown' ? 'open' : state) as InputState);
}
