import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import {
  isBinary,
  isCalendar,
  isCount,
  plainName,
  type FieldShape,
  type FieldShapes,
} from '../field-shape.js';
import { requireField } from '../find-field.js';
import { newName, quoteName } from '../names.js';
import { goesThrough, sizeDependsOn } from './long-shape.js';
import { METRIC_NAMES, METRIC_ONLY, TARGETS_AS_WELL, UNSURE, VALUE_NAMES } from './long-names.js';
import { metricShare, PART_NAMES } from './metric-words.js';
import { countGroups, repeats } from '../row-groups.js';
import { targetName } from '../target/target-names.js';
import type { SampledTable } from '../table.js';

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

/** So many rows that repeat time, target and metric are exceptions. */
const FEW = 0.02;
/** So many values are not of a metric's name, unless it is called so. */
const MOST_METRICS = 64;

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
  const perhaps = search.perhaps();
  const names = perhaps.map(({ metric }) => `"${metric}"`).join(' or ');
  const evidence =
    perhaps.length === 0 ? 'no column names metrics' : `nothing shows that ${names} names metrics`;
  const alternatives = perhaps.map(longFlag);
  const choice = 'a row has all metrics of a target';
  return {
    fields: null,
    decision: { about: 'table', choice, evidence, source: 'default', flag: null, alternatives },
  };
}

interface Found {
  readonly fields: LongFields;
  readonly source: Decision['source'];
  readonly evidence: string;
  /** Flags of other readings that are as good. */
  readonly alternatives: readonly string[];
}

class LongSearch {
  readonly #input: LongInput;
  readonly #options: ReadOptions;
  readonly #shapes: readonly FieldShape[];
  readonly #numbersOf: (name: string) => readonly number[];

  constructor(input: LongInput, options: ReadOptions, shapes: FieldShapes) {
    const { table, taken } = input;
    this.#input = input;
    this.#options = options;
    const free = table.names.filter((name) => name !== '' && !taken.has(name));
    this.#shapes = free.map((name) => shapes.of(name));
    this.#numbersOf = (name) => shapes.numbersOf(name);
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
    return { fields, source: 'given', evidence: 'flags say so', alternatives: [] };
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
        const fields = { metric: metric.name, value: value.name };
        return { fields, source: 'shape', evidence, alternatives: [] };
      }
    }
    return this.#byShape(value);
  }

  /**
   * Where no names say so: each target goes through the metrics in turn, and the value's size depends on the metric.
   */
  #byShape(value: FieldShape): Found | null {
    const numbers = this.#numbersOf(value.name);
    const found = this.#able(value).flatMap((metric) => this.#judged(metric, value, numbers));
    const sure = found.filter(({ alternatives }) => alternatives.length === 0);
    return sure[0] ?? found[0] ?? null;
  }

  /** Columns whose values may as well be metrics as parts of targets. */
  perhaps(): readonly LongFields[] {
    const value = this.#value();
    const isLong = this.#input.layout === 'rows' && this.#options.wide !== true;
    if (!isLong || value === null || this.#options.targetColumns !== undefined) return [];
    const isValue = VALUE_NAMES.has(this.#plain(value));
    const metrics = this.#able(value).filter((shape) => {
      const targets = this.#besides(shape);
      const areNamed = targets.some(({ name }) => targetName(name, this.#options) !== null);
      const few = FEW * shape.keys.length;
      return (
        targets.length > 0 &&
        (isValue || !areNamed) &&
        repeats(this.#input, targets) > few &&
        repeats(this.#input, [...targets, shape]) <= few &&
        goesThrough(this.#input, targets, shape)
      );
    });
    return metrics.map((metric) => ({ metric: metric.name, value: value.name }));
  }

  /** Columns of a few texts whose names do not say that they are something else than metrics. */
  #able(value: FieldShape): readonly FieldShape[] {
    return this.#metrics(value.name).filter((shape) => {
      const plain = this.#plain(shape);
      const isOther = targetName(shape.name, this.#options) !== null || PART_NAMES.has(plain);
      return shape.distinct <= MOST_METRICS && (METRIC_NAMES.has(plain) || !isOther);
    });
  }

  #judged(metric: FieldShape, value: FieldShape, numbers: readonly number[]): Found[] {
    const targets = this.#besides(metric);
    if (targets.length === 0 && this.#describesTarget(metric)) return [];
    const distinguished = repeats(this.#input, [...targets, metric]);
    if (distinguished > FEW * numbers.length || !goesThrough(this.#input, targets, metric)) return [];
    const areWords = metricShare(metric) >= 0.5 && targets.every((target) => metricShare(target) < 0.5);
    const sharesTimes = repeats(this.#input, targets) > FEW * numbers.length;
    const hasSize = sizeDependsOn(metric, targets, numbers);
    const isCalled = VALUE_NAMES.has(this.#plain(value)) || METRIC_NAMES.has(this.#plain(metric));
    const fields = { metric: metric.name, value: value.name };
    // A single column of names mostly names targets.
    const isSized = hasSize && (areWords || (sharesTimes && targets.length > 0));
    if (!isSized && !(areWords && sharesTimes && targets.length > 0)) return [];
    const turn = `each target has its ${metric.distinct} values in turn`;
    const evidence = `${turn}, ${hasSize ? `and the size of "${value.name}" depends on them` : 'and they are called as metrics are'}`;
    const others = [...targets, metric].map(({ name }) => quoteName(name)).join(',');
    const alternatives = areWords || isCalled ? [] : [`--target-column ${others}`];
    return [{ fields, source: 'shape', evidence, alternatives }];
  }

  /** The columns of texts that may name targets beside a metric, without those that it determines, such as its unit. */
  #besides(metric: FieldShape): readonly FieldShape[] {
    const texts = this.#textsBeside(metric);
    const metrics = countGroups(this.#input, [metric]);
    return texts.filter((shape) => countGroups(this.#input, [metric, shape]) > metrics);
  }

  /** Whether a target has one and the same value of the column in all of its rows. */
  #describesTarget(metric: FieldShape): boolean {
    const targets = this.#textsBeside(metric).filter(({ name }) => targetName(name, this.#options) !== null);
    return targets.some(
      (target) => countGroups(this.#input, [target, metric]) === countGroups(this.#input, [target]),
    );
  }

  #named(fields: LongFields): Found {
    const evidence = 'they have usual names, and a row has one number';
    return { fields, source: 'shape', evidence, alternatives: [] };
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
    const isOther = (shape: FieldShape): boolean =>
      !named.includes(shape) && !isBinary(shape) && !/id$/i.test(shape.name);
    const hasMetric = (): boolean => this.#metrics(null).some((shape) => METRIC_ONLY.has(this.#plain(shape)));
    if (named.length === 1 && (!numeric.some(isOther) || hasMetric())) return named[0] ?? null;
    return numeric.length === 1 ? (numeric[0] ?? null) : null;
  }

  /** Columns that may name metrics, those with a usual name first; none that `--target-column` names. */
  #metrics(value: string | null): FieldShape[] {
    const given = this.#options.targetColumns ?? [];
    const texts = this.#shapes.filter(
      (shape) =>
        shape.kind === 'name' &&
        shape.name !== value &&
        shape.distinct > 1 &&
        !isCalendar(shape) &&
        !given.includes(shape.name),
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

function longFlag({ metric, value }: LongFields): string {
  return `--metric-column ${quoteName(metric)} --value-column ${quoteName(value)}`;
}

function longDecision(fields: LongFields, { source, evidence, alternatives }: Found): Decision {
  const choice = `a row per metric, whose name is in "${fields.metric}" and value in "${fields.value}"`;
  return { about: 'table', choice, evidence, source, flag: longFlag(fields), alternatives };
}
