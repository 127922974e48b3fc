import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { intervalsBetween, Intervals, longestMs, plainGrid, type Grid } from '#build/core/grid.js';
import { MONTH_MS } from '#build/core/time.js';
import { zoneOffsets } from '#build/core/time/zone.js';
import { CLOCK_CHANGES } from '../support/clock-changes.js';
import { timeParser } from '../support/time-parser.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (iso: string): number => Date.parse(iso);

const ZONES = [
  ...['Europe/Berlin', 'Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'],
  // Clocks change at midnight, at 00:01, and past a whole day.
  ...['America/Sao_Paulo', 'America/St_Johns', 'Pacific/Apia'],
];

const equalGrids = fc
  .record({ intervalMs: fc.integer({ min: 2, max: 40 * DAY_MS }), phase: fc.nat(999), lead: fc.nat(999) })
  .map(({ intervalMs, phase, lead }): Grid => ({
    ...plainGrid(intervalMs),
    phaseMs: Math.floor((intervalMs * phase) / 1000),
    leadMs: Math.floor((intervalMs * lead) / 1000),
  }));

const calendarGrids = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    hours: fc.constantFrom(3, 6, 12, 24, 168),
    phaseHours: fc.nat(167),
    lead: fc.nat(999),
  })
  .map(({ zone, hours, phaseHours, lead }): Grid => ({
    ...plainGrid(hours * HOUR_MS),
    phaseMs: (phaseHours % hours) * HOUR_MS,
    leadMs: Math.floor((hours * HOUR_MS * lead) / 1000),
    zone,
  }));

const monthGrids = fc
  .record({
    zone: fc.constantFrom(null, ...ZONES),
    months: fc.constantFrom(1, 3, 12),
    phase: fc.nat(11),
    days: fc.nat(27),
    lead: fc.nat(999),
  })
  .map(({ zone, months, phase, days, lead }): Grid => ({
    ...plainGrid(months * MONTH_MS),
    phaseMs: (phase % months) * MONTH_MS + days * DAY_MS,
    leadMs: Math.floor((months * MONTH_MS * lead) / 1000),
    zone,
  }));

/** Clocks that change by two hours need longer intervals. */
const trollGrids = calendarGrids
  .filter(({ intervalMs }) => intervalMs > 4 * HOUR_MS)
  .map((grid): Grid => ({ ...grid, zone: 'Antarctica/Troll' }));

const grids = fc.oneof(equalGrids, calendarGrids, trollGrids, monthGrids);
const anyTimes = fc.integer({ min: at('1990-01-01'), max: at('2030-12-31') });
/** Within two days of a change of clocks. */
const changeTimes = fc
  .record({
    change: fc.constantFrom(...CLOCK_CHANGES),
    afterMs: fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
  })
  .map(({ change, afterMs }) => change.wallMs + afterMs);
const times = fc.oneof(anyTimes, changeTimes);

test('intervals follow one another without a gap, each with the times from its start on', () => {
  fc.assert(
    fc.property(grids, times, (grid, timeMs) => {
      const intervals = new Intervals(grid);
      const labelMs = intervals.of(timeMs);
      const nextMs = intervals.before(labelMs, -1);
      const firstMs = Math.max(labelMs - grid.leadMs, intervals.before(labelMs, 1) + 1);
      const lastMs = Math.max(nextMs - grid.leadMs - 1, labelMs);
      assert.ok(firstMs <= timeMs && timeMs <= lastMs);
      assert.equal(intervals.of(firstMs), labelMs, 'the first time of an interval');
      assert.equal(intervals.of(lastMs), labelMs, 'the last one');
      assert.equal(intervals.of(lastMs + 1), nextMs);
      assert.equal(intervals.before(nextMs, 1), labelMs);
    }),
    { numRuns: 500 },
  );
});

test('later times never have earlier labels, whatever was asked before', () => {
  fc.assert(
    fc.property(grids, fc.array(times, { minLength: 2 }), (grid, all) => {
      const shared = new Intervals(grid);
      const labels = all.map((timeMs) => shared.of(timeMs));
      assert.deepEqual(
        labels,
        all.map((timeMs) => new Intervals(grid).of(timeMs)),
      );
      const sorted = [...all].sort((a, b) => a - b).map((timeMs) => shared.of(timeMs));
      for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i]! >= sorted[i - 1]!);
    }),
  );
});

test('counting intervals between labels is exact, and so is going back by as many', () => {
  fc.assert(
    fc.property(grids, times, fc.integer({ min: -1500, max: 1500 }), (grid, timeMs, count) => {
      const intervals = new Intervals(grid);
      const labelMs = intervals.of(timeMs);
      const otherMs = intervals.before(labelMs, count);
      assert.equal(intervals.of(otherMs), otherMs);
      assert.equal(intervalsBetween(otherMs, labelMs, grid.intervalMs), count);
      assert.equal(intervals.before(otherMs, -count), labelMs);
      assert.ok(Math.abs(labelMs - otherMs) <= longestMs(grid, Math.abs(count)));
    }),
    { numRuns: 500 },
  );
});

test('the first label from a time on is a label, and none lies between', () => {
  fc.assert(
    fc.property(grids, times, (grid, timeMs) => {
      const intervals = new Intervals(grid);
      const labelMs = intervals.from(timeMs);
      assert.ok(labelMs >= timeMs);
      assert.equal(intervals.from(labelMs), labelMs);
      assert.ok(intervals.before(labelMs, 1) < timeMs);
    }),
  );
});

test('days of a zone begin at its midnights, through both changes of its clocks', () => {
  const changes = {
    'Europe/Berlin': ['2018-03-25', '2018-10-28'],
    'America/New_York': ['2018-03-11', '2018-11-04'],
    'Australia/Lord_Howe': ['2018-10-07', '2018-04-01'],
    'Europe/London': ['2018-03-25', '2018-10-28'],
  };
  for (const [zone, [forward = '', back = '']] of Object.entries(changes)) {
    const parse = timeParser(zone);
    const intervals = new Intervals({ ...plainGrid(DAY_MS), zone });
    const changeMs = zone === 'Australia/Lord_Howe' ? HOUR_MS / 2 : HOUR_MS;
    for (const [date, lengthMs] of [
      [forward, DAY_MS - changeMs],
      [back, DAY_MS + changeMs],
    ] as const) {
      const midnight = parse(date);
      for (let hour = 0; hour < 23; hour++) assert.equal(intervals.of(midnight + hour * HOUR_MS), midnight);
      assert.equal(intervals.before(midnight, -1) - midnight, lengthMs, `${zone} ${date}`);
      assert.equal(intervals.of(midnight - 1), parse(date) - DAY_MS);
    }
  }
});

test('an interval shorter than the lead has its own label', () => {
  // On 2018-03-25, clocks in Berlin went from 02:00 to 03:00: from midnight to noon it was 11 hours.
  const halfDays = { ...plainGrid(12 * HOUR_MS), leadMs: 11.5 * HOUR_MS, zone: 'Europe/Berlin' };
  const months = { ...plainGrid(MONTH_MS), leadMs: 30 * DAY_MS };
  for (const [grid, labels] of [
    [halfDays, ['2018-03-24T11:00Z', '2018-03-24T23:00Z', '2018-03-25T10:00Z']],
    [months, ['2018-01-01', '2018-02-01', '2018-03-01']],
  ] as const) {
    const [before, short, next] = labels.map(at) as [number, number, number];
    const intervals = new Intervals(grid);
    assert.equal(intervals.before(next, 1), short);
    assert.equal(intervals.of(short - grid.leadMs - 1), before);
    for (const timeMs of [short - grid.leadMs, next - grid.leadMs, short]) {
      assert.equal(intervals.of(timeMs), short);
    }
    for (const timeMs of [short + 1, next]) assert.equal(intervals.of(timeMs), next);
  }
});

test('a day whose midnight is skipped begins when its clocks go forward', () => {
  const intervals = new Intervals({ ...plainGrid(DAY_MS), zone: 'America/Sao_Paulo' });
  // 2018-11-04 00:00 became 01:00.
  assert.equal(intervals.of(at('2018-11-04T12:00:00Z')), at('2018-11-04T03:00:00Z'));
  assert.equal(intervals.of(at('2018-11-04T02:59:59Z')), at('2018-11-03T03:00:00Z'));
});

test('a date that a zone skips takes no interval', () => {
  const intervals = new Intervals({ ...plainGrid(DAY_MS), zone: 'Pacific/Apia' });
  const last = intervals.of(at('2011-12-29T12:00:00Z'));
  const next = intervals.before(last, -1);
  assert.equal(next - last, DAY_MS);
  assert.equal(new Date(next + zoneOffsets('Pacific/Apia')(next)).toISOString(), '2011-12-31T00:00:00.000Z');
});

test('a skipped date moves no record into a later interval', () => {
  const grid = { ...plainGrid(6 * HOUR_MS), phaseMs: 4 * HOUR_MS, leadMs: 2 * HOUR_MS, zone: 'Pacific/Apia' };
  const intervals = new Intervals(grid);
  const labelMs = at('2011-12-30T14:00:00Z');
  for (const early of [0, 1, 2]) assert.equal(intervals.of(labelMs - early * HOUR_MS), labelMs);
  assert.equal(intervals.of(labelMs - 2 * HOUR_MS - 1), at('2011-12-30T08:00:00Z'));
});

test('days of a zone without such changes are those of an equal grid', () => {
  fc.assert(
    fc.property(times, (timeMs) => {
      const zoned = new Intervals({ ...plainGrid(DAY_MS), zone: 'Asia/Kolkata' });
      const equal = new Intervals({ ...plainGrid(DAY_MS), phaseMs: 18.5 * HOUR_MS });
      assert.equal(zoned.of(timeMs), equal.of(timeMs));
    }),
  );
});

test('months begin on their first day, quarters and years too', () => {
  const month = new Intervals(plainGrid(MONTH_MS));
  assert.equal(month.of(at('2016-02-29T23:59:59.999Z')), at('2016-02-01'));
  assert.equal(month.before(at('2016-03-01'), 1), at('2016-02-01'));
  assert.equal(month.of(at('1969-12-31')), at('1969-12-01'));
  const quarter = new Intervals(plainGrid(3 * MONTH_MS));
  assert.equal(quarter.of(at('2016-06-30')), at('2016-04-01'));
  const year = new Intervals({ ...plainGrid(12 * MONTH_MS), zone: 'Asia/Tokyo' });
  assert.equal(year.of(at('2016-06-30')), at('2015-12-31T15:00:00Z'));
});

test('what is no time has no interval, and what is unlimited stays so', () => {
  for (const grid of [plainGrid(60_000), { ...plainGrid(DAY_MS), zone: 'Europe/Berlin' }]) {
    const intervals = new Intervals(grid);
    assert.ok(Number.isNaN(intervals.of(NaN)));
    assert.equal(intervals.before(-Infinity, 5), -Infinity);
    assert.equal(intervals.from(-Infinity), -Infinity);
  }
  const years = new Intervals(plainGrid(12 * MONTH_MS));
  assert.equal(years.before(at('2018-01-01'), 100_000), -Infinity);
});

test('equal intervals are counted from the epoch, also before it', () => {
  const minutes = new Intervals(plainGrid(60_000));
  assert.equal(minutes.of(at('2018-04-25T00:01:59.999Z')), at('2018-04-25T00:01:00Z'));
  assert.equal(minutes.of(-1), -60_000);
  assert.equal(minutes.of(-60_000), -60_000);
  assert.ok(Object.is(minutes.of(-0), 0));
  assert.ok(Number.isNaN(minutes.of(NaN)));
  const anyTime = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(anyTime, fc.integer({ min: 1, max: 864_000_000 }), (ms, intervalMs) => {
      const floor = new Intervals(plainGrid(intervalMs)).of(ms);
      assert.equal(floor % intervalMs, floor < 0 ? -0 : 0);
      assert.ok(floor <= ms && ms < floor + intervalMs);
    }),
  );
});

test('a day that clocks skip has no label', () => {
  const midnights = (hours: number): string[] => {
    const intervals = new Intervals({ ...plainGrid(hours * HOUR_MS), zone: 'Pacific/Apia' });
    const labels = new Set<number>();
    for (let ms = at('2011-12-29T10:00Z'); ms < at('2011-12-31T10:00Z'); ms += HOUR_MS)
      labels.add(intervals.of(ms));
    return [...labels].map((ms) => new Date(ms + zoneOffsets('Pacific/Apia')(ms)).toISOString().slice(5, 13));
  };
  assert.deepEqual(midnights(24), ['12-29T00', '12-31T00']);
  assert.deepEqual(midnights(12), ['12-29T00', '12-29T12', '12-31T00', '12-31T12']);
});
