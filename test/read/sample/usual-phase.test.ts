import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatDuration } from '#build/core/time.js';
import type { ReadOptions } from '#build/read/options.js';

import { readText } from '../../support/reading.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2018, 3, 30);

const iso = (timeMs: number): string => new Date(timeMs).toISOString();
const csv = (times: readonly number[]): string =>
  ['time,v', ...times.map((timeMs, i) => `${iso(timeMs)},${i}`)].join('\n');
const regular = (count: number, stepMs: number, startMs = START_MS): number[] =>
  Array.from({ length: count }, (_, i) => startMs + i * stepMs);

async function read(times: readonly number[], options: Partial<ReadOptions> = {}) {
  const { recording, records, rejects } = await readText(csv(times), options);
  const phase = recording.decisions.at(-1)?.decisions.find(({ about }) => about === 'phase');
  assert.ok(phase !== undefined);
  const { grid, notices } = recording;
  return { minutes: records.map(({ minute }) => Date.parse(minute)), rejects, grid, phase, notices };
}

test('an odd record shifts no other, wherever the regular ones are', async () => {
  for (const phaseMs of [0, 7 * SECOND_MS, 45 * SECOND_MS]) {
    const exact = regular(60, MINUTE_MS, START_MS + phaseMs);
    for (const place of [1, 31, 59])
      for (const offMs of [-25_000, -20_000, -1000, 500, 17_000, 29_000]) {
        const times = exact.with(place, exact[place]! + offMs);
        const { minutes, grid } = await read(times);
        const name = `${formatDuration(phaseMs)} ${place} ${offMs}`;
        assert.equal(grid.phaseMs, phaseMs, name);
        const others = exact.filter((_, i) => i !== place);
        assert.deepEqual(
          others.filter((timeMs) => !minutes.includes(timeMs)),
          [],
          name,
        );
      }
  }
});

test('a further record between regular ones is called neither jitter nor a lead', async () => {
  const exact = regular(60, MINUTE_MS);
  for (const offMs of [13_000, 30_000, 40_000]) {
    const { grid, phase } = await read([...exact, exact[59]! + offMs]);
    assert.deepEqual([grid.phaseMs, grid.leadMs], [0, 0]);
    assert.match(phase.evidence, /^all but 1 of the 61 records/);
  }
});

test('an odd record that is a little early counts in its interval', async () => {
  for (const [stepMs, earlyMs] of [
    [MINUTE_MS, 2 * SECOND_MS],
    [HOUR_MS, MINUTE_MS],
    [DAY_MS, HOUR_MS],
  ] as const) {
    const exact = regular(60, stepMs);
    const { minutes, rejects, grid } = await read(exact.with(31, exact[31]! - earlyMs));
    assert.deepEqual([minutes, rejects], [exact, []]);
    assert.equal(grid.leadMs, stepMs / 10);
  }
});

test('clocks that change late in the sample lose no day', async () => {
  const changed = regular(100, DAY_MS, Date.UTC(2018, 0, 1, 23)).map(
    (timeMs, i) => timeMs - (i < 92 ? 0 : HOUR_MS),
  );
  const { minutes, rejects } = await read(changed);
  assert.deepEqual([new Set(minutes).size, rejects.length], [100, 0]);
});

test('weeks and months with an odd day keep their days', async () => {
  const weeks = regular(20, 7 * DAY_MS, Date.UTC(2018, 2, 5));
  const months = Array.from({ length: 20 }, (_, i) => Date.UTC(2018, i, 15));
  for (const times of [weeks, months])
    for (const offMs of [-DAY_MS / 2, DAY_MS]) {
      const { minutes, rejects } = await read(times.with(7, times[7]! + offMs));
      assert.deepEqual([minutes, rejects], [times, []]);
    }
});

test('many early records are jitter, few records are not called so', async () => {
  const times = regular(40, MINUTE_MS).map((timeMs, i) => timeMs + (((i * 7919) % 101) / 50 - 1) * 2000);
  const many = await read(times.map(Math.round));
  assert.match(many.phase.evidence, /jitter.*otherwise \d+ of 40 records/);
  const three = [0, 58_000, 120_000].map((ms) => START_MS + ms);
  const few = await read(three, { interval: MINUTE_MS });
  assert.deepEqual(few.rejects, []);
  assert.match(few.phase.evidence, /^otherwise 1 of 3 records would share/);
});

test('drift, 61 s and a jump of the phase lose no record', async () => {
  const jump = [
    ...regular(40, MINUTE_MS, START_MS + 7000),
    ...regular(40, MINUTE_MS, START_MS + 40 * MINUTE_MS + 41_000),
  ];
  for (const times of [regular(200, MINUTE_MS + 50), regular(200, 61_000), jump]) {
    const { minutes, rejects } = await read(times);
    assert.deepEqual([new Set(minutes).size, rejects], [times.length, []]);
  }
});

test('an odd record late in its interval keeps none of the next from being read', async () => {
  const exact = regular(10, MINUTE_MS);
  const { minutes, rejects } = await read(exact.with(4, exact[4]! + 54 * SECOND_MS));
  assert.deepEqual([minutes, rejects], [exact, []]);
});
