/**
 * A text of digits and marks: `decorated`, a number in another notation or a date, such as `50,0 %`; `address`, of
 * IPv4; `marked`, neither, such as `1.2.3`.
 */
export type MarkedText = 'decorated' | 'address' | 'marked';

const DIGITS_AND_MARKS = /^[-+]?[\d.,' ]*\d[\d.,' ]*\s*%?$/;
const ADDRESS = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const DECORATED = [
  /^\d*[.,]?\d*$/,
  /^\d{1,3}(?:\.\d{3})+(?:,\d*)?$/,
  /^\d{1,3}(?:,\d{3})+(?:\.\d*)?$/,
  /^\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d*)?$/,
  /^\d{1,3}(?:[ ']\d{3})+(?:[.,]\d*)?$/,
  /^\d{1,2}([. ])\d{1,2}\1\d{4}$/,
  /^\d{4}([. ])\d{1,2}\1\d{1,2}$/,
];

/** What a text of digits and marks is; null: it has other characters. */
export function markedText(text: string): MarkedText | null {
  if (!DIGITS_AND_MARKS.test(text)) return null;
  if (ADDRESS.test(text)) return 'address';
  const bare = text.replace(/^[-+]\s*|\s*%$/g, '');
  return DECORATED.some((notation) => notation.test(bare)) ? 'decorated' : 'marked';
}
