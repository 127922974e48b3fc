import { AiopsError } from '../../core/errors.js';
import type { ParseTime } from '../../core/time.js';
import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { requireField, usualField } from './find-field.js';
import { listNames, quoteName } from './names.js';
import type { SampledTable, SampleTable } from './table.js';

const USUAL_TIMES = ['timestamp', 'time', 'ts', 'minute', '@timestamp'];

/**
 * Finds the column with the time.
 *
 * @throws AiopsError `input_unusable` if there is none
 */
export function decideTime(
  { file, table }: SampledTable,
  options: ReadOptions,
  parseTime: ParseTime,
): { readonly field: string; readonly decision: Decision } {
  const names = table.lineNames;
  const given = options.timeColumn;
  if (given !== undefined) {
    const field = requireField(given, { file, names, flag: '--time-column' }, options);
    return { field, decision: timeDecision(field, 'given', '--time-column names it') };
  }
  const taken = new Set([...(options.columns ?? []), ...otherNames(options)]);
  const dated = names.filter((name) => hasTime(table, name, parseTime));
  const field =
    usualField(USUAL_TIMES, dated, taken, options) ?? usualField(USUAL_TIMES, names, taken, options);
  if (field !== null) return { field, decision: timeDecision(field, 'name', 'it has a usual name') };
  throw new AiopsError('input_unusable', `${file} has no time column: saw ${listNames(names)}`, {
    hint: names.some((name) => /^[-+]?\d/.test(name))
      ? 'the first line must name the columns; put a line such as timestamp,target,value before it'
      : 'name it with --time-column',
  });
}

function otherNames({ targetColumns = [], labelColumn }: ReadOptions): string[] {
  return labelColumn === undefined ? [...targetColumns] : [...targetColumns, labelColumn];
}

function hasTime(table: SampleTable, name: string, parseTime: ParseTime): boolean {
  return table
    .lineColumn(name)
    .some((time) => (typeof time === 'string' || typeof time === 'number') && !Number.isNaN(parseTime(time)));
}

function timeDecision(field: string, source: Decision['source'], evidence: string): Decision {
  const flag = `--time-column ${quoteName(field)}`;
  return { about: 'time', choice: `column "${field}"`, evidence, source, flag, alternatives: [] };
}
