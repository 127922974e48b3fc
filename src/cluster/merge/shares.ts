import type { Notice } from '../../core/errors.js';
import { count, dictionary, number, object, type Shape } from '../../core/shape.js';
import type { RunProgress } from '../../replay/resume/run-facts.js';
import { countText, figures, plural } from '../../report/format.js';
import { joinedMet, NONE_MET, type MetTargets } from '../../read/lines/target-filter.js';
import { fileSum, metTargets, type FileSum } from '../part.js';

/** What one machine served of a run. */
export interface HostShare {
  readonly slices: number;
  readonly rows: number;
  /** Serving, summed over its slices, ms. */
  readonly elapsedMs: number;
}

/** What a merge has appended so far: part of each of its commits. */
export interface MergedShares {
  /** The last slice; 0: none. */
  readonly slice: number;
  /** Complete attempts, with those that were set aside. */
  readonly attempts: number;
  readonly hosts: Readonly<Record<string, HostShare>>;
  /** Of the file with their counts of labelled records; undefined: no labels, or an earlier such file was lost. */
  readonly labels?: FileSum;
  /** Targets that they met. */
  readonly met: MetTargets;
}

export const NOTHING_MERGED: MergedShares = { slice: 0, attempts: 0, hosts: {}, met: NONE_MET };

const hostShare: Shape<HostShare> = object({ slices: count, rows: count, elapsedMs: number });

export const mergedShares: Shape<MergedShares> = object(
  { slice: count, attempts: count, hosts: dictionary(hostShare), met: metTargets },
  { labels: fileSum },
);

/** A slice to be added. */
interface AddedSlice {
  readonly host: string;
  /** Complete ones, with those that were set aside. */
  readonly attempts: number;
  readonly progress: RunProgress;
  /** Null: there is no file. */
  readonly labels: FileSum | null;
  readonly met: MetTargets;
}

/** The same with the next slice. */
export function withSlice(
  { slice, attempts, hosts, met }: MergedShares,
  { host, attempts: added, progress, labels, met: alsoMet }: AddedSlice,
): MergedShares {
  const { slices, rows, elapsedMs } = hosts[host] ?? { slices: 0, rows: 0, elapsedMs: 0 };
  const { counts, usage } = progress;
  const served = usage.elapsedMs - usage.comparingMs;
  const share = { slices: slices + 1, rows: rows + counts.rows, elapsedMs: elapsedMs + served };
  return {
    ...{ slice: slice + 1, attempts: attempts + added, hosts: { ...hosts, [host]: share } },
    ...(labels === null ? {} : { labels }),
    met: joinedMet(met, alsoMet),
  };
}

/** Hosts that are named; the others are counted. */
const MOST_NAMED = 8;

/** How a run was served, for its report. */
export function sharesNotice({ slice, attempts, hosts }: MergedShares): Notice {
  const shares = Object.entries(hosts).sort(([, a], [, b]) => b.rows - a.rows);
  const named = shares.slice(0, MOST_NAMED).map(([host, { slices, rows, elapsedMs }]) => {
    const rate = elapsedMs > 0 ? `, ${figures((1000 * rows) / elapsedMs)} rows/s each` : '';
    return `${host} ${plural(slices, 'slice')}${rate}`;
  });
  const others = shares.length - named.length;
  const more = others > 0 ? [`${countText(others)} more`] : [];
  const tried = attempts === slice ? '' : ` in ${countText(attempts)} complete attempts`;
  return {
    level: 'info',
    text:
      `merged from ${plural(slice, 'slice')}${tried}: ${[...named, ...more].join('; ')}. ` +
      'Times and rates of this report are summed over slices, whichever ran at the same time',
  };
}
