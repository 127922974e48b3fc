import type { Label } from './types.js';

/** The label of two records that become one: the higher number, or the first text. */
export function strongerLabel(a: Label, b: Label): Label {
  if (typeof a === 'number' && typeof b === 'number') return Math.max(a, b);
  return a ?? b;
}

const ANOMALY =
  /^(?:yes|abnormal|anomal(?:y|ous)|attack|outlier|faulty?|fail(?:ure|ed)?|intrusion|malicious|positive)$/i;
const NORMAL = /^(?:no|normal|benign|ok|healthy|nominal|inlier|none|negative)$/i;

/** Whether a label means an anomaly, 1, or not, 0, by its number or a clear word; null: it says neither. */
export function verdictOf(label: Label): 0 | 1 | null {
  if (label === 0 || label === 1) return label;
  if (typeof label !== 'string') return null;
  // Some data sets have blanks in their words.
  const word = label.replaceAll(' ', '');
  if (ANOMALY.test(word)) return 1;
  return NORMAL.test(word) ? 0 : null;
}
