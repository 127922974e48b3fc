import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { namedField, usualField } from './find-field.js';
import { quoteName } from './names.js';
import type { SampledTable } from './table.js';

const USUAL_LABELS = ['label', 'anomaly', 'is_anomaly'];

/** Finds the column with the label. One that `--label-column` names need not be in every file. */
export function decideLabel(
  { table }: SampledTable,
  taken: readonly string[],
  options: ReadOptions,
): { readonly field: string | null; readonly decision: Decision } {
  const { names } = table;
  const given = options.labelColumn;
  if (given !== undefined) {
    const isNone = given === 'none' && !names.includes('none');
    const field = isNone ? null : namedField(given, names, options);
    return { field, decision: labelDecision(field, 'given', '--label-column says so') };
  }
  const field = usualField(USUAL_LABELS, names, new Set([...taken, ...(options.columns ?? [])]), options);
  return field === null
    ? { field, decision: labelDecision(null, 'default', 'no column has a usual name') }
    : { field, decision: labelDecision(field, 'name', 'it has a usual name') };
}

function labelDecision(field: string | null, source: Decision['source'], evidence: string): Decision {
  const choice = field === null ? 'none' : `column "${field}"`;
  const flag = `--label-column ${field === null ? 'none' : quoteName(field)}`;
  return { about: 'label', choice, evidence, source, flag, alternatives: [] };
}
