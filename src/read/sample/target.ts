import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { requireField, usualField } from './find-field.js';
import { quoteName } from './names.js';
import type { SampledTable } from './table.js';

const USUAL_TARGETS = ['target', 'target_id', 'host', 'instance', 'service', 'name', 'id'];

/**
 * Finds the columns that name the target; none: the file is one series.
 *
 * @throws AiopsError `input_unusable` if a column that a flag names is missing
 */
export function decideTargets(
  { file, table }: SampledTable,
  timeField: string,
  options: ReadOptions,
): { readonly fields: readonly string[]; readonly decision: Decision } {
  const { names } = table;
  const { targetColumns: given, labelColumn } = options;
  if (given !== undefined) {
    const isNone = given.length === 1 && given[0] === 'none' && !names.includes('none');
    const flag = '--target-column';
    const fields = isNone ? [] : given.map((name) => requireField(name, { file, names, flag }, options));
    return { fields, decision: targetDecision(fields, 'given', `${flag} says so`) };
  }
  const taken = new Set([
    timeField,
    ...(options.columns ?? []),
    ...(labelColumn === undefined ? [] : [labelColumn]),
  ]);
  const field = usualField(USUAL_TARGETS, names, taken, options);
  return field === null
    ? { fields: [], decision: targetDecision([], 'default', 'no column has a usual name') }
    : { fields: [field], decision: targetDecision([field], 'name', 'it has a usual name') };
}

function targetDecision(fields: readonly string[], source: Decision['source'], evidence: string): Decision {
  const choice = fields.length === 0 ? 'none' : `column ${fields.map((name) => `"${name}"`).join(' and ')}`;
  const flag = `--target-column ${fields.length === 0 ? 'none' : fields.map(quoteName).join(',')}`;
  return { about: 'target', choice, evidence, source, flag, alternatives: [] };
}
