import { BENCH_METRICS } from '../bench/report/bench-metrics.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';
import { conditions } from './settings/conditions.js';
import { LOADING_LISTS, MEASURING } from './settings/measuring.js';
import { BARE_MODEL, LOADING, MODEL } from './settings/model.js';
import { FORMAT } from './settings/format.js';
import { READING } from './settings/reading.js';
import { FAIL_IF, OTHER, REPORTING, STDOUT } from './settings/reporting.js';
import { PROCESSES, SERVING } from './settings/serving.js';
import { flagName, type SettingGroups, type Settings, type ValuesOf } from './settings/setting.js';
import { ENGINE, SLICING } from './settings/slicing.js';
import { WRITING } from './settings/writing.js';

/*
 * One row per setting, in settings/: its flag, help, kind of value, default, and what it affects. Everything else
 * derives from these tables: the help, the environment, the configuration file and its schema, the types of the values,
 * what a resumed run compares with its journal, and how `status` shows it.
 */

/** The settings of `replay`, by heading in the help. */
export const REPLAY_SETTINGS = {
  'Model:': { ...MODEL, ...LOADING },
  'Writing:': WRITING,
  'Serving:': SERVING,
  'Slices:': { ...ENGINE, ...SLICING },
  'Reporting:': {
    ...REPORTING,
    failIf: { ...FAIL_IF, kind: conditions(REPLAY_METRICS, BENCH_METRICS) },
    ...STDOUT,
  },
  'Reading:': READING,
  'Format of the input:': FORMAT,
  'A bare model, which has no manifest:': BARE_MODEL,
  'Other:': OTHER,
} as const satisfies SettingGroups;

const { dryRun: _, ...PLANNED_WRITING } = WRITING;

/** The settings of `plan`: those of the replay that it plans. */
export const PLAN_SETTINGS = {
  ...REPLAY_SETTINGS,
  'Slices:': SLICING,
  'Writing:': PLANNED_WRITING,
  'Reporting:': {
    ...REPORTING,
    failIf: { ...FAIL_IF, kind: conditions(REPLAY_METRICS, BENCH_METRICS) },
  },
} as const satisfies SettingGroups;

/** The settings of `inspect`. */
export const INSPECT_SETTINGS = {
  'Reporting:': { json: { ...STDOUT.json, help: 'print the findings as JSON' } },
  'Reading:': READING,
  'Format of the input:': FORMAT,
  'Other:': OTHER,
} as const satisfies SettingGroups;

/** The settings of `model init`. */
export const INIT_SETTINGS = {
  'What shapes leave open:': { threshold: MODEL.threshold, ...BARE_MODEL },
} as const satisfies SettingGroups;

/** The settings of `bench`. */
export const BENCH_SETTINGS = {
  'Measuring:': MEASURING,
  'Model:': { ...MODEL, ...LOADING_LISTS },
  'Processes:': PROCESSES,
  'Reporting:': {
    ...REPORTING,
    failIf: { ...FAIL_IF, kind: conditions(BENCH_METRICS, REPLAY_METRICS) },
    ...STDOUT,
  },
  'Reading:': READING,
  'Format of the input:': FORMAT,
  'A bare model, which has no manifest:': BARE_MODEL,
  'Other:': OTHER,
} as const satisfies SettingGroups;

export type ReplayValues = GroupValues<typeof REPLAY_SETTINGS>;
export type BenchValues = GroupValues<typeof BENCH_SETTINGS>;

/** The values of all groups. */
export type GroupValues<G extends SettingGroups> = Intersection<
  { [Group in keyof G]: ValuesOf<G[Group]> }[keyof G]
>;
type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** Flags, without dashes, of all commands, which share one environment and one configuration file. */
export function allFlagNames(): ReadonlySet<string> {
  const groups = [REPLAY_SETTINGS, PLAN_SETTINGS, BENCH_SETTINGS].flatMap((one) =>
    Object.values<Settings>(one),
  );
  return new Set(groups.flatMap((settings) => Object.values(settings).map(flagName)));
}
