import { verdictOf } from '../../../core/label.js';
import { isBinary, type FieldShape } from '../field-shape.js';
import { repeats, takeTurns, type TimedRows } from '../row-groups.js';

const TRUTH = /^(?:0|1|true|false)$/i;
/** Further words for one of two states. */
const STATE = /^(?:good|bad|on|off|pass(?:ed)?|valid|invalid|[01]\.0*|[tfyn])$/i;

export function isVerdicts(shape: FieldShape): boolean {
  if (isBinary(shape)) return true;
  const { keys, present } = shape;
  return present > 0 && keys.every((key) => key === null || isVerdict(key));
}

function isVerdict(key: string): boolean {
  return verdictOf(key) !== null || TRUTH.test(key);
}

function isState(key: string): boolean {
  return isVerdict(key) || STATE.test(key.replaceAll(' ', ''));
}

/** Whether texts are truth values or verdicts, which name no target. */
export function areVerdictWords({ keys, kind, distinct }: FieldShape): boolean {
  return kind === 'name' && distinct > 1 && keys.every((key) => key === null || isState(key));
}

/** Other values than verdicts, in a column of labels. */
const MOST_OTHERS = 0.1;

/**
 * Whether a field with the usual name of labels holds labels. Numbers are labels if nearly all are 0 or 1, some are 0,
 * and the others are whole and positive; texts, unless they name series.
 */
export function holdsLabels(rows: TimedRows, shape: FieldShape, numbers: readonly number[]): boolean {
  const { keys, kind, present } = shape;
  const others = [...keys.entries()].flatMap(([row, key]) => (key === null || isState(key) ? [] : [row]));
  if (others.length === 0) return true;
  const codes = others.map((row) => numbers[row] ?? NaN).filter(Number.isFinite);
  if (codes.length === 0) return kind !== 'name' || others.length < present || !namesSeries(rows, shape);
  const areCodes = codes.every((number) => Number.isInteger(number) && number > 1);
  const hasNormal = keys.some((key) => key !== null && isState(key) && Number(key) !== 1);
  return areCodes && hasNormal && others.length <= MOST_OTHERS * present;
}

/** Whether texts come in turn, distinguish the rows of one time, or all come at nearly every time. */
function namesSeries(rows: TimedRows, shape: FieldShape): boolean {
  if (shape.distinct < 2) return false;
  if (takeTurns(rows, [shape])) return true;
  const count = rows.timesMs.length;
  if (repeats(rows, []) === 0) return false;
  const times = new Set(rows.timesMs).size;
  const pairs = count - repeats(rows, [shape]);
  return pairs >= 0.98 * count || (times >= 3 && pairs >= 0.9 * times * shape.distinct);
}
