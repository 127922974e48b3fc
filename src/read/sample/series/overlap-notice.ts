import type { Notice } from '../../../core/errors.js';
import type { Intervals } from '../../../core/grid.js';
import type { ReadOptions } from '../../options.js';
import { seriesFlag } from './given-series.js';
import { inShell, listNames } from '../names.js';
import { DATE_FORMS, dateIn, mayBegin, type PathDate } from './path-dates.js';

/** A file that is a series of its own, as its sample shows it. */
export interface LoneFile {
  readonly file: string;
  readonly series: string;
  readonly fields: readonly string[];
  readonly timesMs: readonly number[];
}

interface DatedFile extends LoneFile {
  readonly date: PathDate | null;
  /** What the series is called without its date. */
  readonly rest: string;
}

/** Files that are read as several series since their times overlap, though their names differ only in the date. */
export function overlapNotice(
  inputs: readonly LoneFile[],
  { duplicates }: Pick<ReadOptions, 'duplicates'>,
  intervals: Intervals,
): Notice[] {
  for (let form = 0; form < DATE_FORMS; form++) {
    const files = inputs.map((input): DatedFile => {
      const date = dateIn(input.series, form);
      return { ...input, date, rest: date === null ? input.series : date.rest || 'all' };
    });
    const names = files.map(({ rest }) => rest);
    const apart = groupsOf(files).filter(areOverlappingParts);
    const paths = inputs.map(({ file }) => file);
    const flag = apart.length === 0 ? null : seriesFlag(paths, names);
    if (flag === null) continue;
    const repeats = duplicates === 'reject' && apart.some((group) => repeatIntervals(group, intervals));
    const flags = `--series ${inShell(flag)}${repeats ? ' --duplicates first' : ''}`;
    const listed = listNames(
      apart.flat().map(({ file }) => file),
      4,
    );
    const text = `the names of ${listed} differ only in the date, but their times overlap, so each is read as a series; if they are parts of one, give ${flags}`;
    return [{ level: 'warning', text }];
  }
  return [];
}

/** Files of each name without its date; there may be thousands of names. */
function groupsOf(files: readonly DatedFile[]): DatedFile[][] {
  const groups = new Map<string, DatedFile[]>();
  for (const file of files) {
    const group = groups.get(file.rest);
    if (group === undefined) groups.set(file.rest, [file]);
    else group.push(file);
  }
  return [...groups.values()];
}

function areOverlappingParts(group: readonly DatedFile[]): boolean {
  const dates = group.flatMap(({ date }) => (date === null ? [] : [date]));
  const datesMs = [...new Set(dates.map(({ timeMs }) => timeMs))].sort((a, b) => a - b);
  const gapMs = Math.min(...datesMs.slice(1).map((dateMs, i) => dateMs - datesMs[i]!));
  if (datesMs.length < 2 || new Set(group.map(({ fields }) => fields.join('\n'))).size > 1) return false;
  const spans = group.map(({ timesMs }) => ({ fromMs: Math.min(...timesMs), toMs: Math.max(...timesMs) }));
  const beginThen = group.every(({ date }, i) => date === null || mayBegin(date, spans[i]!.fromMs, gapMs));
  const sorted = spans.sort((a, b) => a.fromMs - b.fromMs);
  return beginThen && sorted.some(({ fromMs }, i) => i > 0 && fromMs <= sorted[i - 1]!.toMs);
}

/** Whether several files have a record in one interval. */
function repeatIntervals(group: readonly DatedFile[], intervals: Intervals): boolean {
  const seen = new Set<number>();
  return group.some(({ timesMs }) => {
    const own = new Set(timesMs.map((timeMs) => intervals.of(timeMs)));
    const repeats = [...own].some((minuteMs) => seen.has(minuteMs));
    for (const minuteMs of own) seen.add(minuteMs);
    return repeats;
  });
}
