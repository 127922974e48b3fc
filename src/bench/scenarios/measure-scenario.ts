import { installedNative } from '../../host/native/location.js';
import type { Notice } from '../../core/errors.js';
import type { ActorLog } from '../../core/types.js';
import type { ScenarioName } from './scenario-names.js';
import { scenarioJson, type ScenarioSummary } from './scenario-report.js';
import { BenchOutput, scenarioFile } from '../../output/bench-output.js';
import type { MeasuringConfig } from '../bench-config.js';
import { setups } from '../setups.js';
import { resolveActors } from '../../core/actor-count.js';
import { loadRequest } from '../../pool/load-request.js';
import { findModel } from '../../model/model-choice.js';
import type { ActorCount } from '../../core/actor-count.js';
import { labTools } from './lab.js';
import { runScenario } from './run-scenario.js';

/** Settings of a scenario, validated; null leaves a choice to the scenario. */
export interface ScenarioConfig extends MeasuringConfig {
  readonly scenario: ScenarioName;
  readonly actors: ActorCount | null;
  readonly items: number | null;
  readonly rounds: number;
}

export interface ScenarioContext {
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  readonly onStep: (text: string) => void;
  readonly onActorLine: ActorLog;
}

/** So that all ends within two minutes, starting included, unless one round takes longer. */
const LIMIT_MS = 100_000;

/**
 * Measures one scenario and writes what it found to the output folder; null where the signal came first.
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
    const tools = labTools({ log: context.onActorLine, timeoutMs: config.actorTimeoutMs });
    const summary = await runScenario(config.scenario, {
      ...config,
      ...context,
      loads: setups(config).map((setup) =>
        loadRequest({ ...config, ...setup }, model.source, installedNative()?.folder ?? null),
      ),
      actors: config.actors === null ? null : resolveActors(config.actors, tools.processors),
      limitMs: LIMIT_MS,
      tools,
    });
    if (summary !== null) await output.writeReport(scenarioFile(config.scenario), scenarioJson(summary));
    return summary;
  } finally {
    await output.release();
  }
}
