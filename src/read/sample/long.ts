import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { isBinary, isCalendar, isCount, plainName } from './field-shape.js';
import type { FieldShape, FieldShapes } from './field-shape.js';
import { requireField } from './find-field.js';
import { newName, quoteName } from './names.js';
import { repeats } from './row-groups.js';
import { targetName } from './target-names.js';
import type { SampledTable } from './table.js';

/** A table with a row per metric: which fields have its name and its value. */
export interface LongFields {
  readonly metric: string;
  readonly value: string;
}

export interface LongInput extends SampledTable {
  /** Of the table's rows, epoch ms. */
  readonly timesMs: readonly number[];
  readonly taken: ReadonlySet<string>;
}

const METRIC_NAMES = new Set([
  ...['metric', 'metricname', 'metricid', 'metrickey', 'kpi', 'kpiname', 'measurement', 'measurementname'],
  ...['measure', 'measurename', 'variable', 'variablename', 'parameter', 'parametername', 'param', 'field'],
  ...[
    'fieldname',
    'counter',
    'countername',
    'quantity',
    'indicator',
    'attribute',
    'property',
    'signal',
    'name',
  ],
  ...['channel', 'tag', 'tagname', 'datapoint', 'statistic', 'stat', 'type', 'metrictype'],
]);
/** Names that other things have as well: they count if the value is just called a value. */
const UNSURE = new Set([
  ...[
    'measurement',
    'measure',
    'field',
    'counter',
    'quantity',
    'attribute',
    'property',
    'signal',
    'name',
    'type',
  ],
  ...['channel', 'tag', 'tagname', 'indicator', 'stat', 'param', 'parameter'],
]);
/** Names of a metric's name and nothing else: other numbers beside a usual value are no metrics. */
const METRIC_ONLY = new Set([...METRIC_NAMES].filter((name) => name === 'field' || !UNSURE.has(name)));
/** Names that distinguish targets where no other column does. */
const TARGETS_AS_WELL = new Set(['name', 'type', 'channel', 'tag', 'tagname']);
const VALUE_NAMES = new Set([
  ...[
    'value',
    'values',
    'val',
    'v',
    'reading',
    'readings',
    'metricvalue',
    'measuredvalue',
    'kpivalue',
    'amount',
  ],
  ...['fieldvalue', 'countervalue', 'result', 'data', 'cookedvalue', 'measurement', 'y', 'observation'],
]);

/**
 * Finds out whether a table has a row per metric: one column of numbers, and one of a few texts that say what each
 * number is. Null: it has not, as far as its rows show.
 *
 * @throws AiopsError `input_unusable` if a column that a flag names is missing
 */
export function decideLong(
  input: LongInput,
  options: ReadOptions,
  shapes: FieldShapes,
): { readonly fields: LongFields | null; readonly decision: Decision } {
  const search = new LongSearch(input, options, shapes);
  const { metricColumn, valueColumn } = options;
  const isGiven = metricColumn !== undefined || valueColumn !== undefined;
  const found = isGiven ? search.given() : search.found();
  if (found !== null) return { fields: found.fields, decision: longDecision(found.fields, found) };
  const choice = 'a row has all metrics of a target';
  return {
    fields: null,
    decision: {
      about: 'table',
      choice,
      evidence: 'no column names metrics',
      source: 'default',
      flag: null,
      alternatives: [],
    },
  };
}

interface Found {
  readonly fields: LongFields;
  readonly source: Decision['source'];
  readonly evidence: string;
}

class LongSearch {
  readonly #input: LongInput;
  readonly #options: ReadOptions;
  readonly #shapes: readonly FieldShape[];

  constructor(input: LongInput, options: ReadOptions, shapes: FieldShapes) {
    const { table, taken } = input;
    this.#input = input;
    this.#options = options;
    const free = table.names.filter((name) => name !== '' && !taken.has(name));
    this.#shapes = free.map((name) => shapes.of(name));
  }

  /** What flags name, and what belongs to it. */
  given(): Found {
    const { file, table } = this.#input;
    const { metricColumn, valueColumn } = this.#options;
    const { names } = table;
    const known = (name: string, flag: string): string =>
      requireField(name, { file, names, flag }, this.#options);
    const value = valueColumn === undefined ? null : known(valueColumn, '--value-column');
    const metric = metricColumn === undefined ? null : known(metricColumn, '--metric-column');
    const fields = {
      metric: metric ?? this.#metrics(value)[0]?.name ?? known('metric', '--metric-column'),
      value: value ?? this.#value()?.name ?? known('value', '--value-column'),
    };
    return { fields, source: 'given', evidence: 'flags say so' };
  }

  found(): Found | null {
    const value = this.#value();
    if (this.#input.layout === 'batches' || this.#options.wide === true || value === null) return null;
    const isValue = VALUE_NAMES.has(this.#plain(value));
    for (const metric of this.#metrics(value.name)) {
      const name = this.#plain(metric);
      const isSure = METRIC_NAMES.has(name) && (isValue || !UNSURE.has(name));
      const hasTarget = this.#targetsBeside(metric).length > 0;
      const isUsual = isSure && (hasTarget || !TARGETS_AS_WELL.has(name));
      if (isUsual && this.#tellsApart(metric, !TARGETS_AS_WELL.has(name)))
        return this.#named({ metric: metric.name, value: value.name });
      const isUnnamed = targetName(metric.name, this.#options) === null;
      const hasHost = this.#targetsBeside(metric).some((shape) => !METRIC_NAMES.has(this.#plain(shape)));
      if (isValue && isUnnamed && hasHost && this.#isComplete(metric)) {
        const evidence = `its ${metric.distinct} values come for every target and time, each with a number in "${value.name}"`;
        return { fields: { metric: metric.name, value: value.name }, source: 'shape', evidence };
      }
    }
    return null;
  }

  #named(fields: LongFields): Found {
    return { fields, source: 'shape', evidence: 'they have usual names, and a row has one number' };
  }

  #plain({ name }: FieldShape): string {
    return plainName(newName(name, this.#options));
  }

  /** The only column of numbers; null if there are several. */
  #value(): FieldShape | null {
    const numeric = this.#shapes.filter(
      (shape) =>
        targetName(shape.name, this.#options) === null &&
        !isCount(shape) &&
        !isCalendar(shape) &&
        shape.isNumeric,
    );
    const named = numeric.filter((shape) => VALUE_NAMES.has(this.#plain(shape)));
    // Besides a value, there may be 0s and 1s that say how good it is, or numbers of metrics.
    const others = numeric.filter(
      (shape) => !named.includes(shape) && !isBinary(shape) && !/id$/i.test(shape.name),
    );
    const hasMetric = (): boolean => this.#metrics(null).some((shape) => METRIC_ONLY.has(this.#plain(shape)));
    if (named.length === 1 && (others.length === 0 || hasMetric())) return named[0] ?? null;
    return numeric.length === 1 ? (numeric[0] ?? null) : null;
  }

  /** Columns that may name metrics, those with a usual name first. */
  #metrics(value: string | null): FieldShape[] {
    const texts = this.#shapes.filter(
      (shape) => shape.kind === 'name' && shape.name !== value && shape.distinct > 1 && !isCalendar(shape),
    );
    const rank = (shape: FieldShape): number => (METRIC_NAMES.has(this.#plain(shape)) ? 0 : 1);
    return texts.sort((a, b) => rank(a) - rank(b));
  }

  /** Other columns with a usual name for a target; numbers only if there are no texts. */
  #targetsBeside(metric: FieldShape): readonly FieldShape[] {
    const given = this.#options.targetColumns;
    const others = this.#shapes.filter((shape) => shape !== metric && shape.present > 0);
    if (given !== undefined) return others.filter(({ name }) => given.includes(name));
    const named = others.filter(({ name }) => targetName(name, this.#options) !== null);
    const texts = named.filter(({ kind }) => kind === 'name');
    return texts.length > 0 ? texts : named.filter(({ name }) => /id$/i.test(name));
  }

  /** Where no column has a usual name for a target: all further columns of texts. */
  #textsBeside(metric: FieldShape): readonly FieldShape[] {
    return this.#shapes.filter((shape) => shape !== metric && shape.kind === 'name' && shape.distinct > 1);
  }

  /** Whether rows repeat their time and target, and the metric distinguishes them. */
  #tellsApart(metric: FieldShape, isEnough: boolean): boolean {
    const usual = this.#targetsBeside(metric);
    const targets = usual.length > 0 ? usual : this.#textsBeside(metric);
    const before = repeats(this.#input, targets);
    const after = repeats(this.#input, [...targets, metric]);
    return before > 0 ? after < before / 2 : isEnough;
  }

  /** Whether each target has all metrics at nearly every time. */
  #isComplete(metric: FieldShape): boolean {
    const count = this.#input.timesMs.length;
    const targets = this.#targetsBeside(metric);
    const before = count - repeats(this.#input, targets);
    const after = repeats(this.#input, [...targets, metric]);
    return (
      metric.distinct <= 64 &&
      after <= 0.02 * count &&
      count >= 0.9 * (before - 1) * metric.distinct &&
      before < count
    );
  }
}

function longDecision({ metric, value }: LongFields, { source, evidence }: Found): Decision {
  const choice = `a row per metric, whose name is in "${metric}" and value in "${value}"`;
  const flag = `--metric-column ${quoteName(metric)} --value-column ${quoteName(value)}`;
  return { about: 'table', choice, evidence, source, flag, alternatives: [] };
}
