import type { ScenarioConfig } from '../bench/scenarios/measure-scenario.js';
import type { ScenarioName } from '../bench/scenarios/scenario-names.js';
import { AiopsError, type Notice } from '../core/errors.js';
import { measuringConfig } from './bench-options.js';
import { BENCH_SETTINGS } from './settings.js';
import { FORMAT } from './settings/format.js';
import { READING } from './settings/reading.js';
import { flagName, type Settings } from './settings/setting.js';
import type { Invocation } from './with-settings.js';

/** Default number of rounds. */
const ROUNDS = 10;

/** Settings that a scenario does not use, and why. */
const UNUSED: Readonly<Record<string, string>> = {
  baseline: 'only benchmarks can be compared',
  failIf: 'its conditions are about benchmarks',
  trace: 'only bench and replay write one',
  deadlineMs: 'scenarios have no deadline',
  ...Object.fromEntries(
    Object.keys({ ...FORMAT, ...READING }).map((name) => [name, 'it serves synthetic minutes']),
  ),
};

const ROWS = Object.assign({}, ...Object.values(BENCH_SETTINGS)) as Settings;

interface ScenarioSettings {
  readonly config: ScenarioConfig;
  /** One for each ignored setting. */
  readonly notices: readonly Notice[];
}

/**
 * The settings of a scenario. One that it does not use is an error on the command line, but ignored in the environment
 * and the configuration file, which other commands share.
 *
 * @throws AiopsError `usage` if the command line has a setting that a scenario does not use
 */
export function scenarioConfig(
  scenario: ScenarioName,
  { inputs, values, sourceOf }: Invocation<typeof BENCH_SETTINGS>,
): ScenarioSettings {
  if (inputs.length > 0) throw refusal('a recording', 'it serves synthetic minutes');
  const ignored: string[] = [];
  const drop = (name: keyof typeof values, what: string, why: string): void => {
    if (sourceOf(name) === 'cli') throw refusal(what, why);
    ignored.push(what);
  };
  for (const [key, why] of Object.entries(UNUSED)) {
    const name = key as keyof typeof values;
    const row = ROWS[key];
    if (row !== undefined && isSet(values[name]) && sourceOf(name) !== 'default')
      drop(name, `--${flagName(row)}`, why);
  }
  const { actors = null, items = [] } = values;
  if (items.length > 1) drop('items', 'several --items', 'give one number');
  if (actors?.kind === 'exactly') drop('actors', 'a list of --actors', 'give the largest number');
  return {
    config: {
      ...measuringConfig(values),
      scenario,
      actors: actors?.kind === 'up-to' ? actors.most : null,
      items: items.length === 1 ? (items[0] ?? null) : null,
      rounds: values.rounds ?? ROUNDS,
    },
    notices: ignored.map((what) => ({
      level: 'info',
      text: `ignored ${what} from the environment or the configuration file: a scenario does not use it`,
    })),
  };
}

/** A switch that is off and an empty list count as not set. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

function refusal(what: string, why: string): AiopsError {
  return new AiopsError('usage', `--scenario does not take ${what}: ${why}`, {
    hint: `drop ${what}, or drop --scenario`,
  });
}
