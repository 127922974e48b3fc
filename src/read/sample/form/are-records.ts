import { AiopsError } from '../../../core/errors.js';
import { eachField } from '../../lines/json-fields.js';
import type { JsonObject } from '../../text/json-value.js';
import { NO_MARKS } from '../../lines/marks.js';
import { metricOfText } from '../../lines/number-format.js';
import type { FileFormat } from '../../lines/plan.js';
import type { ReadOptions } from '../../options.js';
import { decideFields } from '../decide.js';
import { TableBuilder, type SampleTable } from '../table.js';

/** Whether objects would be read as records, or as minute-batches, if each had a line. */
export function areJsonRecords(elements: readonly JsonObject[], options: ReadOptions): boolean {
  if (elements.length > 0 && elements.every((one) => Array.isArray(one['items']))) return true;
  const rows = new TableBuilder();
  for (const one of elements) rows.addRow(one);
  const isNumber = (value: unknown): boolean => typeof value === 'number' || isNumeric(value);
  const hasNumber = elements.some((one) => {
    let count = 0;
    eachField(one, (_, value) => (count += isNumber(value) ? 1 : 0));
    return count > 0;
  });
  return hasNumber && isDecided(rows.table('rows', null), 'jsonl', options);
}

/** Whether rows below a header would be read as records of CSV. */
export function areCsvRecords(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: ReadOptions,
): boolean {
  const table = new TableBuilder();
  for (const fields of rows) table.addFields(header, fields);
  const hasNumber = rows.some((fields) => fields.some(isNumeric));
  return hasNumber && isDecided(table.table('rows', header), 'csv', options);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(metricOfText(value) ?? NaN);
}

function isDecided(table: SampleTable, format: FileFormat, options: ReadOptions): boolean {
  try {
    const sampled = { file: '', layout: 'rows', format, delimiter: ',', marks: NO_MARKS, table } as const;
    decideFields(sampled, options, Date.now());
    return true;
  } catch (error) {
    if (error instanceof AiopsError) return false;
    throw error;
  }
}
