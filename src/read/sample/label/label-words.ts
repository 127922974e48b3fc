import { isBinary, type FieldShape } from '../field-shape.js';
import { repeats, takeTurns, type TimedRows } from '../row-groups.js';

const LABEL_WORDS = /^(?:labels?|anom|anomal\w*|outliers?|attack\w*|malicious|fraud\w*|intrusions?|truth)$/;
/** Operating systems count page faults: such a column must look like a label, too. */
const FAULT_WORDS = /^(?:faults?|faulty)$/;
const FLAG_WORDS = /^(?:is|has|flag|label)$/;
/** Names that may mean a label or a metric. */
const UNSURE_NAMES =
  /^(?:(?:is|has)_)?(?:alarm|alert|event|outage|defect)(?:_(?:flag|active))?$|^(?:is|has)_(?:error|normal)$/;
const AMOUNT_WORDS =
  /^(?:score|scores|count|counts|counter|rate|ratio|total|num|number|sum|avg|mean|max|min|pct|percent|probability|prob|confidence|threshold|id)$/;

/** Whether a word of the name means a label. */
export function hasLabelWord(shape: FieldShape): boolean {
  const words = wordsOf(shape.name);
  if (words.some((word) => AMOUNT_WORDS.test(word))) return false;
  if (words.some((word) => LABEL_WORDS.test(word))) return true;
  const isFault = words.some((word) => FAULT_WORDS.test(word)) && !words.includes('page');
  return isFault && (shape.distinct === 2 || words.some((word) => FLAG_WORDS.test(word)));
}

/** Whether the field may be a label or a metric, by its name and its 0s and 1s. */
export function mayBeLabel(shape: FieldShape): boolean {
  return UNSURE_NAMES.test(wordsOf(shape.name).join('_')) && isBinary(shape);
}

function wordsOf(name: string): string[] {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.split(/[^a-z]+/).filter((word) => word !== '');
}

const TARGET = /^_?target(?:[_ ]?id)?$/i;

/**
 * Whether a field called `target` holds the labels of a data set for machine learning: 0 and 1, which do not
 * distinguish the rows of one time. A constant 1 is the name of a target.
 */
export function isLabelCalledTarget(rows: TimedRows, shape: FieldShape, name = shape.name): boolean {
  if (!TARGET.test(name) || !isBinary(shape)) return false;
  if (shape.distinct === 1) return shape.keys.every((key) => key === null || /^(?:0|false)/i.test(key));
  const few = 0.02 * rows.timesMs.length;
  const isTarget = repeats(rows, []) > few && repeats(rows, [shape]) <= few;
  return !isTarget && !takeTurns(rows, [shape]);
}
