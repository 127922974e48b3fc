import type { Label } from '../../core/types.js';
import { metricOfText } from './number-format.js';
import { jsonText } from './show-value.js';

/** The meaning of a label: numbers and truth values become numbers, other text stays text. */
export function labelOf(value: unknown): Label {
  if (typeof value === 'number') return numberLabel(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') return jsonText(value);
  const text = value.trim();
  if (/^true$/i.test(text)) return 1;
  if (/^false$/i.test(text)) return 0;
  const number = metricOfText(text);
  return number === undefined ? text : Number.isNaN(number) ? null : numberLabel(number);
}

/** Labels are written as JSON, which has neither -0 nor infinities. */
function numberLabel(value: number): Label {
  return Number.isFinite(value) ? value + 0 : String(value);
}
