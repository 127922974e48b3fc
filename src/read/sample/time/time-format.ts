import { AiopsError } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import { AUTO_TIME, ANY_TIME_FORMAT, parserOf } from '../../../core/time/format.js';
import { rememberLast } from '../remember-last.js';
import { isNumberText } from '../../../core/time/numbers.js';
import type { ReadOptions } from '../../options.js';
import { decideDayMonth } from './day-month.js';
import type { Decision } from '../decision.js';
import { inShell } from '../names.js';
import { decideKinds, type DecidedTimeFormat } from './time-kinds.js';
import { areNoTimes, decideNumberForm } from './numeric-times.js';

type TimeOptions = Pick<ReadOptions, 'timeUnit' | 'timeFormat' | 'timeColumn'>;

/** The values of a time column. */
export interface TimeValues {
  readonly file: string;
  readonly field: string;
  readonly values: readonly unknown[];
}

/**
 * Decides how the times of a file are read. `nowMs`: times of numbers are expected from 1990 to the end of the next
 * year.
 *
 * @throws AiopsError `input_unusable` if nothing tells days from months, or the column that `--time-column` names has no
 *   times
 */
export function decideTimeFormat(
  { file, field, values }: TimeValues,
  { timeUnit = 'auto', timeFormat, timeColumn }: TimeOptions,
  nowMs: number,
): DecidedTimeFormat {
  if (timeFormat !== undefined && timeFormat !== ANY_TIME_FORMAT) {
    const format = { ...AUTO_TIME, pattern: timeFormat };
    return { format, decision: given(timeFormat, `--time-format ${inShell(timeFormat)}`) };
  }
  if (timeUnit !== 'auto') {
    const format = { ...AUTO_TIME, numbers: timeUnit };
    return { format, decision: given(`numbers in ${timeUnit}`, `--time-unit ${timeUnit}`) };
  }
  const isTime = rememberLast(isTimeLike);
  const times = values.filter((value): value is string | number => isTime(value));
  const form = decideForm({ file, field }, times, {
    nowMs,
    isNamed: timeColumn !== undefined && timeFormat === undefined,
  });
  if (timeFormat !== undefined) {
    const choice = `${form.decision.choice}, and times in any other form`;
    return { format: form.format, decision: given(choice, `--time-format ${timeFormat}`) };
  }
  return form.format.pattern === null ? decideKinds(times, form) : form;
}

/** Decides how most times are read; others may be of any kind. */
function decideForm(
  { file, field }: Pick<TimeValues, 'file' | 'field'>,
  times: readonly (string | number)[],
  { nowMs, isNamed }: { readonly nowMs: number; readonly isNamed: boolean },
): DecidedTimeFormat {
  const numbers = times.filter((time) => typeof time === 'number' || isNumberText(time.trim()));
  if (numbers.length > times.length / 2) {
    const chosen = decideNumberForm(numbers, field, nowMs);
    if (isNamed && areNoTimes(numbers, chosen)) throw noTimes(file, field, numbers[0]);
    const { form, pattern, decision } = chosen;
    return { format: { ...AUTO_TIME, numbers: form, pattern }, decision };
  }
  const texts = times.filter((time) => typeof time === 'string').filter((text) => !isNumberText(text.trim()));
  const order = decideDayMonth({ file, field }, texts);
  if (order !== null) return { format: { ...AUTO_TIME, dayMonth: order.dayMonth }, decision: order.decision };
  return { format: AUTO_TIME, decision: byForm(texts[0]) };
}

function noTimes(file: string, field: string, number: unknown): AiopsError {
  const name = oneLine(field);
  return new AiopsError(
    'input_unusable',
    `${file}: --time-column names "${name}", whose numbers, such as ${oneLine(String(number))}, are of no year between 1990 and 2100 in any unit`,
    { hint: 'name the column that has the times; if it is this one, say the unit, such as --time-unit s' },
  );
}

function given(choice: string, flag: string): Decision {
  const evidence = `${flag.split(' ')[0]} says so`;
  return { about: 'time format', choice, evidence, source: 'given', flag, alternatives: [] };
}

function byForm(first: string | undefined): Decision {
  const evidence = first === undefined ? 'no time was seen' : `such as ${oneLine(first)}`;
  const rest = { source: 'default', flag: null, alternatives: [] } as const;
  return { about: 'time format', choice: 'dates and times as text', evidence, ...rest };
}

const ANY_ORDER = (['day-first', 'month-first'] as const).map((dayMonth) =>
  parserOf({ ...AUTO_TIME, dayMonth }, 'UTC'),
);

/** Whether a value could be a time, whatever is decided about its format later. */
export function isTimeLike(value: unknown): value is string | number {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'string') return false;
  return isNumberText(value.trim()) || ANY_ORDER.some((parse) => !Number.isNaN(parse(value)));
}
