import { isBinary, isCalendar, type FieldShape } from '../field-shape.js';
import { medianStep, type TimedRows } from '../row-groups.js';
import { areVerdictWords } from '../label/verdicts.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Names of what a single target may go through in turn. */
const STATE_NAME =
  /stat(?:e|us)|level|severity|message|msg|mode|phase|reason|type|kind|class|comment|note|weather|event|result|quality|colou?r|step|count|minute|second|hour/i;

/** How surely the values of a field are targets that take turns. */
export type Turns = 'surely' | 'perhaps' | 'no';

/** Whole numbers that come in a strict cycle: hosts that are polled within a minute, or the states of one. */
export function numberTurns(rows: TimedRows, shape: FieldShape): Turns {
  const { keys, distinct, kind } = shape;
  const count = rows.timesMs.length;
  const isFew = distinct >= 2 && distinct <= 12 && count >= 3 * distinct;
  if (kind !== 'integer' || !isFew || isCalendar(shape)) return 'no';
  if (!keys.every((key, row) => key !== null && key === keys[row % distinct])) return 'no';
  const { timesMs } = rows;
  const stepMs = medianStep(rows);
  const cycleMs = (timesMs[distinct] ?? 0) - (timesMs[0] ?? 0);
  if (cycleMs <= 0 || cycleMs >= DAY_MS) return 'no';
  const isPolled = stepMs < MINUTE_MS && cycleMs % MINUTE_MS === 0;
  return isPolled && !isBinary(shape) && !STATE_NAME.test(shape.name) ? 'surely' : 'perhaps';
}

/** Texts that mostly change from row to row, without an order. */
export function mayTakeTurns({ timesMs }: TimedRows, shape: FieldShape): boolean {
  const { name, keys } = shape;
  if (areVerdictWords(shape)) return false;
  const changes = keys.filter((key, row) => row > 0 && key !== keys[row - 1]).length;
  return timesMs.length >= 6 && !STATE_NAME.test(name) && changes >= 0.6 * (timesMs.length - 1);
}
