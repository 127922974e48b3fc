import { Option } from 'commander';

import { AiopsError, type Notice } from '../core/errors.js';
import type { ScenarioName } from '../bench/scenarios/scenario-names.js';
import type { ScenarioConfig } from '../bench/scenarios/measure-scenario.js';
import { measuringConfig, type BenchFlags } from './bench-options.js';
import { dashed } from './model-options.js';
import { READING_FLAGS } from './flags/reading.js';

/** Samples of each way where nobody says how many. */
const ROUNDS = 10;

/** Names of the flags about reading, as commander has them. */
const READING_NAMES = Object.values(READING_FLAGS)
  .flat()
  .map(({ flags }) => new Option(flags).attributeName());

/** Flags that a scenario has no use for, and why; all about reading are of this kind. */
const UNUSED: Readonly<Partial<Record<keyof BenchFlags, string>>> = {
  baseline: 'only what bench measures can be compared',
  failIf: 'its conditions speak of what bench measures',
  trace: 'only bench and replay draw one',
  deadline: 'its reports hold nothing against one',
  ...Object.fromEntries(READING_NAMES.map((name) => [name, 'it serves made-up minutes'])),
};

/** Where a flag's value came from, in commander's words: `cli`, `env`, `config`, `default`, or nowhere. */
type SourceOf = (flag: keyof BenchFlags) => string | undefined;

interface ScenarioSettings {
  readonly config: ScenarioConfig;
  /** What was passed over. */
  readonly notices: readonly Notice[];
}

/**
 * A scenario's settings. What it has no use for is a mistake on the command line; the environment and the settings
 * file, which serve other commands too, may hold it.
 *
 * @throws AiopsError `usage` where the command line says what a scenario has no use for
 */
export function scenarioConfig(
  scenario: ScenarioName,
  inputs: readonly string[],
  flags: BenchFlags,
  sourceOf: SourceOf,
): ScenarioSettings {
  if (inputs.length > 0) throw refusal('a recording', 'it serves made-up minutes');
  const passedOver: string[] = [];
  const drop = (flag: keyof BenchFlags, what: string, why: string): void => {
    if (sourceOf(flag) === 'cli') throw refusal(what, why);
    passedOver.push(what);
  };
  for (const [name, why] of Object.entries(UNUSED)) {
    const flag = name as keyof BenchFlags;
    if (isSet(flags[flag]) && !['default', undefined].includes(sourceOf(flag))) drop(flag, dashed(name), why);
  }
  const { actors = null, items = [] } = flags;
  if (items.length > 1) drop('items', 'several --items', 'give one number');
  if (actors?.kind === 'exactly') drop('actors', 'a list of --actors', 'give the largest number');
  return {
    config: {
      ...measuringConfig(flags),
      scenario,
      actors: actors?.kind === 'up-to' ? actors.most : null,
      items: items.length === 1 ? (items[0] ?? null) : null,
      rounds: flags.rounds ?? ROUNDS,
    },
    notices: passedOver.map((what) => ({
      level: 'info',
      text: `${what} of the environment or the settings file is passed over: a scenario has no use for it`,
    })),
  };
}

/** A switch that is off and an empty list ask for nothing. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

function refusal(what: string, why: string): AiopsError {
  return new AiopsError('usage', `--scenario takes no ${what}: ${why}`, {
    hint: 'leave it out, or leave --scenario out',
  });
}
