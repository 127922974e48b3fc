import type { Notice } from '../../core/errors.js';
import { count, dictionary, number, object, type Shape } from '../../core/shape.js';
import type { RunProgress, RunUsage } from '../../replay/resume/run-facts.js';
import { countText, figures, plural } from '../../report/format.js';
import { fileSum, type FileSum, type SliceFindings } from '../part.js';
import {
  firstFindings,
  joinedFindings,
  mergedFindings,
  NOTHING_FOUND,
  type MergedFindings,
} from './findings.js';

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
  /** Of a slice; undefined: unknown. */
  readonly actors?: ActorRange;
  /** Of the file with their counts of labelled records; undefined: no labels, or an earlier such file was lost. */
  readonly labels?: FileSum;
  readonly found: MergedFindings;
}

export interface ActorRange {
  readonly least: number;
  readonly most: number;
}

export const NOTHING_MERGED: MergedShares = { slice: 0, attempts: 0, hosts: {}, found: NOTHING_FOUND };

const hostShare: Shape<HostShare> = object({ slices: count, rows: count, elapsedMs: number });

export const mergedShares: Shape<MergedShares> = object(
  { slice: count, attempts: count, hosts: dictionary(hostShare), found: mergedFindings },
  { labels: fileSum, actors: object({ least: count, most: count }) },
);

/** A slice to be added. */
interface AddedSlice {
  readonly host: string;
  /** Complete ones, with those that were set aside. */
  readonly attempts: number;
  readonly progress: RunProgress;
  /** Null: there is no file. */
  readonly labels: FileSum | null;
  readonly found: SliceFindings;
}

/** The same with the next slice. */
export function withSlice(
  { slice, attempts, hosts, found: before, actors }: MergedShares,
  { host, attempts: added, progress, labels, found }: AddedSlice,
): MergedShares {
  const { slices, rows, elapsedMs } = hosts[host] ?? { slices: 0, rows: 0, elapsedMs: 0 };
  const { counts, usage } = progress;
  const served = usage.elapsedMs - usage.comparingMs;
  const share = { slices: slices + 1, rows: rows + counts.rows, elapsedMs: elapsedMs + served };
  return {
    ...{ slice: slice + 1, attempts: attempts + added, hosts: { ...hosts, [host]: share } },
    ...(labels === null ? {} : { labels }),
    actors: joinedActors(actors, usage),
    found: slice === 0 ? firstFindings(found) : joinedFindings(before, found, slice + 1),
  };
}

/** A slice has one session, so the time its actors had says how many they were. */
function joinedActors(before: ActorRange | undefined, usage: RunUsage): ActorRange {
  const { availableMs, elapsedMs, comparingMs } = usage;
  const actors = Math.round(availableMs / (elapsedMs - comparingMs)) || 1;
  const { least, most } = before ?? { least: actors, most: actors };
  return { least: Math.min(least, actors), most: Math.max(most, actors) };
}

/** Hosts that are named; the others are counted. */
const MOST_NAMED = 8;

/** How a run was served, for its report. */
export function sharesNotice({ slice, attempts, hosts, actors }: MergedShares): Notice {
  const shares = Object.entries(hosts).sort(([, a], [, b]) => b.rows - a.rows);
  const named = shares.slice(0, MOST_NAMED).map(([host, { slices, rows, elapsedMs }]) => {
    const rate = elapsedMs > 0 ? `, ${figures((1000 * rows) / elapsedMs)} rows/s each` : '';
    return `${host} ${plural(slices, 'slice')}${rate}`;
  });
  const others = shares.length - named.length;
  const more = others > 0 ? [`${countText(others)} more`] : [];
  const tried = attempts === slice ? '' : ` (${countText(attempts)} attempts)`;
  return {
    level: 'info',
    text:
      `merged from ${plural(slice, 'slice')}${tried}${actorsText(actors)}: ${[...named, ...more].join('; ')}. ` +
      'Times are summed over the slices, even where these ran at the same time; rates are those of one slice',
  };
}

function actorsText(actors: ActorRange | undefined): string {
  if (actors === undefined || actors.least === actors.most) return '';
  return ` with ${actors.least} to ${plural(actors.most, 'actor')}`;
}
