import { AiopsError } from '../core/errors.js';
import { countText, durationText, figures } from './format.js';

/* `--fail-if 'p99>5s'`: what a run must not come to. A pure table of metrics serves each command. */

/** What a metric counts in. */
type MetricUnit = 'duration' | 'bytes' | 'count' | 'ratio' | 'share';

/** What a run must have so that a metric has a value: known before it starts, or soon after. */
export type GateNeed = 'comparison' | 'labels' | 'baseline' | 'schedule';

/** A figure of a summary that a gate can speak of. */
export interface Metric<Summary> {
  /** ms where a duration; a share is from 0 to 1. */
  readonly unit: MetricUnit;
  readonly is: string;
  readonly needs?: GateNeed;
  /** One value, or one for each of several cases, of which any may meet a gate; null: there is none. */
  readonly of: (summary: Summary) => number | null | readonly (number | null)[];
}

/** Metrics by the name that `--fail-if` knows them by. */
export type Metrics<Summary> = Readonly<Record<string, Metric<Summary>>>;

const OPERATORS = ['>', '>=', '<', '<='] as const;
type GateOperator = (typeof OPERATORS)[number];

/** A condition that fails a run. */
export interface Gate {
  /** As given. */
  readonly condition: string;
  readonly metric: string;
  readonly operator: GateOperator;
  /** In the metric's unit. */
  readonly limit: number;
}

/** What became of a gate. A metric without a value fails the run like a condition that was met. */
export interface GateResult extends Gate {
  readonly unit: MetricUnit;
  /** Where there are several cases, the one that comes closest to failing; null: no value. */
  readonly value: number | null;
  readonly outcome: 'met' | 'not met' | 'no value';
}

/**
 * What a unit comes to in the metric's own: `factor · 10^decimals`. Decimals are moved in the text, since 57 · 0.01 is
 * not the number nearest to 57/100, and a share of 57/100 would lie below a limit of 57 %.
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

/** What to do about a gate that cannot have a value. */
const WITHOUT: Readonly<Record<GateNeed, { readonly why: string; readonly hint: string }>> = {
  comparison: {
    why: 'nothing is compared',
    hint: 'ask for it with --compare sample, or leave the gate out',
  },
  labels: {
    why: 'the recording has no labels',
    hint: 'name the label with --label-column, or leave the gate out',
  },
  baseline: {
    why: 'there is no baseline',
    hint: 'name one with --baseline, or leave the gate out',
  },
  schedule: {
    why: 'nothing is paced',
    hint: 'give a pace such as --pace realtime, or leave the gate out',
  },
};

/**
 * To be asked as soon as it is clear that a run will lack `need`: a gate that cannot have a value is a mistake of the
 * command line, better told before anything starts.
 *
 * @throws AiopsError `usage` naming the first gate that needs it
 */
export function refuseGatesWithout<Summary>(
  need: GateNeed,
  gates: readonly Gate[],
  metrics: Metrics<Summary>,
): void {
  const gate = gates.find(({ metric }) => metrics[metric]?.needs === need);
  if (gate === undefined) return;
  const { why, hint } = WITHOUT[need];
  throw new AiopsError('usage', `--fail-if '${gate.condition}' will have no value: ${why}`, { hint });
}

/** Holds a finished run against its gates, in their order. */
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

/** The value that comes closest to meeting a gate; null where one of them is lacking, or all are. */
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

/** `p99>5s: not met, it was 6.71 ms`. */
export function gateText({ condition, value, outcome, unit }: GateResult): string {
  if (value === null) return `${condition}: FAILED, it has no value in this run`;
  return `${condition}: ${outcome === 'met' ? 'FAILED' : 'not met'}, it was ${valueText(value, unit)}`;
}

function valueText(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'duration':
      return durationText(value);
    case 'bytes':
      return `${figures(value / 2 ** 20)} MiB`;
    case 'count':
      return countText(value);
    case 'ratio':
    case 'share':
      return figures(value);
  }
}
