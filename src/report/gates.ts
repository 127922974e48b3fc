import { AiopsError } from '../core/errors.js';
import { countText, durationText, figures, percentText, sizeText } from './format.js';

/* Gates such as `--fail-if 'p99>5s'`; each command has its own table of metrics. */

/** What a metric is measured in. */
type MetricUnit = 'duration' | 'bytes' | 'count' | 'ratio' | 'share';

/** What a run needs for a metric to have a value: known before it starts, or soon after. */
export type GateNeed = 'comparison' | 'labels' | 'baseline' | 'schedule' | 'minutes';

/** A figure of a summary that a gate can test. */
export interface Metric<Summary> {
  /** ms where a duration; a share is from 0 to 1. */
  readonly unit: MetricUnit;
  readonly is: string;
  readonly needs?: GateNeed;
  /** One value, or one for each of several cases, any of which may fail a gate; null: there is none. */
  readonly of: (summary: Summary) => number | null | readonly (number | null)[];
}

/** Metrics by their name in `--fail-if`. */
export type Metrics<Summary> = Readonly<Record<string, Metric<Summary>>>;

const OPERATORS = ['>', '>=', '<', '<='] as const;
type GateOperator = (typeof OPERATORS)[number];

/** A condition that fails a run. */
export interface Gate {
  /** As typed. */
  readonly condition: string;
  readonly metric: string;
  readonly operator: GateOperator;
  /** In the metric's unit. */
  readonly limit: number;
}

/** The outcome of a gate: the run fails where the condition is met, and where the metric has no value. */
export interface GateResult extends Gate {
  readonly unit: MetricUnit;
  /** Of several cases, the one closest to failing; null: no value. */
  readonly value: number | null;
  readonly outcome: 'met' | 'not met' | 'no value';
}

/**
 * A unit in the metric's own: `factor · 10^decimals`. The decimal point is moved in the text, because 57 · 0.01 is not
 * the number nearest to 57/100, so that a share of 57/100 would be below a limit of 57 %.
 */
interface Scale {
  readonly decimals: number;
  readonly factor: number;
}

const scale = (decimals: number, factor = 1): Scale => ({ decimals, factor });

/** How a limit may be written. */
const UNITS: Readonly<Record<MetricUnit, Readonly<Record<string, Scale>>>> = {
  duration: {
    us: scale(-3),
    µs: scale(-3),
    ms: scale(0),
    s: scale(3),
    m: scale(3, 60),
    h: scale(3, 3600),
  },
  bytes: {
    kB: scale(3),
    MB: scale(6),
    GB: scale(9),
    KiB: scale(0, 2 ** 10),
    MiB: scale(0, 2 ** 20),
    GiB: scale(0, 2 ** 30),
  },
  count: { '': scale(0) },
  ratio: { '': scale(0), x: scale(0) },
  share: { '': scale(0), '%': scale(-2) },
};

/**
 * Parses `p99>5s`; blanks may stand around the operator.
 *
 * @throws RangeError that says what was expected and lists it: the form, a metric, an operator or a unit
 */
export function parseGate<Summary>(condition: string, metrics: Metrics<Summary>): Gate {
  const [, name, operator, digits, unit] =
    /^\s*([a-z][a-z0-9-]*)\s*([^a-z0-9\s.+-]+)\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+))\s*([a-zµ%]*)\s*$/i.exec(
      condition,
    ) ?? [];
  if (name === undefined) {
    throw new RangeError(`Expected a metric, an operator and a limit, such as 'p99>5s'.`);
  }
  const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  if (metric === undefined) {
    throw new RangeError(`There is no metric "${name}"; there are ${Object.keys(metrics).join(', ')}.`);
  }
  const known = OPERATORS.find((one) => one === operator);
  if (known === undefined) {
    throw new RangeError(`There is no operator "${operator}"; there are ${OPERATORS.join(', ')}.`);
  }
  const units = UNITS[metric.unit];
  const written = unit ?? '';
  const scaled = Object.hasOwn(units, written) ? units[written] : undefined;
  if (scaled === undefined) {
    const wrong = written === '' ? 'needs a unit' : `is not counted in "${written}"`;
    throw new RangeError(`${name} (${metric.is}) ${wrong}; write its limit ${unitsText(metric.unit)}.`);
  }
  const limit = Number(`${digits}e${scaled.decimals}`) * scaled.factor;
  if (!Number.isFinite(limit)) throw new RangeError(`The limit of ${name} is too large a number.`);
  return { condition: condition.trim(), metric: name, operator: known, limit };
}

function unitsText(unit: MetricUnit): string {
  const names = Object.keys(UNITS[unit]).filter((name) => name !== '');
  if (names.length === 0) return 'as a number without a unit';
  const list = `${names.slice(0, -1).join(', ')}${names.length > 1 ? ' or ' : ''}${names.at(-1) ?? ''}`;
  return Object.hasOwn(UNITS[unit], '') ? `as a number, with or without ${list}` : `in ${list}`;
}

/** Why a gate has no value, and what to do about it. */
const WITHOUT: Readonly<Record<GateNeed, { readonly why: string; readonly hint: string }>> = {
  comparison: {
    why: 'nothing is compared',
    hint: 'ask for it with --compare sample, or drop the gate',
  },
  labels: {
    why: 'the recording has no labels',
    hint: 'name the label with --label-column, or drop the gate',
  },
  baseline: {
    why: 'there is no baseline',
    hint: 'name one with --baseline, or drop the gate',
  },
  schedule: {
    why: 'nothing is paced',
    hint: 'give a pace such as --pace realtime, or drop the gate',
  },
  minutes: {
    why: 'no minute is served alone',
    hint: 'ask for it with --block 1 or --compare sample, or drop the gate',
  },
};

/** The first gate whose metric needs it; undefined: none does. */
export function gateThatNeeds<Summary>(
  need: GateNeed,
  gates: readonly Gate[],
  metrics: Metrics<Summary>,
): Gate | undefined {
  return gates.find(({ metric }) => metrics[metric]?.needs === need);
}

/**
 * Called as soon as it is clear that a run will lack `need`: a gate without a value is a mistake on the command line,
 * which should be reported before the work starts.
 *
 * @throws AiopsError `usage` naming the first gate that needs it
 */
export function refuseGatesWithout<Summary>(
  need: GateNeed,
  gates: readonly Gate[],
  metrics: Metrics<Summary>,
): void {
  const gate = gateThatNeeds(need, gates, metrics);
  if (gate === undefined) return;
  const { why, hint } = WITHOUT[need];
  throw new AiopsError('usage', `--fail-if '${gate.condition}' will have no value: ${why}`, { hint });
}

/** Checks a finished run against its gates, in their order. */
export function checkGates<Summary>(
  gates: readonly Gate[],
  metrics: Metrics<Summary>,
  summary: Summary,
): GateResult[] {
  return gates.map((gate) => {
    const metric = metrics[gate.metric];
    if (metric === undefined) throw new RangeError(`no metric ${gate.metric}`);
    const found = metric.of(summary);
    const value = closest(typeof found === 'number' || found === null ? [found] : found, gate.operator);
    const outcome = value === null ? 'no value' : holds(value, gate) ? 'met' : 'not met';
    return { ...gate, unit: metric.unit, value, outcome };
  });
}

/** The value closest to meeting the condition; null where any is missing, or there is none. */
function closest(values: readonly (number | null)[], operator: GateOperator): number | null {
  const numbers = values.filter((value): value is number => value !== null && !Number.isNaN(value));
  if (numbers.length < values.length || numbers.length === 0) return null;
  return operator === '>' || operator === '>=' ? Math.max(...numbers) : Math.min(...numbers);
}

function holds(value: number, { operator, limit }: Gate): boolean {
  switch (operator) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
  }
}

/** Gates that fail the run. */
export function failedGates(results: readonly GateResult[]): GateResult[] {
  return results.filter(({ outcome }) => outcome !== 'not met');
}

/** `p99>5s: passed, it was 6.71 ms`. */
export function gateText(gate: GateResult): string {
  return `${gate.condition}: ${gate.outcome === 'not met' ? 'passed' : 'FAILED'}, ${gateValueText(gate)}`;
}

/** `it was 6.71 ms` */
export function gateValueText({ value, unit }: GateResult): string {
  return value === null ? 'it has no value in this run' : `it was ${valueText(value, unit)}`;
}

function valueText(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'duration':
      return durationText(value);
    case 'bytes':
      return sizeText(value);
    case 'count':
      return countText(value);
    case 'ratio':
      return figures(value);
    case 'share':
      return percentText(value);
  }
}
