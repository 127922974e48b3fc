import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import { plainName, type FieldShape, type FieldShapes } from '../field-shape.js';
import { namedField, usualField } from '../find-field.js';
import { hasLabelWord, isLabelCalledTarget, mayBeLabel } from './label-words.js';
import { newName, quoteName } from '../names.js';
import type { SampledTable } from '../table.js';
import { holdsLabels, isVerdicts } from './verdicts.js';
import { words } from '../words.js';

/** Names of labels, unless what they hold shows something else. */
const USUAL_LABELS = ['label', 'anomaly', 'is_anomaly'];

/** Names of labels if they hold verdicts, as `plainName` writes them, the surest first. */
const NAMES = words(
  `label anomaly groundtruth isanomaly anomalylabel labelanomaly islabel labels anomalous isanomalous anomalies
  isoutlier outlier outliers attack isattack normal/attack attacklabel attacktype changepoint ischangepoint ytrue
  truth isabnormal abnormal istruth gt isfault fault faulty faultlabel isfailure failure machinefailure incident
  isincident intrusion fraud isfraud novelty class y`,
);
const RANKS: ReadonlyMap<string, number> = new Map(NAMES.map((name, rank) => [name, rank]));

/** Names up to this one say nothing but labels: a column of other numbers is no metric either. */
const SURE = NAMES.indexOf('gt') + 1;
const MAX_CODES = 20;

export interface LabelChoice {
  readonly field: string | null;
  /** Fields that hold labels as well, and are no metrics. */
  readonly others: readonly string[];
  /** Fields that are labels or metrics, of which neither is sure. */
  readonly unsure: readonly string[];
  readonly decision: Decision;
}

export interface LabelInput extends SampledTable {
  /** Of the table's rows, epoch ms. */
  readonly timesMs: readonly number[];
  /** Fields that are something else. */
  readonly taken: ReadonlySet<string>;
}

/** Finds the column with the label. One that `--label-column` names need not be in every file. */
export function decideLabel(input: LabelInput, options: ReadOptions, shapes: FieldShapes): LabelChoice {
  const { table, taken } = input;
  const { names } = table;
  const given = options.labelColumn;
  if (given !== undefined) {
    const isNone = given === 'none' && !names.includes('none');
    const field = isNone ? null : namedField(given, names, options);
    return {
      field,
      others: [],
      unsure: [],
      decision: labelDecision(field, 'given', '--label-column says so'),
    };
  }
  const isLabel = (name: string): boolean =>
    !USUAL_LABELS.includes(newName(name, options).toLowerCase()) ||
    input.layout === 'batches' ||
    holdsLabels(input, shapes.of(name), shapes.numbersOf(name));
  const usual = usualField(USUAL_LABELS, names.filter(isLabel), taken, options);
  const free = names.filter((name) => name !== '' && name !== usual && !taken.has(name));
  const rank = (name: string): number => RANKS.get(plainName(newName(name, options))) ?? Infinity;
  const usable = free.filter((name) => rank(name) < Infinity).map((name) => shapes.of(name));
  const verdicts = usable.filter(isVerdicts).sort((a, b) => rank(a.name) - rank(b.name));
  const codes = usable.filter(
    (shape) => !verdicts.includes(shape) && rank(shape.name) < SURE && isCodes(shape),
  );
  const { byWord, targets, unsure } = lessUsual(
    input,
    free.filter((name) => rank(name) === Infinity).map((name) => shapes.of(name)),
    options,
  );
  const sure = [...(usual === null ? [] : [usual]), ...namesOf(verdicts), ...namesOf(byWord)];
  const [field = null, ...unused] = [...sure, ...namesOf(targets)];
  const others = [...unused, ...namesOf(codes)];
  return { field, others, unsure: namesOf(unsure), decision: decisionOf(field, usual, targets) };
}

function decisionOf(field: string | null, usual: string | null, targets: readonly FieldShape[]): Decision {
  if (field === null) return labelDecision(null, 'default', 'no column of 0 and 1 has a usual name');
  if (targets.some(({ name }) => name === field)) {
    const alternatives = [`--target-column ${quoteName(field)}`, '--label-column none'];
    return { ...labelDecision(field, 'shape', 'it holds only 0 and 1'), alternatives };
  }
  const evidence = usual === null ? 'it has a usual name and holds verdicts' : 'it has a usual name';
  return labelDecision(field, 'name', evidence);
}

/** Fields without a usual name that are, or may be, labels; none if they are all that could be metrics. */
function lessUsual(input: LabelInput, shapes: readonly FieldShape[], options: ReadOptions) {
  const isTarget = (shape: FieldShape): boolean =>
    input.layout !== 'batches' && isLabelCalledTarget(input, shape, newName(shape.name, options));
  const targets = shapes.filter(isTarget);
  const byWord = shapes.filter((shape) => hasLabelWord(shape) && isVerdicts(shape));
  const unsure = shapes.filter(mayBeLabel);
  const found = new Set([...targets, ...byWord, ...unsure]);
  const hasMetric = shapes.some((shape) => shape.isNumeric && !found.has(shape));
  return hasMetric ? { targets, byWord, unsure } : { targets: [], byWord: [], unsure: [] };
}

function namesOf(shapes: readonly FieldShape[]): string[] {
  return shapes.map(({ name }) => name);
}

/** Few different whole numbers: kinds of anomalies, or -1 and 1, of which each may mean either. */
function isCodes({ kind, distinct }: FieldShape): boolean {
  return kind === 'integer' && distinct <= MAX_CODES;
}

function labelDecision(field: string | null, source: Decision['source'], evidence: string): Decision {
  const choice = field === null ? 'none' : `column "${field}"`;
  const flag = `--label-column ${field === null ? 'none' : quoteName(field)}`;
  return { about: 'label', choice, evidence, source, flag, alternatives: [] };
}
