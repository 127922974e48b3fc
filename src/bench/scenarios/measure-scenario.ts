import { resolveActors, type ActorCount } from '../../core/actor-count.js';
import type { Notice } from '../../core/errors.js';
import type { ActorLog, ReadyFacts } from '../../core/types.js';
import { hostFacts } from '../../host/processors.js';
import { installedNative } from '../../host/native/location.js';
import { program } from '../../program/files.js';
import { findModel } from '../../model/model-choice.js';
import { BenchOutput, scenarioFile } from '../../output/bench-output.js';
import { loadRequest } from '../../pool/load-request.js';
import type { LoadRequest } from '../../protocol/messages.js';
import type { MeasuringConfig } from '../bench-config.js';
import { NoticeLog } from '../notice-log.js';
import { planSetups } from '../plan.js';
import { setupName } from '../report/bench-names.js';
import type { ScenarioName } from './scenario-names.js';
import { SCENARIO_BY_NAME, scenarioJson, type ResultOf, type ScenarioSummary } from './scenario-report.js';
import { thisMachine, Trial, type Machine } from './trial.js';

/** The validated settings of a scenario; null: the scenario decides. */
export interface ScenarioConfig extends MeasuringConfig {
  readonly scenario: ScenarioName;
  readonly actors: ActorCount | null;
  readonly items: number | null;
  readonly rounds: number;
}

export interface ScenarioContext {
  /** Aborted: end without a result. */
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  /** Called with a description of each step, for progress. */
  readonly onStep: (text: string) => void;
  readonly onActorLine: ActorLog;
}

/** Chosen so that a scenario ends within two minutes, including the start, unless one round takes longer. */
const LIMIT_MS = 100_000;

/**
 * Measures one scenario and writes what it found to the output folder. Null if aborted.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function measureScenario(
  config: ScenarioConfig,
  context: ScenarioContext,
): Promise<ScenarioSummary | null> {
  const model = await findModel(config.model);
  const output = await BenchOutput.open(config.out, { trace: false });
  try {
    const native = installedNative()?.folder ?? null;
    const machine = thisMachine(context.onActorLine, config.actorTimeoutMs);
    const loads = planSetups(config).map((setup) =>
      loadRequest({ ...config, ...setup }, model.source, native),
    );
    const actors = config.actors === null ? null : resolveActors(config.actors, machine.processors);
    const summary = await runScenario(config.scenario, {
      ...config,
      ...context,
      loads,
      actors,
      limitMs: LIMIT_MS,
      machine,
    });
    if (summary !== null) await output.writeReport(scenarioFile(config.scenario), scenarioJson(summary));
    return summary;
  } finally {
    await output.release();
  }
}

/** Null: the scenario decides. */
export interface ScenarioRun
  extends Pick<ScenarioConfig, 'items' | 'rounds' | 'timeMs' | 'seed'>, Omit<ScenarioContext, 'onActorLine'> {
  /** One per setup. */
  readonly loads: readonly LoadRequest[];
  readonly actors: number | null;
  /** No round begins that would probably end later than this after the start, ms; there is always one. */
  readonly limitMs: number;
  readonly machine: Machine;
}

/**
 * Measures each setup; skips a setup that is the same as an earlier one, which can happen with `auto`. Stops all actors
 * however it ends. Null if aborted.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function runScenario<Name extends ScenarioName>(
  name: Name,
  run: ScenarioRun,
): Promise<ScenarioSummary<Name> | null> {
  const scenario = SCENARIO_BY_NAME[name];
  const { loads, limitMs, machine, signal, seed } = run;
  const startedAtMs = machine.now();
  const notices = new NoticeLog(run.onNotice);
  const results: ResultOf<Name>[] = [];
  const isMeasured = (ready: ReadyFacts): boolean =>
    results.some((result) => setupName(result) === setupName(ready));
  for (const [i, load] of loads.entries()) {
    const trial = new Trial({
      ...run,
      ...{ load, notices, isMeasured },
      actors: run.actors ?? scenario.actors(machine.processors),
      items: run.items ?? scenario.items,
      areItemsGiven: run.items !== null,
      endMs: startedAtMs + (limitMs * (i + 1)) / loads.length,
    });
    const result = await scenario.measure(trial);
    if (result !== null) results.push(result);
    else if (signal.aborted) return null;
  }
  return {
    scenario: name,
    results,
    program,
    host: hostFacts(),
    seed,
    elapsedMs: machine.now() - startedAtMs,
    notices: notices.all,
  };
}
