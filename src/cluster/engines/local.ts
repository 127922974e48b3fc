import { resolveActors } from '../../core/actor-count.js';
import { AiopsError } from '../../core/errors.js';
import { usableProcessors } from '../../host/processors.js';
import { findModel } from '../../model/model-choice.js';
import { nodeFiles } from '../../output/files.js';
import { peekOutput } from '../../output/left-folder.js';
import { lookAt } from '../../read/bytes/file-facts.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { refuseHeld } from '../../replay/resume/earlier-run.js';
import { knownDifferences, refuseDifferences } from '../../replay/resume/result-settings.js';
import { merge, type MergeContext, type MergeOutcome, type MergeStep } from '../merge/merge.js';
import { makePlan } from '../plan/make-plan.js';
import { readPlan, type SealedPlan } from '../plan/plan-file.js';
import type { PlanContext } from '../plan/planned-run.js';
import { planPath } from '../run-layout.js';
import { LocalSlices, type FailedSlice } from './local-slices.js';
import { startSlice } from './slice-process.js';

export type LocalOutcome =
  | MergeOutcome
  /** It said why itself. */
  | ({ readonly kind: 'failed' } & FailedSlice);

export type LocalContext = PlanContext &
  MergeContext & {
    /** Gets the lines that slices print. */
    readonly onSliceLine: (slice: number, line: string) => void;
  };

/**
 * Replays a recording in slices, each a process of this program, and merges them as they end. Resumes what the output
 * holds of the same plan. Null once the signal is given while planning.
 *
 * @throws AiopsError as `makePlan` and `merge` do; `config` where the output has the plan of another run
 */
export async function replayLocally(
  config: ReplayConfig,
  slices: number | 'auto',
  context: LocalContext,
): Promise<LocalOutcome | null> {
  await refuseHeld(config, await peekOutput(config.output, { restart: config.backfill.restart }));
  const plan = (await earlierPlan(config)) ?? (await makePlan({ config, slices }, context));
  return plan === null ? null : runSlices(plan, config, context);
}

/** Null: there is none, or it is to be replaced. */
async function earlierPlan(config: ReplayConfig): Promise<SealedPlan | null> {
  const { output, backfill, inputs } = config;
  const path = planPath(output.out);
  if (backfill.restart || (await nodeFiles.entry(path).catch(() => null)) === null) return null;
  const plan = await readPlan(path);
  const { facts } = plan;
  refuseDifferences(knownDifferences(facts, config, await findModel(config.model)), output.out);
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
  context: LocalContext,
): Promise<LocalOutcome> {
  const actors = resolveActors(config.actors, usableProcessors());
  const atOnce = Math.min(actors, plan.slices.length);
  const slices = new LocalSlices({
    folder: config.output.out,
    slices: plan.slices.length,
    atOnce,
    start: (number) =>
      startSlice({
        planPath: planPath(config.output.out),
        number,
        actors: Math.max(1, Math.floor(actors / atOnce)),
        onLine: (line) => context.onSliceLine(number, line),
      }),
    onNotice: context.onNotice,
  });
  const running = new RunningSlices(slices);
  const signal = AbortSignal.any([context.signal, running.failed]);
  try {
    const onMerged = (step: MergeStep): void => {
      slices.merged = step.merged;
      running.begin(); // now that the merge has the folder
      context.onMerged(step);
    };
    const outcome = await merge(plan, config, { follow: true }, { ...context, signal, onMerged });
    if (outcome.kind !== 'interrupted' || context.signal.aborted) return outcome;
    return { kind: 'failed', ...(await running.failure()) };
  } finally {
    await slices.stop(context.graceOver);
  }
}

/** Slices that run while the merge follows them. */
class RunningSlices {
  readonly #slices: LocalSlices;
  readonly #failing = new AbortController();
  #running: Promise<FailedSlice | null> | null = null;

  constructor(slices: LocalSlices) {
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

  /** @throws AiopsError as `LocalSlices.run` does */
  async failure(): Promise<FailedSlice> {
    const failed = await this.#running;
    if (failed === null) throw new Error('no slice failed');
    return failed;
  }
}
