import { metricOfText } from '../../lines/number-format.js';
import { splitFields } from '../../text/split-fields.js';

export function fieldsOf(line: string, delimiter: string): readonly string[] {
  const split = splitFields(line, delimiter);
  return 'fields' in split ? split.fields : [];
}

export function isBlank(fields: readonly string[]): boolean {
  return fields.every((field) => field.trim() === '');
}

export function holdsData(fields: readonly string[]): boolean {
  return fields.some(isDatum);
}

/** Whether it is a number, or something that begins with one as times do. */
export function isDatum(field: string): boolean {
  return field.trim() !== '' && (isNumber(field) || /^\s*\d/.test(field));
}

function isNumber(field: string): boolean {
  const value = metricOfText(field);
  return value !== undefined && !Number.isNaN(value);
}

/** Whether a line has this many fields, without empty ones behind them. */
export function haveFields(fields: readonly string[], count: number): boolean {
  return fields.length >= count && isBlank(fields.slice(count));
}
