import { plural } from '../../../core/count-text.js';
import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import type { CountedSample } from '../field-values.js';
import { listNames, newName, quoteName } from '../names.js';
import { rateColumns } from './rate-columns.js';

/** The suffixes of counters in Prometheus (https://prometheus.io/docs/practices/naming/). */
const COUNTER_NAME = /_(total|count|sum|bucket)$/;
/** Counts per interval are called `…_count` as well, so only values show what it is. */
const SURE_NAME = /_total$/;
/** So often a value must be higher than the one before. */
const LEAST_RISES = 10;
const LEAST_RISES_UNNAMED = 30;
/** A fall to less than this share of the value before may be a reset. */
const RESET_SHARE = 0.5;
/** Counters are rarely reset: at most once in so many steps. */
const STEPS_PER_RESET = 10;

/** How the values of one column change from one record of a target to the next. */
interface Changes {
  rises: number;
  resets: number;
  /** Falls that are no resets, and negative values. */
  contradictions: number;
  steps: number;
}

/** Says which columns look like counters, or with `--rate`, which are read as rates. */
export function decideCounters(
  samples: readonly CountedSample[],
  columns: readonly string[],
  options: ReadOptions,
): Decision[] {
  if (options.wide === true) return [];
  const changes = changesOf(samples, columns);
  const { rate } = options;
  if (rate !== undefined) return [asGiven(rate, columns, changes)];
  const found = columns.filter((name) => looksLikeCounter(name, changes.get(name)));
  const [first] = found;
  if (first === undefined) return [];
  const flag = rateFlag(found, columns);
  return [
    {
      about: 'counters',
      choice: `${listNames(found, 8)} as recorded; ${flag} makes rates per second of ${found.length === 1 ? 'it' : 'them'}`,
      evidence: `${found.length === 1 ? 'it looks' : 'they look'} like ${found.length === 1 ? 'a counter' : 'counters'}: ${evidenceOf(first, changes.get(first))}`,
      source: 'shape',
      flag: null,
      alternatives: [],
    },
  ];
}

function rateFlag(found: readonly string[], columns: readonly string[]): string {
  return found.length === columns.length ? '--rate' : `--rate=${found.map(quoteName).join(',')}`;
}

function asGiven(
  rate: readonly string[],
  columns: readonly string[],
  changes: ReadonlyMap<string, Changes>,
): Decision {
  const chosen = rateColumns(rate, columns).map((column) => columns[column]!);
  const falling = chosen.filter((name) => (changes.get(name)?.contradictions ?? 0) > 0);
  const others = chosen.filter((name) => !falling.includes(name));
  const instead = others.length > 0 ? rateFlag(others, columns) : 'no --rate';
  const isUnclear = falling.length > 0;
  return {
    about: 'counters',
    choice: `rates per second of ${listNames(chosen, 8)}`,
    evidence: isUnclear
      ? `--rate says so, but ${listNames(falling, 8)} ${falling.length === 1 ? 'falls' : 'fall'} as counters do not`
      : '--rate says so',
    source: 'given',
    flag: null,
    ...(isUnclear
      ? { alternatives: [instead], warning: fallingText(falling, instead) }
      : { alternatives: [] }),
  };
}

function fallingText(falling: readonly string[], instead: string): string {
  const isOne = falling.length === 1;
  const names = `${listNames(falling, 8)} ${isOne ? 'is read as a rate' : 'are read as rates'} (--rate)`;
  const doubt = `but ${isOne ? 'falls' : 'fall'} as no counter does`;
  const remedy = instead === 'no --rate' ? 'drop --rate' : `give ${instead}`;
  return `${names}, ${doubt}; if ${isOne ? 'it is not a counter' : 'they are not counters'}, ${remedy}`;
}

function looksLikeCounter(name: string, changes: Changes | undefined): boolean {
  const { rises, resets, contradictions, steps } = changes ?? NO_CHANGES;
  if (contradictions > 0 || resets * STEPS_PER_RESET > Math.max(steps, STEPS_PER_RESET)) return false;
  if (COUNTER_NAME.test(name)) return SURE_NAME.test(name) || rises >= LEAST_RISES;
  return resets > 0 && rises >= LEAST_RISES_UNNAMED;
}

const NO_CHANGES: Changes = { rises: 0, resets: 0, contradictions: 0, steps: 0 };

function evidenceOf(name: string, changes = NO_CHANGES): string {
  const { resets, steps } = changes;
  const fall = resets === 0 ? 'never falls' : `only falls to begin again, ${plural(resets, 'time')}`;
  const values = steps === 0 ? [] : [`its value ${fall} in ${plural(steps, 'step')}`];
  const suffix = COUNTER_NAME.exec(name)?.[0];
  return [...(suffix === undefined ? [] : [`its name ends in ${suffix}`]), ...values].join(', and ');
}

function changesOf(samples: readonly CountedSample[], columns: readonly string[]): Map<string, Changes> {
  const changes = new Map(columns.map((name) => [name, { ...NO_CHANGES }]));
  for (const { sampled, series, options } of samples) {
    const fields = sampled.names.map((field) => changes.get(newName(field, options)) ?? null);
    const latest = new Map<string, Latest>();
    for (const { isWhole, values, timeMs, target: own } of sampled.records) {
      if (!isWhole || values === null) continue;
      const target = series ?? own;
      const before = latest.get(target) ?? { timeMs, values: new Float64Array(fields.length).fill(NaN) };
      if (timeMs < before.timeMs) continue; // out of order
      countSteps(before.values, values, fields);
      latest.set(target, { ...before, timeMs });
    }
  }
  return changes;
}

/** The latest time and values of a target. */
interface Latest {
  readonly timeMs: number;
  readonly values: Float64Array;
}

/** Counts the steps from the latest values to these, and replaces them. */
function countSteps(latest: Float64Array, values: Float64Array, fields: readonly (Changes | null)[]): void {
  for (const [i, changes] of fields.entries()) {
    const value = values[i] ?? NaN;
    if (changes === null || !Number.isFinite(value)) continue;
    const before = latest[i]!;
    latest[i] = value;
    if (value < 0) changes.contradictions++;
    if (Number.isNaN(before)) continue;
    changes.steps++;
    if (value > before) changes.rises++;
    else if (value < before * RESET_SHARE) changes.resets++;
    else if (value < before) changes.contradictions++;
  }
}
