import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readText } from '../../support/reading.js';

const START_MS = Date.UTC(2018, 3, 30, 0, 58);
const at = (i: number): number => START_MS + i * 60_000;
const iso = (i: number): string => new Date(at(i)).toISOString();
const csv = (times: readonly (string | number)[]): string =>
  ['timestamp,value', ...times.map((time, i) => `"${time}",${i}`), ''].join('\n');
const isoWith = (count: number, place: number, time: string): string[] =>
  Array.from({ length: count }, (_, i) => (i === place ? time : iso(i)));

const STRAYS = ['1e9', '0', '-1', '20180501', '01.05.2018', 'May 1, 2018', '2018/05/01', '20180501T0003'];

test('a time of another kind than those of the sample rejects its record, wherever it is', async () => {
  for (const stray of STRAYS) {
    for (const [count, place] of [
      [3, 1],
      [10, 0],
      [10, 5],
      [10, 9],
      [1500, 1400],
    ] as const) {
      const { records, rejects } = await readText(csv(isoWith(count, place, stray)));
      assert.equal(records.length, count - 1, `${stray} at ${place}`);
      assert.deepEqual(
        rejects.map(({ line, reason }) => [line, reason]),
        [[place + 2, 'bad_time']],
        `${stray} at ${place}`,
      );
    }
  }
});

test('the same holds among epochs and among dates with dots, where ISO times are read in any case', async () => {
  const epochs = Array.from({ length: 10 }, (_, i) => String(at(i) / 1000));
  const dots = Array.from({ length: 10 }, (_, i) => `30.04.2018 ${iso(i).slice(11, 16)}`);
  for (const [times, stray] of [
    [epochs, '01.05.2018'],
    [epochs, 'Jan 1 2018'],
    [dots, '1e9'],
    [dots, '2018/05/01'],
  ] as const) {
    const { records, rejects } = await readText(csv(times.with(5, stray)));
    assert.deepEqual([records.length, rejects.length], [9, 1], stray);
  }
  for (const times of [epochs, dots]) {
    const { records } = await readText(csv([...times, iso(10)]));
    assert.equal(records.at(-1)?.minute, iso(10));
  }
});

test('kinds that the sample mixes are read in the whole file, and that is said', async () => {
  for (const times of [
    Array.from({ length: 1500 }, (_, i) => (i % 2 === 0 ? iso(i) : at(i))),
    Array.from({ length: 20 }, (_, i) => (i < 10 ? iso(i) : at(i) / 1000)),
    isoWith(10, 5, String(at(5))),
    isoWith(10, 9, String(at(9))),
  ]) {
    const { records, recording } = await readText(csv(times));
    assert.equal(records.length, times.length);
    const decision = recording.decisions
      .flatMap(({ decisions }) => decisions)
      .find(({ about }) => about === 'time format');
    assert.deepEqual([decision?.flag, decision?.source], ['--time-format any', 'shape']);
  }
});

test('--time-format any reads a kind that first comes after the sample', async () => {
  const times = Array.from({ length: 1510 }, (_, i) => (i < 1500 ? iso(i) : String(at(i) / 1000)));
  const pinned = await readText(csv(times));
  assert.deepEqual([pinned.records.length, pinned.rejects.length], [1500, 10]);
  const any = await readText(csv(times), { timeFormat: 'any' });
  assert.deepEqual([any.records.length, any.rejects.length], [1510, 0]);
});

test('the minutes of batches are of the kinds of the sample, too', async () => {
  const line = (minute: string | number, v: number): string =>
    JSON.stringify({ minute, items: [{ target: 'a', values: { v } }] });
  const lines = [line(iso(0), 1), line(iso(1), 2), line(1e9, 3), line(iso(2), 4)];
  const { records, rejects } = await readText(lines.join('\n'));
  assert.deepEqual([records.length, rejects.map(({ reason }) => reason)], [3, ['bad_time']]);
});
