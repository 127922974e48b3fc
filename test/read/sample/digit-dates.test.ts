import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ReadOptions } from '#build/read/options.js';

import { readText } from '../../support/reading.js';

const DAY_MS = 86_400_000;
const csv = (times: readonly (string | number)[]): string =>
  ['timestamp;value', ...times.map((time, i) => `${time};${i}`), ''].join('\n');

async function read(text: string, options: Partial<ReadOptions> = {}) {
  const { records, rejects, recording } = await readText(text, options);
  const decision = recording.decisions
    .flatMap(({ decisions }) => decisions)
    .find(({ about }) => about === 'time format');
  assert.ok(decision !== undefined);
  return { minutes: records.map(({ minute }) => Date.parse(minute)), rejects, decision };
}

/** Times of a step, over midnight, over the end of a month and of an hour. */
const times = (stepMs: number, count: number, startMs = Date.UTC(2018, 3, 28, 22, 55)): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(startMs / stepMs) * stepMs + i * stepMs);
const digits = (ms: number): string => new Date(ms).toISOString().replace(/\D/g, '');
const dayOfYear = (ms: number): string =>
  String(Math.floor((ms - Date.UTC(2018, 0, 1)) / DAY_MS) + 1).padStart(3, '0');
const reordered = (ms: number, ...parts: readonly string[]): string => {
  const text = digits(ms);
  const of: Record<string, string> = {
    Y: text.slice(0, 4),
    y: text.slice(2, 4),
    m: text.slice(4, 6),
    d: text.slice(6, 8),
    H: text.slice(8, 10),
    M: text.slice(10, 12),
    S: text.slice(12, 14),
    j: dayOfYear(ms),
  };
  return parts.map((part) => of[part] ?? '').join('');
};

const DATES: readonly [pattern: string, stepMs: number, count: number][] = [
  ['%y%m%d%H%M', 60_000, 80],
  ['%y%m%d%H%M', 60_000, 8],
  ['%y%m%d%H%M', 300_000, 300],
  ['%y%m%d%H%M', 3_600_000, 30],
  ['%y%m%d%H%M%S', 60_000, 20],
  ['%y%m%d%H', 3_600_000, 30],
  ['%y%m%d', DAY_MS, 10],
  ['%d%m%y', DAY_MS, 10],
  ['%d%m%Y', DAY_MS, 10],
  ['%m%d%Y', DAY_MS, 10],
  ['%Y%j%H%M', 3_600_000, 30],
];

test('digits that are dates in another order than YYYYMMDD are read as dates, and the flag says the same', async () => {
  for (const [pattern, stepMs, count] of DATES) {
    const expected = times(stepMs, count);
    const written = expected.map((ms) => reordered(ms, ...pattern.slice(1).split('%')));
    const text = csv(written);
    const { minutes, decision } = await read(text);
    assert.deepEqual(minutes, expected, pattern);
    assert.deepEqual([decision.flag, decision.alternatives], [`--time-format ${pattern}`, []], pattern);
    assert.deepEqual((await read(text, { timeFormat: pattern })).minutes, expected, pattern);
  }
});

test('where numbers may as well count seconds, a warning names the flag', async () => {
  const days = times(DAY_MS, 3, Date.UTC(2018, 3, 1));
  for (const [pattern, written] of [
    ['%y%m%d', days.map((ms) => reordered(ms, 'y', 'm', 'd'))],
    ['%y%j', days.map((ms) => reordered(ms, 'y', 'j'))],
    ['%Y%j', days.map((ms) => reordered(ms, 'Y', 'j'))],
  ] as const) {
    const { minutes, decision } = await read(csv(written));
    assert.deepEqual(minutes, days, pattern);
    assert.deepEqual(decision.alternatives, ['--time-unit s'], pattern);
  }
  // Ten minutes of 2015, or ten seconds of 2017.
  const few = times(60_000, 10, Date.UTC(2015, 3, 30, 0, 1)).map((ms) =>
    reordered(ms, 'y', 'm', 'd', 'H', 'M'),
  );
  const { minutes, decision } = await read(csv(few));
  assert.equal(minutes[0], Date.UTC(2017, 8, 1, 21, 6, 41));
  assert.match(decision.evidence, /2017-09-01T21:06:41Z.*2015-04-30T00:01:00Z/);
  assert.deepEqual(decision.alternatives, ['--time-format %y%m%d%H%M']);
});

test('epochs stay epochs, though some of their digits could be dates', async () => {
  for (const [first, step] of [
    [1_525_046_400, 60],
    [1_512_311_200, 60],
    [1_512_311_215, 5],
    [1_512_310_000, 37],
  ] as const) {
    const epochs = Array.from({ length: 30 }, (_, i) => first + i * step);
    const { minutes, decision } = await read(csv(epochs));
    assert.deepEqual([minutes[0], decision.alternatives], [first * 1000, []], `${first} + ${step}`);
  }
});

const UNITS: readonly [
  unit: NonNullable<ReadOptions['timeUnit']>,
  write: (ms: number) => string,
  alternatives: readonly string[],
][] = [
  ['mjd', (ms) => (ms / DAY_MS + 40_587).toFixed(6), ['--time-unit s']],
  ['jd', (ms) => (ms / DAY_MS + 2_440_587.5).toFixed(6), ['--time-unit s']],
  ['datenum', (ms) => (ms / DAY_MS + 719_529).toFixed(6), ['--time-unit s']],
  ['unixdays', (ms) => (ms / DAY_MS).toFixed(6), ['--time-unit s']],
  ['cocoa', (ms) => String(ms / 1000 - 978_307_200), ['--time-unit s']],
  ['ticks', (ms) => String(BigInt(ms) * 10_000n + 621_355_968_000_000_000n), []],
  ['filetime', (ms) => String(BigInt(ms) * 10_000n + 116_444_736_000_000_000n), []],
];

test('other ways to count are recognized by the years that they give', async () => {
  const expected = times(60_000, 10);
  for (const [unit, write, alternatives] of UNITS) {
    for (const mark of ['.', ',']) {
      const text = csv(expected.map((ms) => write(ms).replace('.', mark)));
      const { minutes, decision } = await read(text);
      assert.deepEqual(minutes, expected, unit);
      assert.deepEqual([decision.flag, decision.alternatives], [`--time-unit ${unit}`, alternatives]);
      assert.deepEqual((await read(text, { timeUnit: unit })).minutes, expected, unit);
    }
  }
});

test('readings that nothing distinguishes are both shown: since 1900 or 1904, since 1970 or 2001', async () => {
  const days = times(DAY_MS, 5);
  const since1904 = csv(days.map((ms) => ms / DAY_MS + 24_107));
  const excel = await read(since1904);
  assert.match(
    excel.decision.evidence,
    /2014-04-27T00:00:00Z, or 2018-04-28T00:00:00Z.*--time-unit days1904/,
  );
  assert.deepEqual((await read(since1904, { timeUnit: 'days1904' })).minutes, days);
  const of2023 = csv(times(60_000, 5, Date.UTC(2023, 4, 1)).map((ms) => ms / 1000 - 978_307_200));
  const { decision } = await read(of2023);
  assert.match(decision.evidence, /1992-.*2023-05-01T00:00:00Z/);
  assert.deepEqual(decision.alternatives, ['--time-unit cocoa']);
});

test('times with a decimal comma are read in CSV and in strings of JSON', async () => {
  const expected = times(60_000, 10);
  const epochs = expected.map((ms) => ms / 1000);
  const cases: readonly [written: readonly string[], offsetMs: number, flag: string][] = [
    [expected.map((ms) => (ms / DAY_MS + 25_569).toFixed(6).replace('.', ',')), 0, '--time-unit days'],
    [epochs.map((seconds) => `${seconds},25`), 250, '--time-unit s'],
    [expected.map((ms) => `${ms},0`), 0, '--time-unit ms'],
    [expected.map((ms) => `${digits(ms).slice(0, 12)},0`), 0, '--time-format %Y%m%d%H%M,0'],
  ];
  for (const [written, offsetMs, flag] of cases) {
    const json = written.map((timestamp, value) => JSON.stringify({ timestamp, value })).join('\n');
    for (const text of [csv(written), json]) {
      const { minutes, rejects, decision } = await read(text);
      assert.deepEqual([minutes, rejects], [expected.map((ms) => ms + offsetMs), []], flag);
      assert.deepEqual([decision.flag, decision.alternatives], [flag, []]);
      assert.match(decision.choice, /with a decimal comma$/);
    }
  }
});

test('a comma that may be between thousands is no decimal comma', async () => {
  const { rejects } = await readText('timestamp;value\n2018-04-30;1\n2018-05-01;2\n43,220;3\n');
  assert.deepEqual(
    rejects.map(({ reason }) => reason),
    ['bad_time'],
  );
});
