import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { AiopsError } from '#build/core/errors.js';
import { Intervals } from '#build/core/grid.js';
import type { ReadOptions } from '#build/read/options.js';
import { chooseGrid } from '#build/read/sample/grid/grid.js';

import { readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';
import { timeParser } from '../../support/time-parser.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const START_MS = Date.UTC(2026, 0, 1);

const csv = (times: readonly (string | number)[], target?: (i: number) => string): string =>
  target === undefined
    ? ['time,v', ...times.map((time, i) => `${time},${i}`)].join('\n')
    : ['time,target,v', ...times.map((time, i) => `${time},${target(i)},${i}`)].join('\n');

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

/** What was read: how many records, how many rejects, and the minutes from the first on. */
async function read(text: string, options: Partial<ReadOptions> = {}) {
  const { recording, records, rejects } = await readText(text, options);
  const phase = recording.decisions.at(-1)?.decisions.find(({ about }) => about === 'phase');
  return {
    counts: [records.length, rejects.length],
    minutes: [...new Set(records.map(({ minute }) => minute))],
    grid: recording.grid,
    phase,
    notices: recording.notices.map(({ text: notice }) => notice),
  };
}

const jitter = (count: number, aroundMs: number, spreadMs: number, stepMs = MINUTE_MS): string[] =>
  Array.from({ length: count }, (_, i) => {
    // Deterministic, from -1 to 1.
    const share = ((i * 7919) % 101) / 50 - 1;
    return iso(START_MS + aroundMs + i * stepMs + Math.round(share * spreadMs));
  });

test('minutes have times of the recording if all records are equally late', async () => {
  const at30 = Array.from({ length: 5 }, (_, i) => iso(START_MS + i * MINUTE_MS + 30 * SECOND_MS));
  const { minutes, phase } = await read(csv(at30));
  assert.deepEqual(minutes, at30);
  assert.equal(phase?.flag, '--phase 30s --lead 30s');
  // The flag says the same, and another one reads as before.
  assert.deepEqual((await read(csv(at30), { phase: 30_000, lead: 30_000 })).minutes, at30);
  assert.equal((await read(csv(at30), { phase: 0 })).minutes[0], iso(START_MS));
});

test('a range selects the records of its times, whatever the zone', async () => {
  const parse = timeParser('Asia/Kolkata');
  const hours = Array.from({ length: 6 }, (_, hour) => `2018-05-03 0${hour}:00`);
  const inKolkata = { timezone: 'Asia/Kolkata' };
  const range = { fromMs: parse('2018-05-03 01:00'), toMs: parse('2018-05-03 04:00') };
  assert.deepEqual(
    (await read(csv(hours), { ...inKolkata, ...range })).minutes,
    ['19:30', '20:30', '21:30'].map((time) => `2018-05-02T${time}:00.000Z`),
  );
  const days = Array.from({ length: 9 }, (_, day) => `2018-05-${String(day + 8).padStart(2, '0')}`);
  for (const timezone of ['Asia/Tokyo', 'America/New_York', 'Pacific/Kiritimati', 'UTC']) {
    const at = timeParser(timezone);
    const { minutes } = await read(csv(days), {
      ...{ timezone, fromMs: at('2018-05-10'), toMs: at('2018-05-13') },
    });
    assert.deepEqual(
      minutes,
      [10, 11, 12].map((day) => iso(at(`2018-05-${day}`))),
      timezone,
    );
  }
});

test('days of a zone stay days through a change of its clocks, and one after the other', async () => {
  const at = timeParser('Europe/Berlin');
  const dates = Array.from({ length: 60 }, (_, i) => iso(Date.UTC(2018, 9, 1) + i * 86_400_000).slice(0, 10));
  const { minutes, counts, phase, grid } = await read(csv(dates), { timezone: 'Europe/Berlin' });
  assert.deepEqual(
    minutes,
    dates.map((date) => iso(at(date))),
  );
  assert.deepEqual(counts, [60, 0]);
  assert.equal(phase?.flag, '--phase local');
  assert.equal(grid.zone, 'Europe/Berlin');
  // At 08:00 on those clocks each day.
  const mornings = dates.map((date) => `${date} 08:00`);
  const { minutes: labels } = await read(csv(mornings), { timezone: 'Europe/Berlin' });
  assert.deepEqual(
    labels,
    mornings.map((time) => iso(at(time))),
  );
  // Hourly records of those days, grouped by day.
  const hours = Array.from({ length: 24 * 60 }, (_, i) => iso(at('2018-10-01') + i * 3_600_000));
  const byDay = { timezone: 'Europe/Berlin', interval: 86_400_000, duplicates: 'mean' } as const;
  const grouped = await read(csv(hours), byDay);
  assert.deepEqual(
    grouped.minutes,
    dates.map((date) => iso(at(date))),
  );
});

test('times in UTC stay whole days of UTC, despite --timezone', async () => {
  const midnights = Array.from({ length: 40 }, (_, i) => iso(Date.UTC(2018, 2, 1) + i * 86_400_000));
  const { minutes, grid } = await read(csv(midnights), { timezone: 'Europe/Berlin' });
  assert.deepEqual(minutes, midnights);
  assert.equal(grid.zone, null);
});

test('no record is lost to jitter around the full minute', async () => {
  for (const aroundMs of [0, -1500, 1500]) {
    const { counts, minutes, phase, notices } = await read(csv(jitter(40, aroundMs, 2000)));
    assert.deepEqual(counts, [40, 0]);
    assert.deepEqual(
      minutes,
      Array.from({ length: 40 }, (_, i) => iso(START_MS + i * MINUTE_MS)),
    );
    assert.equal(phase?.flag, '--phase 0s --lead 30s');
    assert.ok(notices.some((text) => text.includes('--phase 0s --lead 30s') && text.includes('jitter')));
  }
  const asBefore = await read(csv(jitter(40, 0, 2000)), { phase: 0 });
  assert.ok(asBefore.counts[1]! > 0);
});

test('jitter that stays clear of the border changes nothing', async () => {
  const { counts, minutes, grid } = await read(csv(jitter(40, 20_000, 9000)));
  assert.deepEqual(counts, [40, 0]);
  assert.equal(minutes[0], iso(START_MS));
  assert.deepEqual([grid.phaseMs, grid.leadMs], [0, 0]);
});

test('targets in turn share their minutes, jittering or not', async () => {
  const inTurn = (spreadMs: number): string[] => jitter(120, 0, spreadMs, 20 * SECOND_MS);
  for (const spreadMs of [0, 1500]) {
    const { counts, minutes } = await read(csv(inTurn(spreadMs), (i) => `web-${(i % 3) + 1}`));
    assert.deepEqual(counts, [120, 0]);
    assert.deepEqual(
      minutes,
      Array.from({ length: 40 }, (_, i) => iso(START_MS + i * MINUTE_MS)),
    );
  }
});

test('jittering records of any step are one per interval, and all are read', () => {
  const cases = fc.record({
    stepMs: fc.constantFrom(10_000, 60_000, 300_000, 3_600_000),
    aroundShare: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    noise: fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 30, maxLength: 200 }),
  });
  fc.assert(
    fc.property(cases, ({ stepMs, aroundShare, noise }) => {
      const times = noise.map((share, i) => START_MS + Math.round((i + aroundShare + share) * stepMs));
      const { grid } = chooseGrid([times], stepMs, { timezone: 'UTC' });
      const intervals = new Intervals(grid);
      const labels = times.map((timeMs) => intervals.of(timeMs));
      assert.equal(new Set(labels).size, times.length);
    }),
  );
});

test('several records per interval, and irregular ones, are counted from the epoch', async () => {
  const everyTenSeconds = Array.from({ length: 60 }, (_, i) => iso(START_MS + i * 10_000 + 3000));
  const grouped = await read(csv(everyTenSeconds), { interval: MINUTE_MS, duplicates: 'last' });
  assert.deepEqual(grouped.grid, { intervalMs: MINUTE_MS, phaseMs: 0, leadMs: 0, zone: null });
  const events = Array.from({ length: 200 }, (_, i) =>
    iso(START_MS + i * 20_000 + ((i * i * 7919) % 19_997)),
  );
  const irregular = await read(csv(events), { interval: MINUTE_MS, duplicates: 'last' });
  assert.deepEqual([irregular.grid.phaseMs, irregular.grid.leadMs], [0, 0]);
});

test('the interval comes from the times in order, whatever the order of the file', async () => {
  const shuffled = Array.from({ length: 70 }, (_, i) => iso(START_MS + ((i * 37) % 70) * MINUTE_MS));
  const { counts, grid } = await read(csv(shuffled), { grace: 100 });
  assert.equal(grid.intervalMs, MINUTE_MS);
  assert.deepEqual(counts, [70, 0]);
});

test('the grace that a message names is enough', async () => {
  const shuffled = Array.from({ length: 70 }, (_, i) => iso(START_MS + ((i * 37) % 70) * MINUTE_MS + 5000));
  const text = csv(shuffled);
  const error = await read(text).catch((reason: unknown) => reason);
  refusal('input_out_of_order', /2026-01-01T\d\d:\d\d:05Z comes after .*:05Z/, /--grace \d+/)(error);
  const grace = Number(/--grace (\d+)/.exec((error as AiopsError).hint ?? '')?.[1]);
  assert.deepEqual((await read(text, { grace })).counts, [70, 0]);
  await assert.rejects(() => read(text, { grace: grace - 1 }), refusal('input_out_of_order', /./, /./));
});

test('weekly and monthly records keep their calendar', async () => {
  const weeks = Array.from({ length: 30 }, (_, i) =>
    iso(Date.UTC(2018, 0, 1) + i * 7 * 86_400_000).slice(0, 10),
  );
  const weekly = await read(csv(weeks), { timezone: 'Europe/Berlin' });
  const berlin = timeParser('Europe/Berlin');
  assert.equal(weekly.grid.intervalMs, 7 * 86_400_000);
  assert.deepEqual(
    weekly.minutes,
    weeks.map((date) => iso(berlin(date))),
  );
  const months = Array.from({ length: 60 }, (_, i) => iso(Date.UTC(2015, i, 1)));
  const monthly = await read(csv(months));
  assert.deepEqual(monthly.minutes, months);
  assert.ok(monthly.notices.some((text) => text.startsWith('interval 1mo, ')));
  const ends = Array.from({ length: 60 }, (_, i) => iso(Date.UTC(2015, i + 1, 0)));
  assert.deepEqual((await read(csv(ends))).minutes, ends);
  const years = Array.from({ length: 9 }, (_, i) => iso(Date.UTC(2001 + i, 6, 1)));
  assert.deepEqual((await read(csv(years))).minutes, years);
});

test('records that come more often later are a warning that names the interval for all', async () => {
  const hours = Array.from({ length: 600 }, (_, i) => iso(START_MS + i * 3_600_000));
  const minutes = Array.from({ length: 400 }, (_, i) => iso(START_MS + 600 * 3_600_000 + i * MINUTE_MS));
  const text = csv([...hours, ...minutes]);
  const { notices, counts } = await read(text);
  assert.ok(counts[1]! > 300);
  assert.ok(notices.some((notice) => notice.includes('give --interval 1m')));
  const finer = await read(text, { interval: MINUTE_MS });
  assert.deepEqual(finer.counts, [1000, 0]);
  assert.ok(!finer.notices.some((notice) => notice.includes('--interval 1')));
});

test('--phase local counts shorter intervals from the first local midnight', async () => {
  const quarters = Array.from({ length: 20 }, (_, i) => iso(START_MS + i * 900_000));
  const { minutes } = await read(csv(quarters), {
    ...{ phase: 'local', timezone: 'Asia/Kolkata', interval: 3_600_000, duplicates: 'first' },
  });
  assert.deepEqual(minutes.slice(0, 2), ['2025-12-31T23:30:00.000Z', '2026-01-01T00:30:00.000Z']);
});

test('--lead must be shorter than the interval', async () => {
  await assert.rejects(
    () => read(csv([iso(START_MS), iso(START_MS + MINUTE_MS)]), { lead: MINUTE_MS }),
    refusal('usage', /--lead 1m is not shorter than the interval, 1m/, /--interval/),
  );
});

test('a range that begins or ends within an interval says what is served', async () => {
  const hours = csv(Array.from({ length: 6 }, (_, hour) => iso(START_MS + hour * 3_600_000)));
  const inside = await read(hours, { fromMs: START_MS + 1_800_000, toMs: START_MS + 9_000_000 });
  assert.deepEqual(inside.minutes, [iso(START_MS + 3_600_000), iso(START_MS + 7_200_000)]);
  const told = inside.notices.filter((text) => text.includes('lies within'));
  assert.equal(told.length, 2);
  assert.match(told[0] ?? '', /^--from 2026-01-01T00:30:00Z .* 2026-01-01T01:00:00Z$/);
  assert.match(told[1] ?? '', /^--to 2026-01-01T02:30:00Z .* 2026-01-01T02:00:00Z, is served$/);
  const exact = await read(hours, { fromMs: START_MS, toMs: START_MS + 7_200_000 });
  assert.ok(!exact.notices.some((text) => text.includes('lies within')));
});

test('two records of three that are close are no jitter', async () => {
  const { grid, counts } = await read(csv([0, 60, 90].map((second) => iso(START_MS + second * 1000))), {
    interval: MINUTE_MS,
  });
  assert.deepEqual([grid.leadMs, counts], [0, [2, 1]]);
});

test('local midnights with offsets keep their days through a change of the clocks', async () => {
  const days = Array.from({ length: 10 }, (_, i) => `2018-03-${22 + i}`);
  const midnights = days.map((day) => `${day}T00:00:00+0${day > '2018-03-25' ? 2 : 1}:00`);
  const { minutes, counts, notices, grid } = await read(csv(midnights));
  assert.deepEqual(
    minutes,
    midnights.map((time) => iso(Date.parse(time))),
  );
  assert.deepEqual(counts, [10, 0]);
  assert.equal(grid.zone, 'Europe/Berlin');
  assert.ok(notices.some((text) => text.includes('--timezone Europe/Berlin')));
  const [fromMs, toMs] = [Date.parse(midnights[0]!), Date.parse(midnights[2]!)];
  const ranged = await read(csv(midnights), { fromMs, toMs });
  assert.deepEqual(ranged.minutes, minutes.slice(0, 2));
  const given = await read(csv(midnights), { timezone: 'Europe/Berlin' });
  assert.deepEqual(given.minutes, minutes);
});

test('local midnights of weeks, months and quarters of a day keep their times too', async () => {
  const at = timeParser('America/New_York');
  const dates = (count: number, dayOf: (i: number) => number): string[] =>
    Array.from({ length: count }, (_, i) => iso(at(iso(dayOf(i)).slice(0, 19))));
  for (const times of [
    dates(20, (i) => Date.UTC(2018, 0, 1 + 7 * i)),
    dates(12, (i) => Date.UTC(2018, i, 1)),
    dates(12, (i) => Date.UTC(2018, i + 1, 0)),
    dates(40, (i) => Date.UTC(2018, 2, 8, 6 * i)),
  ]) {
    const { minutes, grid } = await read(csv(times));
    assert.deepEqual([minutes, grid.zone], [times, 'America/New_York']);
  }
});

test('last days of months, quarters and years are labels, and in a range if their times are', async () => {
  for (const [months, count] of [
    [1, 2],
    [1, 30],
    [3, 9],
    [12, 6],
  ] as const) {
    for (const hour of [0, 18]) {
      const times = Array.from({ length: count }, (_, i) => iso(Date.UTC(2018, months * (i + 1), 0, hour)));
      const { minutes, counts } = await read(csv(times));
      assert.deepEqual([minutes, counts], [times, [count, 0]]);
      const [fromMs, toMs] = [Date.parse(times[0]!), Date.parse(times[1]!)];
      assert.deepEqual((await read(csv(times), { fromMs, toMs })).minutes, [times[0]]);
    }
  }
});

/** Local midnights of a zone, or parts of its days, each with so many targets that the sample ends before its clocks change. */
function manyTargets(zone: string, from: string, days: number, stepHours = 24): string {
  const at = timeParser(zone);
  const times = Array.from({ length: (days * 24) / stepHours }, (_, i) =>
    at(iso(Date.parse(from) + i * stepHours * 3_600_000).slice(0, 16)),
  );
  const rows = times.flatMap((time) =>
    Array.from({ length: 60 }, (_, target) => `${iso(time)},t${target},${time}`),
  );
  return ['time,target,v', ...rows].join('\n');
}

test('days in UTC of clocks that change after the sample stay days', async () => {
  for (const [zone, from, days, step] of [
    ['Europe/Berlin', '2018-03-01', 60, 24],
    ['America/New_York', '2018-02-20', 60, 24],
    ['America/New_York', '2018-10-10', 60, 24],
    ['Europe/Berlin', '2018-03-15', 20, 6],
    ['Europe/London', '2018-10-01', 60, 24],
    ['Australia/Lord_Howe', '2018-09-10', 60, 24],
  ] as const) {
    const { counts, minutes, phase } = await read(manyTargets(zone, from, days, step));
    const intervals = (days * 24) / step;
    assert.deepEqual([counts, minutes.length], [[intervals * 60, 0], intervals], zone);
    const apart = minutes.slice(1).map((minute, i) => Date.parse(minute) - Date.parse(minutes[i]!));
    assert.deepEqual([...new Set(apart)], [step * 3_600_000]);
    assert.match(phase?.evidence ?? '', /--timezone/);
  }
});

test('days of UTC whose clocks go forward after the sample are rejected as duplicates, not misread', async () => {
  const text = manyTargets('Europe/London', '2018-03-01', 60);
  assert.deepEqual((await read(text)).counts, [59 * 60, 60]);
  const inLondon = await read(text, { timezone: 'Europe/London' });
  assert.deepEqual([inLondon.counts, inLondon.minutes.length], [[60 * 60, 0], 60]);
});

test('three hours on clocks that change by two are counted in UTC, days on the clocks', async () => {
  const times = (hours: number): string[] =>
    Array.from({ length: (10 * 24) / hours }, (_, i) => iso(Date.UTC(2024, 2, 26, hours * i)).slice(0, 16));
  const options = { timezone: 'Antarctica/Troll' };
  const short = await read(csv(times(3)), options);
  assert.deepEqual([short.grid.zone, short.counts], [null, [80, 0]]);
  const days = await read(csv(times(24)), options);
  assert.deepEqual([days.grid.zone, days.counts], ['Antarctica/Troll', [10, 0]]);
});

test('a date that clocks skip is no day, and rejected if a record has it', async () => {
  const dates = Array.from({ length: 10 }, (_, i) => iso(Date.UTC(2011, 11, 25 + i)).slice(0, 10));
  const { counts, minutes } = await read(csv(dates), { timezone: 'Pacific/Apia' });
  assert.deepEqual(counts, [9, 1]);
  assert.equal(Date.parse(minutes[8]!) - Date.parse(minutes[0]!), 8 * 86_400_000);
});
