/* How a series is labelled in a monitoring system. */
import { partsOfTarget } from './target-parts.js';

/** The names of the labels that all series of a run have. */
export interface LabelNames {
  /** Of the parts of a target; of a single one for its whole text. */
  readonly target: readonly string[];
  /** Of the column, where a series is one column of its target. */
  readonly column: string;
}

export type MetricLabel = readonly [name: string, value: string];

/** The only label of series that are named without a field. */
const UNNAMED = 'target';

/**
 * Names as Prometheus allows them: https://prometheus.io/docs/concepts/data_model/. Fields whose names become the same
 * are numbered. The column's label gives way to a field of its name: what a target is called must match the series that
 * it was recorded from.
 *
 * @param targetFields what the parts of a target are called; none: its text has no field
 */
export function labelNames(targetFields: readonly string[]): LabelNames {
  const taken = new Set<string>();
  const take = (name: string): string => {
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name}_${i}`;
    taken.add(free);
    return free;
  };
  const target = (targetFields.length === 0 ? [UNNAMED] : targetFields).map((field) => take(allowed(field)));
  return { target, column: take(taken.has('metric') ? 'column' : 'metric') };
}

/** Two underscores at the start are reserved. */
function allowed(field: string): string {
  const name = field.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^_{2,}/, '_');
  if (/^_?$/.test(name)) return 'label'; // no letter of it is allowed
  return /^[a-zA-Z_]/.test(name) ? name : `_${name}`;
}

/**
 * The labels of a series. Prometheus takes a label with an empty value for none, so there are none of these.
 *
 * @throws RangeError if the target has other parts than names
 */
export function metricLabels(target: string, column: string | null, names: LabelNames): MetricLabel[] {
  const parts = names.target.length === 1 ? [target] : partsOfTarget(target);
  if (parts.length !== names.target.length)
    throw new RangeError(`target ${target} has ${parts.length} parts, not ${names.target.length}`);
  const all = names.target.map((name, i): MetricLabel => [name, parts[i]!]);
  if (column !== null) all.push([names.column, column]);
  return all.filter(([, value]) => value !== '');
}
