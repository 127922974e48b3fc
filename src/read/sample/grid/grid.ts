import {
  isFromMonthEnd,
  monthNumber,
  monthsOf,
  monthStartMs,
  plainGrid,
  type Grid,
} from '../../../core/grid.js';
import { AiopsError } from '../../../core/errors.js';
import { formatDuration, isoTime, MONTH_MS } from '../../../core/time.js';
import { clockChanges, zoneOffsets } from '../../../core/time/zone.js';
import type { ReadOptions } from '../../options.js';
import type { Decision } from '../decision.js';
import { leadAgainstJitter } from './jitter.js';
import { likelyZones } from '../time/likely-zones.js';
import { usualGrid, usualPhase, type FindPhase, type UsualGrid } from './usual-phase.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * 60_000;
/** That the clocks of a zone have in the years of a sample. */
const MOST_OFFSETS = 4;

/** The time on the clocks of a zone, as if it were UTC. */
export function wallClock(timezone: string): WallClock {
  if (timezone === 'UTC') return (timeMs) => timeMs;
  const offsetAt = zoneOffsets(timezone);
  return (timeMs) => timeMs + offsetAt(timeMs);
}

export type WallClock = (timeMs: number) => number;

/** A grid, and why it. */
export interface ChosenGrid {
  readonly grid: Grid;
  readonly decision: Decision;
}

/**
 * Where intervals begin. If all records, or all but a few, are equally long after the start of an interval, that is
 * where they begin, so that minutes have times of the recording. Otherwise intervals are counted from the epoch, or for
 * days from the zone's midnight; and if times jitter around the border of two intervals, it is moved to where no record
 * is.
 *
 * @param series for each target of each file, its different times in order
 * @throws AiopsError `usage` if `--lead` is an interval or longer
 */
export function chooseGrid(
  series: readonly (readonly number[])[],
  intervalMs: number,
  options: Pick<ReadOptions, 'timezone' | 'phase' | 'lead'>,
): ChosenGrid {
  const { lead = 'auto' } = options;
  if (lead !== 'auto' && lead >= intervalMs) throw longLead(lead, intervalMs);
  const chosen = chooseStart(series, intervalMs, options);
  return lead === 'auto' ? chosen : { ...chosen, grid: { ...chosen.grid, leadMs: lead } };
}

function chooseStart(
  series: readonly (readonly number[])[],
  intervalMs: number,
  { timezone, phase = 'auto' }: Pick<ReadOptions, 'timezone' | 'phase'>,
): ChosenGrid {
  const plain = plainGrid(intervalMs);
  const zone = fitsCalendar(intervalMs, timezone) ? timezone : null;
  const wallMs = wallClock(timezone);
  const firstMs = series.reduce((least, [first]) => Math.min(least, first ?? Infinity), Infinity);
  if (typeof phase === 'number') return given({ ...plain, phaseMs: phase % intervalMs }, phase);
  if (phase === 'local') return given(localGrid(intervalMs, zone, firstMs, wallMs), phase);
  const hasSteps = series.some((times) => times.length > 1);
  const exact = hasSteps ? exactGrid(series, intervalMs, zone, wallMs) : null;
  if (exact !== null) return { grid: exact, decision: exactDecision(exact, firstMs) };
  const local = hasSteps ? midnightGrid(series, intervalMs) : null;
  if (local !== null) return { grid: local, decision: midnightDecision(local) };
  const most = hasSteps ? exactGrid(series, intervalMs, zone, wallMs, usualPhase) : null;
  if (most !== null) {
    const usual = usualGrid(series, most);
    return { grid: usual.grid, decision: usualDecision(usual) };
  }
  const isMonths = monthsOf(intervalMs) !== null;
  const base = { ...plain, zone: isMonths || intervalMs % DAY_MS === 0 ? zone : null };
  const walls = base.zone === null ? series : series.map((times) => times.map(wallMs));
  const { leadMs, gained } = isMonths ? { leadMs: 0, gained: 0 } : leadAgainstJitter(walls, intervalMs);
  const grid = { ...base, leadMs };
  return { grid, decision: baseDecision(grid, gained, series.flat().length) };
}

/**
 * The grid of the first zone at whose midnights, or whole intervals after them, all records are: times with offsets
 * keep to the clocks of a zone that no setting names. Null: there is none.
 */
function midnightGrid(series: readonly (readonly number[])[], intervalMs: number): Grid | null {
  const times = series.flat();
  const stepMs = Math.min(intervalMs, DAY_MS);
  // A zone has few offsets, and one that has only one shows nothing that UTC does not.
  const utc = new Set(times.map((timeMs) => modulo(timeMs, stepMs)));
  if (utc.size < 2 || utc.size > MOST_OFFSETS) return null;
  for (const zone of likelyZones()) {
    const wallMs = wallClock(zone);
    if (!times.every((timeMs) => wallMs(timeMs) % stepMs === 0) || !fitsCalendar(intervalMs, zone)) continue;
    const grid = exactGrid(series, intervalMs, zone, wallMs);
    if (grid !== null) return grid;
  }
  return null;
}

/** Whether intervals can be counted on the clocks of a zone: changes of its clocks must be short beside them. */
function fitsCalendar(intervalMs: number, timezone: string): boolean {
  if (timezone === 'UTC' || !isOfCalendar(intervalMs)) return false;
  if (monthsOf(intervalMs) !== null) return true;
  // Whole intervals may be skipped, such as the day when a zone crossed the date line.
  const isShort = (change: number): boolean =>
    2 * Math.abs(change) < intervalMs || (change > 0 && change % intervalMs === 0);
  return [...clockChanges(timezone)].every(isShort);
}

/** Whether intervals are days, parts of them that an hour is short beside, weeks, months or the like. */
function isOfCalendar(intervalMs: number): boolean {
  if (monthsOf(intervalMs) !== null) return true;
  return intervalMs >= 3 * HOUR_MS && (DAY_MS % intervalMs === 0 || intervalMs % DAY_MS === 0);
}

function localGrid(intervalMs: number, zone: string | null, firstMs: number, wallMs: WallClock): Grid {
  if (zone !== null || !Number.isFinite(firstMs)) return { ...plainGrid(intervalMs), zone };
  return { ...plainGrid(intervalMs), phaseMs: modulo(firstMs - wallMs(firstMs), intervalMs) };
}

/**
 * The grid with all times at starts of intervals: at midnight if possible, in the zone before UTC; null: there is none.
 */
function exactGrid(
  series: readonly (readonly number[])[],
  intervalMs: number,
  zone: string | null,
  wallMs: WallClock,
  findPhase: FindPhase = (phases) => commonOf(phases.flat()),
): Grid | null {
  const phaseOn = (clock: WallClock): number | null =>
    phaseOfAll(intervalMs, (phase) =>
      findPhase(series.map((times) => times.map((timeMs) => phase(clock(timeMs))))),
    );
  const localMs = zone === null ? null : phaseOn(wallMs);
  if (localMs === 0) return { ...plainGrid(intervalMs), zone };
  const utcMs = phaseOn((timeMs) => timeMs);
  if (utcMs === 0) return plainGrid(intervalMs);
  const phaseMs = localMs ?? utcMs;
  if (phaseMs === null) return null;
  return {
    intervalMs,
    phaseMs,
    leadMs: leadOf(intervalMs, phaseMs, localMs === null),
    zone: localMs === null ? null : zone,
  };
}

/** The lead of intervals that begin at records. */
function leadOf(intervalMs: number, phaseMs: number, isUtc: boolean): number {
  // A phase of whole quarters comes from the calendar or a zone; any other may change when a collector restarts.
  const isRound = intervalMs >= HOUR_MS && phaseMs % QUARTER_MS === 0;
  if (!isRound && monthsOf(intervalMs) === null) return Math.floor(intervalMs / 2);
  // Such times in UTC may be midnights of a zone, which come an hour earlier once its clocks go forward.
  return isUtc && isOfCalendar(intervalMs) ? HOUR_MS : 0;
}

/** How long after the start of an interval all times are, ms; null: they differ, or there is none. */
export function commonPhase(
  times: readonly number[],
  intervalMs: number,
  wallMs: WallClock = (timeMs) => timeMs,
): number | null {
  return phaseOfAll(intervalMs, (phase) => commonOf(times.map((timeMs) => phase(wallMs(timeMs)))));
}

/** The phase that `find` finds by the starts of intervals, or else, if they are months, by the last days of months. */
function phaseOfAll(
  intervalMs: number,
  find: (phase: (timeMs: number) => number) => number | null,
): number | null {
  const found = find((timeMs) => phaseOf(timeMs, intervalMs));
  const months = monthsOf(intervalMs);
  return found !== null || months === null ? found : find((timeMs) => monthEndPhase(timeMs, months));
}

function commonOf(phases: readonly number[]): number | null {
  const [first] = phases;
  return first !== undefined && phases.every((phaseMs) => phaseMs === first) ? first : null;
}

function phaseOf(timeMs: number, intervalMs: number): number {
  const months = monthsOf(intervalMs);
  if (months === null) return modulo(timeMs, intervalMs);
  const month = monthNumber(timeMs);
  const restMs = timeMs - monthStartMs(month);
  // Not every month has later days.
  return restMs < 28 * DAY_MS ? modulo(month, months) * MONTH_MS + restMs : NaN;
}

/** As `phaseOf`, counted back from the end of the month; NaN before its last day. */
function monthEndPhase(timeMs: number, months: number): number {
  const next = monthNumber(timeMs) + 1;
  const backMs = monthStartMs(next) - timeMs;
  return backMs <= DAY_MS ? modulo(next * MONTH_MS - backMs, months * MONTH_MS) : NaN;
}

function given(grid: Grid, phase: 'local' | number): ChosenGrid {
  const flag = `--phase ${phase === 'local' ? phase : durationFlag(phase)}`;
  const from = phase === 'local' && grid.zone === null ? 'local midnight' : originOf(grid);
  return { grid, decision: decision(grid, from, { evidence: `${flag} says so`, source: 'given' }) };
}

const LOCAL_HINT = '; if they keep to clocks that change, name the zone with --timezone';

function exactDecision(grid: Grid, firstMs: number): Decision {
  const { phaseMs, zone, leadMs, intervalMs } = grid;
  const first = `the first record, ${isoTime(firstMs)}${zone === null ? '' : `, on the clocks of ${zone}`}`;
  return decision(grid, phaseMs === 0 ? originOf(grid) : first, {
    evidence: `all records of the sample are whole intervals apart${leadMs > 0 && isOfCalendar(intervalMs) ? LOCAL_HINT : ''}`,
    source: phaseMs === 0 && zone === null ? 'default' : 'shape',
  });
}

function midnightDecision(grid: Grid): Decision {
  return {
    ...decision(grid, originOf(grid), {
      evidence: 'there all records of the sample are at midnight or whole intervals after it',
      source: 'shape',
    }),
    flag: `--timezone ${grid.zone}`,
  };
}

function usualDecision({ grid, firstMs, odd, records }: UsualGrid): Decision {
  const first = `the record of ${isoTime(firstMs)}${grid.zone === null ? '' : `, on the clocks of ${grid.zone}`}`;
  return decision(grid, grid.phaseMs === 0 ? originOf(grid) : first, {
    evidence: `all but ${odd} of the ${records} records of the sample are whole intervals apart`,
    source: grid.phaseMs === 0 && grid.zone === null && grid.leadMs === 0 ? 'default' : 'shape',
  });
}

/** Fewer records may be apart as by jitter for any reason. */
const JITTER_RECORDS = 8;

function baseDecision(grid: Grid, gained: number, records: number): Decision {
  const { leadMs, zone } = grid;
  const local = zone === null ? null : `--timezone ${zone} is given`;
  const spread = local ?? 'records come at different times of an interval';
  const jitter = records < JITTER_RECORDS ? '' : 'times jitter around the start of an interval: ';
  return decision(grid, originOf(grid), {
    evidence:
      leadMs === 0
        ? spread
        : `${jitter}otherwise ${gained} of ${records} records would share their interval with the one before`,
    source: leadMs === 0 && zone === null ? 'default' : 'shape',
  });
}

function originOf({ phaseMs, zone }: Grid): string {
  if (zone !== null) return `midnight in ${zone}`;
  return phaseMs === 0 ? 'the epoch' : `${formatDuration(phaseMs)} after the epoch`;
}

function decision(grid: Grid, from: string, why: Pick<Decision, 'evidence' | 'source'>): Decision {
  const { phaseMs, leadMs, zone } = grid;
  const early =
    leadMs === 0 ? '' : `; a record up to ${formatDuration(leadMs)} before an interval counts in it`;
  const phase = zone === null ? durationFlag(phaseMs) : 'local';
  const lead = leadMs === 0 ? '' : ` --lead ${durationFlag(leadMs)}`;
  return {
    ...{ about: 'phase', choice: `intervals are counted from ${from}${early}`, ...why },
    flag: (zone !== null && phaseMs !== 0) || isFromMonthEnd(grid) ? null : `--phase ${phase}${lead}`,
    alternatives: [],
  };
}

function durationFlag(ms: number): string {
  return ms === 0 ? '0s' : formatDuration(ms);
}

function longLead(lead: number, intervalMs: number): AiopsError {
  const message = `--lead ${formatDuration(lead)} is not shorter than the interval, ${formatDuration(intervalMs)}`;
  return new AiopsError('usage', message, { hint: 'give a shorter one, or a longer --interval' });
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
