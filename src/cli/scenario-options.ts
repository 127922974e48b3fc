import { AiopsError } from '../core/errors.js';
import type { ScenarioName } from '../report/scenario-report.js';
import type { ActorCount } from '../run/replay-config.js';
import type { ScenarioConfig } from '../run/scenarios/measure-scenario.js';
import { measuringConfig, type BenchFlags } from './bench-options.js';

/** Samples of each way where nobody says how many. */
const ROUNDS = 10;

/** @throws AiopsError `usage` where a flag says what a scenario has no use for */
export function scenarioConfig(
  scenario: ScenarioName,
  inputs: readonly string[],
  flags: BenchFlags,
): ScenarioConfig {
  refuse(inputs.length > 0, 'a recording', 'it serves made-up minutes');
  refuse(flags.baseline !== undefined, '--baseline', 'only what bench measures can be compared');
  refuse(flags.failIf !== undefined, '--fail-if', 'its conditions speak of what bench measures');
  refuse(flags.trace, '--trace', 'only bench and replay draw one');
  const [items = null, ...otherItems] = flags.items ?? [];
  refuse(otherItems.length > 0, 'several --items', 'give one number');
  return {
    ...measuringConfig(flags),
    scenario,
    actors: mostActors(flags),
    items,
    rounds: flags.rounds ?? ROUNDS,
  };
}

function mostActors({ actors }: BenchFlags): ActorCount | null {
  if (actors === undefined) return null;
  refuse(actors.kind === 'exactly', 'a list of --actors', 'give the largest number');
  return actors.kind === 'up-to' ? actors.most : null;
}

function refuse(isGiven: boolean, what: string, why: string): void {
  if (!isGiven) return;
  throw new AiopsError('usage', `--scenario takes no ${what}: ${why}`, {
    hint: 'leave it out, or leave --scenario out',
  });
}
