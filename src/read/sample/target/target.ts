import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import type { FieldShape, FieldShapes } from '../field-shape.js';
import { requireField } from '../find-field.js';
import { isLabelCalledTarget } from '../label/label-words.js';
import { newName, quoteName } from '../names.js';
import { targetName, type TargetName } from './target-names.js';
import { possibleTargets } from './target-numbers.js';
import { TargetSearch, type TargetInput } from './target-search.js';
import { areVerdictWords } from '../label/verdicts.js';

export interface TargetChoice {
  /** Several together name a target; none: the file is one series. */
  readonly fields: readonly string[];
  /** Numbers of rows, and further numbers of targets: they are no metrics either. */
  readonly numbering: readonly string[];
  /** Sampled rows that repeat the time and target of another, but have other values. */
  readonly repeated: number;
  /** If there are such rows: fields, alone or together, that may name the target, though nothing says so. */
  readonly possible: readonly (readonly string[])[];
  readonly decision: Decision;
}

/**
 * Finds the columns that name the target; none: the file is one series. Usual names say what may be a target, and the
 * rows whether it is one: time and target together must distinguish rows, and targets must recur.
 *
 * @throws AiopsError `input_unusable` if a column that a flag names is missing
 */
export function decideTargets(input: TargetInput, options: ReadOptions, shapes: FieldShapes): TargetChoice {
  const { file, table, taken } = input;
  const { names } = table;
  const given = options.targetColumns;
  if (given !== undefined) {
    const isNone = given.length === 1 && given[0] === 'none' && !names.includes('none');
    const flag = '--target-column';
    const fields = isNone ? [] : given.map((name) => requireField(name, { file, names, flag }, options));
    const decision = targetDecision(fields, 'given', `${flag} says so`);
    return { fields, numbering: [], repeated: 0, possible: [], decision };
  }
  const free = names.filter((name) => name !== '' && !taken.has(name));
  const usual = new Map<string, TargetName>();
  for (const name of free) {
    const meaning = targetName(name, options);
    if (meaning === null) continue;
    const shape = shapes.of(name);
    const isVerdict = !meaning.isPlain && areVerdictWords(shape);
    const isLabel = isLabelCalledTarget(input, shape, newName(name, options));
    if (!isVerdict && !isLabel) usual.set(name, meaning);
  }
  const found = free.map((name) => shapes.of(name));
  const search = new TargetSearch(input, found, usual);
  const { chosen, source, evidence, others, numbering, repeated } = search.search();
  const fields = namesOf(chosen);
  const decision = { ...targetDecision(fields, source, evidence), alternatives: others.map(flagOf) };
  const possible = fields.length > 0 || repeated === 0 ? [] : possibleTargets(input, found).map(namesOf);
  return { fields, numbering: namesOf(numbering), repeated, possible, decision };
}

function namesOf(shapes: readonly FieldShape[]): string[] {
  return shapes.map(({ name }) => name);
}

function targetDecision(fields: readonly string[], source: Decision['source'], evidence: string): Decision {
  const names = fields.map((name) => `"${name}"`).join(' and ');
  const choice = fields.length === 0 ? 'none' : `${fields.length === 1 ? 'column' : 'columns'} ${names}`;
  return { about: 'target', choice, evidence, source, flag: flagOf(fields), alternatives: [] };
}

function flagOf(fields: readonly string[]): string {
  return `--target-column ${fields.length === 0 ? 'none' : fields.map(quoteName).join(',')}`;
}
