import { AiopsError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { ReadOptions } from '../options.js';
import { givenLabels, listed, mixedLabels } from './mixed-labels.js';

/** A column that is a series: the metric, and the labels that its name holds. */
export interface NamedSeries {
  readonly column: string;
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
}

const SERIES = /^([^{}]*?)\s*\{(.*)\}\s*$/s;
const LABEL = /\s*([\p{L}_][\p{L}\d_.\-/ ]*?)\s*[=:]\s*(?:"([^"]*)"|([^",{}]*?))\s*(?:,|$)/uy;

/**
 * The series that a column is called after: `up{job="node"}`, `{instance="a", job="node"}`, `cpu {host: a}`; null:
 * none.
 */
export function seriesOf(column: string): NamedSeries | null {
  const [, name = '', inside = ''] = SERIES.exec(column) ?? [];
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  let end = 0;
  for (let found = LABEL.exec(inside); found !== null; found = LABEL.exec(inside)) {
    const [, label = '', quoted, bare = ''] = found;
    if (labels.has(label)) return null;
    labels.set(label, quoted ?? bare);
    end = LABEL.lastIndex;
    if (end >= inside.length) break;
  }
  if (labels.size === 0 || end < inside.length) return null;
  const metric = labels.get('__name__') ?? name;
  labels.delete('__name__');
  return { column, metric: metric === '' ? 'value' : metric, labels };
}

/** The columns of a target: for each metric the place of its column; undefined where it has none. */
export interface TargetColumns {
  readonly labels: readonly string[];
  readonly columns: (number | undefined)[];
}

/** Which columns are of which target and metric. */
export class GrafanaSeries {
  /** Names of the labels that name the target. */
  readonly labels: readonly string[];
  readonly metrics: readonly string[];
  readonly targets: readonly TargetColumns[];

  /** @throws AiopsError `input_unusable`: the labels differ, or two series have the same target and metric */
  constructor(file: string, series: readonly NamedSeries[], options: ReadOptions) {
    const given = givenLabels(options);
    const first = series[0]!;
    const other = series.find((one) => namesOf(one).join('\n') !== namesOf(first).join('\n'));
    if (given === null && other !== undefined) {
      const kinds = [first, other].map((one) => ({ what: `"${one.column}"`, names: namesOf(one) }));
      throw mixedLabels(file, [kinds[0]!, kinds[1]!], AS_METRICS);
    }
    this.labels = given ?? namesOf(first);
    this.metrics = [...new Set(series.map(({ metric }) => metric))];
    const targets = new Map<string, TargetColumns>();
    for (const [i, { column, metric, labels }] of series.entries()) {
      const values = this.labels.map((label) => labels.get(label) ?? '');
      const key = JSON.stringify(values);
      const target = targets.get(key) ?? { labels: values, columns: this.metrics.map(() => undefined) };
      targets.set(key, target);
      const place = this.metrics.indexOf(metric);
      const before = target.columns[place];
      if (before !== undefined) throw sameTarget(file, series[before]!, { column, metric, labels });
      target.columns[place] = i;
    }
    this.targets = [...targets.values()];
  }
}

const AS_METRICS =
  'let the query keep the same labels for all series, or read each column as a metric of one target: --format csv';

function namesOf({ labels }: NamedSeries): readonly string[] {
  return [...labels.keys()].sort();
}

function sameTarget(file: string, a: NamedSeries, b: NamedSeries): AiopsError {
  const differing = namesOf(a).filter((name) => a.labels.get(name) !== b.labels.get(name));
  const hint =
    differing.length === 0
      ? 'query each series once'
      : `add a label that distinguishes them to --target-column: ${listed(differing)}`;
  const message = `${file}: "${oneLine(a.column)}" and "${oneLine(b.column)}" are the same metric of the same target`;
  return new AiopsError('input_unusable', message, { hint });
}
