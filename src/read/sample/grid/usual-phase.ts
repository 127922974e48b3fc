import { Intervals, type Grid } from '../../../core/grid.js';
import { leadAgainstJitter } from './jitter.js';

/** At least this share of the records is at the usual phase. */
const ALMOST_ALL = 0.9;
/** Of each series. */
const MOST = 0.5;
/** From this share on, records that would share an interval mean jitter; fewer are odd ones. */
const MANY = 0.05;
/** How early an odd record may be and still belong to the next interval, as a share of it. */
const EARLY = 0.1;

/** The phase of times by the phases of each series, NaN: none; null: they have no phase in common. */
export type FindPhase = (phases: readonly (readonly number[])[]) => number | null;

/** The phase of almost all times, so that an odd one does not shift the others. Series that take turns have none. */
export const usualPhase: FindPhase = (phases) => {
  const counts = new Map<number, number>();
  let total = 0;
  for (const phase of phases.flat()) {
    total++;
    if (!Number.isNaN(phase)) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  const usual = [...counts].find(([, count]) => count >= ALMOST_ALL * total)?.[0];
  if (usual === undefined) return null;
  const isOfAll = phases.every(
    (each) => each.filter((phase) => phase === usual).length >= MOST * each.length,
  );
  return isOfAll ? usual : null;
};

export interface UsualGrid {
  readonly grid: Grid;
  /** The first record at its phase. */
  readonly firstMs: number;
  /** How many of the records are not at its phase. */
  readonly odd: number;
  readonly records: number;
}

/**
 * The grid of almost all times, with a lead that the others need: against jitter if there are many, or for those that
 * are only a little early.
 */
export function usualGrid(series: readonly (readonly number[])[], grid: Grid): UsualGrid {
  const intervals = new Intervals({ ...grid, leadMs: 0 });
  const times = series.flat();
  const atPhase = times.filter((timeMs) => intervals.of(timeMs) === timeMs);
  const firstMs = atPhase.reduce((least, timeMs) => Math.min(least, timeMs), Infinity);
  const facts = { firstMs, odd: times.length - atPhase.length, records: times.length };
  const early = times.filter((timeMs) => {
    const nextMs = intervals.from(timeMs);
    return nextMs > timeMs && nextMs - timeMs <= EARLY * grid.intervalMs;
  });
  const { leadMs, gained } = jitterOf(series, intervals);
  const earlyMs = Math.floor(EARLY * grid.intervalMs);
  // An odd record that is early may also be a late one, beside the record of the next interval.
  const isFree = sharing(series, { ...grid, leadMs: earlyMs }) <= sharing(series, { ...grid, leadMs: 0 });
  const least = early.length > 0 && isFree ? earlyMs : 0;
  const isJitter = gained > 1 && gained >= MANY * times.length;
  const needed = { ...grid, leadMs: isJitter ? Math.max(leadMs, least) : least };
  const isEnough = grid.leadMs <= needed.leadMs || sharing(series, grid) > sharing(series, needed);
  return { grid: isEnough ? needed : grid, ...facts };
}

/** How many records share their interval with the one before. */
function sharing(series: readonly (readonly number[])[], grid: Grid): number {
  const intervals = new Intervals(grid);
  return series
    .map((times) => times.length - new Set(times.map((timeMs) => intervals.of(timeMs))).size)
    .reduce((sum, count) => sum + count, 0);
}

/** Jitter around the labels of intervals, wherever these are. */
function jitterOf(
  series: readonly (readonly number[])[],
  intervals: Intervals,
): ReturnType<typeof leadAgainstJitter> {
  const { intervalMs } = intervals.grid;
  const shifted = series.map((times) => {
    const originMs = intervals.of(times[0] ?? NaN);
    return times.map((timeMs) => {
      const labelMs = intervals.of(timeMs);
      return (
        Math.round((labelMs - originMs) / intervalMs) * intervalMs +
        Math.min(timeMs - labelMs, intervalMs - 1)
      );
    });
  });
  return leadAgainstJitter(shifted, intervalMs);
}
