import { oneLine } from '../../../core/one-line.js';
import { rememberLast } from '../remember-last.js';
import {
  ANY_TIME_FORMAT,
  parserOf,
  timeKind,
  type TimeFormat,
  type TimeKind,
} from '../../../core/time/format.js';
import type { Decision } from '../decision.js';

export interface DecidedTimeFormat {
  readonly format: TimeFormat;
  readonly decision: Decision;
}

/** A kind with fewer times than this share, or with a single one, is a slip unless they fit between the others. */
const MANY = 0.25;

/**
 * Decides which kinds of times a file has, so that a stray `1e9` among ISO times is no time: the commonest kind alone,
 * or all if many times have another kind, or its times fit between those around them.
 *
 * @param times of the sample, in the order of the file
 */
export function decideKinds(
  times: readonly (string | number)[],
  { format, decision }: DecidedTimeFormat,
): DecidedTimeFormat {
  const kinds = times.map(rememberLast(timeKind));
  const counts = new Map<TimeKind, number>();
  for (const kind of kinds) if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [main, ...others] = [...counts].sort(([, a], [, b]) => b - a);
  if (main === undefined) return { format, decision };
  if (others.length === 0) return { format: { ...format, kinds: [main[0]] }, decision };
  const parse = parserOf(format, 'UTC');
  const timesMs = times.map(parse);
  const isMain = kinds.map((kind) => kind === main[0]);
  const found = others.filter(([kind, count]) => {
    const places = [...kinds.keys()].filter((i) => kinds[i] === kind && !Number.isNaN(timesMs[i]!));
    const fitting = places.filter((i) => fitsBetween(timesMs, isMain, i));
    return (
      (count > 1 && count >= MANY * times.length) || (places.length > 0 && 2 * fitting.length > places.length)
    );
  });
  if (found.length === 0) return { format: { ...format, kinds: [main[0]] }, decision };
  const mixed = [main[0], ...found.map(([kind]) => kind)];
  const examples = mixed.map((kind) => oneLine(String(times[kinds.indexOf(kind)] ?? '')));
  return {
    format,
    decision: {
      ...decision,
      choice: `${decision.choice}, mixed with times in other forms`,
      evidence: `such as ${examples.join(' and ')}`,
      source: 'shape',
      flag: `--time-format ${ANY_TIME_FORMAT}`,
    },
  };
}

/** Whether a time is between the main ones before and after it, or near to one if there is no other. */
function fitsBetween(timesMs: readonly number[], isMain: readonly boolean[], at: number): boolean {
  const isKnown = (i: number): boolean => isMain[i] === true && !Number.isNaN(timesMs[i]!);
  let [before, after] = [at - 1, at + 1];
  while (before >= 0 && !isKnown(before)) before--;
  while (after < timesMs.length && !isKnown(after)) after++;
  const [timeMs, fromMs, untilMs] = [timesMs[at]!, timesMs[before] ?? NaN, timesMs[after] ?? NaN];
  if (!Number.isNaN(fromMs) && !Number.isNaN(untilMs)) return timeMs >= fromMs && timeMs <= untilMs;
  const main = timesMs.filter((ms, i) => isMain[i] === true && !Number.isNaN(ms));
  const reach = main.reduce((most, ms) => Math.max(most, ms), -Infinity) - (main[0] ?? NaN);
  return Number.isNaN(untilMs)
    ? timeMs >= fromMs && timeMs - fromMs <= reach
    : timeMs <= untilMs && untilMs - timeMs <= reach;
}
