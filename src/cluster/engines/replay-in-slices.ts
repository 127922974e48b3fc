import { AiopsError } from '../../core/errors.js';
import { plural } from '../../core/count-text.js';
import { findModel } from '../../model/model-choice.js';
import { peekOutput } from '../../output/left-folder.js';
import { lookAt } from '../../read/bytes/file-facts.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import type { SettingText } from '../../replay/replay-context.js';
import { refuseHeld } from '../../replay/resume/earlier-run.js';
import { knownDifferences, refuseDifferences } from '../../replay/resume/result-settings.js';
import { merge, type MergeContext, type MergeOutcome, type MergeStep } from '../merge/merge.js';
import { idlePlan } from '../plan/idle-plan.js';
import { makePlan } from '../plan/make-plan.js';
import { readPlan, type SealedPlan } from '../plan/plan-file.js';
import type { PlanContext } from '../plan/planned-run.js';
import { refuseUnplannable } from '../plan/refusals.js';
import { hasPlan, planPath } from '../run-layout.js';
import type { Engine, EngineWork, FailedSlice, StartEngine } from './engine.js';

export type SlicedOutcome =
  | MergeOutcome
  /** It said why itself. */
  | ({ readonly kind: 'failed' } & FailedSlice);

export type SlicedContext = PlanContext &
  MergeContext &
  Pick<EngineWork, 'onSliceLine'> & { readonly settingText: SettingText };

/**
 * Replays a recording in slices that an engine runs, and merges them as they end. Resumes what the output holds of the
 * same plan. Null once the signal is given while planning.
 *
 * @throws AiopsError as `makePlan` and `merge` do; `config` where the output has the plan of another run
 */
export async function replayInSlices(
  config: ReplayConfig,
  { slices, engine }: { readonly slices: number | 'auto'; readonly engine: StartEngine },
  context: SlicedContext,
): Promise<SlicedOutcome | null> {
  refuseUnplannable(config);
  await refuseHeld(config, await peekOutput(config.output, { restart: config.backfill.restart }));
  const { onNotice, onSliceLine } = context;
  const earlier = await earlierPlan(config, context.settingText);
  if (earlier !== null) {
    const text = `follows the plan in ${config.output.out} (${plural(earlier.slices.length, 'slice')})`;
    onNotice({ level: 'info', text });
  }
  const plan = earlier ?? (await makePlan({ config, slices }, context));
  if (plan === null) return null;
  const merging = { ...config, backfill: { ...config.backfill, restart: plan.config.backfill.restart } };
  const running = engine({ plan, folder: config.output.out, onNotice, onSliceLine });
  return runSlices(plan, merging, { slices: running, isOpeningShown: earlier === null }, context);
}

/** Null: there is none, or it is to be replaced. */
async function earlierPlan(config: ReplayConfig, settingText: SettingText): Promise<SealedPlan | null> {
  const { output, backfill, inputs } = config;
  if (backfill.restart || !hasPlan(output.out) || (await idlePlan(config)) !== null) return null;
  const plan = await readPlan(planPath(output.out));
  const { facts } = plan;
  const model = await findModel(config.model);
  refuseDifferences(knownDifferences(facts, config, model, settingText), output.out);
  for (const [i, input] of inputs.entries()) {
    const planned = facts.recording.files[i]?.identity?.sizeBytes;
    if (planned === undefined) throw changedInput(input, 'is not in its plan');
    const sizeBytes = (await lookAt(input))?.sizeBytes ?? 0;
    if (sizeBytes !== planned) throw changedInput(input, `has ${sizeBytes} bytes, not ${planned} as planned`);
  }
  return plan;
}

function changedInput(input: string, what: string): AiopsError {
  return new AiopsError('config', `${input} ${what}`, {
    hint: 'replay without --engine to resume the run with what was added, or start over with --restart',
  });
}

async function runSlices(
  plan: SealedPlan,
  config: ReplayConfig,
  { slices, isOpeningShown }: { readonly slices: Engine; readonly isOpeningShown: boolean },
  context: SlicedContext,
): Promise<SlicedOutcome> {
  const running = new RunningSlices(slices);
  const signal = AbortSignal.any([context.signal, running.failed]);
  try {
    const onMerged = (step: MergeStep): void => {
      slices.merged = step.merged;
      running.begin(); // now that the merge has the folder
      context.onMerged(step);
    };
    const options = { follow: true, isOpeningShown };
    const outcome = await merge(plan, config, options, { ...context, signal, onMerged });
    if (outcome.kind !== 'interrupted' || context.signal.aborted) return outcome;
    return { kind: 'failed', ...(await running.failure()) };
  } finally {
    await slices.stop(context.graceOver);
  }
}

/** Slices that run while the merge follows them. */
class RunningSlices {
  readonly #slices: Engine;
  readonly #failing = new AbortController();
  #running: Promise<FailedSlice | null> | null = null;

  constructor(slices: Engine) {
    this.#slices = slices;
  }

  /** Aborted if they cannot be completed. */
  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  begin(): void {
    if (this.#running !== null) return;
    this.#running = this.#slices.run();
    this.#running.then(
      (failed) => failed !== null && this.#failing.abort(),
      () => this.#failing.abort(),
    );
  }

  /** @throws AiopsError as `Engine.run` does */
  async failure(): Promise<FailedSlice> {
    const failed = await this.#running;
    if (failed === null) throw new Error('no slice failed');
    return failed;
  }
}
