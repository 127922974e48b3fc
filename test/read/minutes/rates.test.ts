import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readText, type ReadOutcome } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const csv = (...rows: readonly string[]): string => `time,host,hits_total,cpu\n${rows.join('\n')}\n`;
const shown = ({ records }: ReadOutcome): unknown =>
  records.map(({ minute, target, values }) => [Number(minute.slice(14, 16)), target, ...values]);

const COUNTED = csv(
  `${at(0)},a,60,1`,
  `${at(0)},b,600,2`,
  `${at(1)},b,660,3`,
  `${at(1)},a,180,4`,
  `${at(2)},a,30,5`, // reset
  `${at(3)},a,,6`,
  `${at(3)},b,900,7`, // after a gap
  `${at(4)},a,120,8`,
  `${at(4)},b,900,9`,
);

test('rates need the value of the interval before: none at the start, after a gap or a missing value', async () => {
  const outcome = await readText(COUNTED, { rate: ['hits_total'] });
  assert.deepEqual(shown(outcome), [
    [0, 'a', NaN, 1],
    [0, 'b', NaN, 2],
    [1, 'a', 2, 4],
    [1, 'b', 1, 3],
    [2, 'a', 0.5, 5],
    [3, 'a', NaN, 6],
    [3, 'b', NaN, 7],
    [4, 'a', NaN, 8],
    [4, 'b', 0, 9],
  ]);
});

test('names of counters may have wildcards, and * stands for all columns', async () => {
  for (const [rate, columns] of [
    [['*_total'], [0]],
    [
      ['c*', 'hits*'],
      [0, 1],
    ],
    [['*'], [0, 1]],
    [['cpu', 'c*'], [1]],
  ] as const) {
    const { records } = await readText(COUNTED, { rate });
    const first = records[0]?.values ?? [];
    assert.deepEqual(
      [0, 1].filter((column) => Number.isNaN(first[column])),
      columns,
      rate.join(),
    );
  }
});

test('a name that no column has is refused', async () => {
  await assert.rejects(
    readText(COUNTED, { rate: ['hits_total', 'nope*'] }),
    refusal('input_unusable', /nope\*.*hits_total, cpu/),
  );
});

test('averages of a counter are refused: they would hide its resets', async () => {
  await assert.rejects(
    readText(COUNTED, { rate: ['*'], duplicates: 'mean' }),
    refusal('usage', /--duplicates/),
  );
});

test('rates come after duplicates: of several values in an interval, one counts', async () => {
  const text = csv(`${at(0)},a,60,1`, `${at(0)},a,90,1`, `${at(1)},a,150,1`, `${at(1)},a,210,1`);
  const options = { rate: ['hits_total'], interval: 60_000 };
  const rateWith = async (duplicates: 'first' | 'last'): Promise<unknown> =>
    (await readText(text, { ...options, duplicates })).records[1]?.values[0];
  assert.equal(await rateWith('first'), 1.5);
  assert.equal(await rateWith('last'), 2);
});

test('records out of order within the grace are in order before rates are made', async () => {
  const text = csv(`${at(0)},a,60,1`, `${at(2)},a,300,1`, `${at(1)},a,120,1`, `${at(3)},a,480,1`);
  const { records } = await readText(text, { rate: ['hits_total'], grace: 1, interval: 60_000 });
  assert.deepEqual(
    records.map(({ values }) => values[0]),
    [NaN, 1, 3, 3],
  );
});

test('rows that each have one metric make a record first', async () => {
  const rows = [0, 1, 2].flatMap((minute) => [
    `${at(minute)},a,hits_total,${minute * 60}`,
    `${at(minute)},a,misses_total,${minute * 120}`,
  ]);
  const { records } = await readText(`time,host,metric,value\n${rows.join('\n')}\n`, { rate: ['*'] });
  assert.deepEqual(
    records.map(({ values }) => values),
    [
      [NaN, NaN],
      [1, 2],
      [1, 2],
    ],
  );
});

test('the rate of a day has its 23, 24 or 25 hours', async () => {
  const rows = [27, 28, 29, 30, 31, 32, 33].map((day, i) => {
    const local = new Date(Date.UTC(2024, 2, day)).toISOString().slice(0, 10);
    return `${local},a,${i * 82_800},1`;
  });
  const options = { rate: ['hits_total'], timezone: 'Europe/Vienna', phase: 'local' } as const;
  const { records, recording } = await readText(csv(...rows), options);
  assert.equal(recording.grid.zone, 'Europe/Vienna');
  assert.deepEqual(
    records.map(({ values }) => values[0]),
    [NaN, ...[24, 24, 24, 24, 23, 24].map((hours) => 82_800 / (hours * 3600))],
  );
});

const batch = (minute: number, values: unknown): string =>
  `${JSON.stringify({ minute: at(minute), items: [{ target: 'a', values }] })}\n`;

test('a record that brings its window is refused: a rate needs the value before the window', async () => {
  const windows = batch(0, [[1], [2]]) + batch(1, [[2], [3]]);
  assert.equal((await readText(windows, { ownWindow: { window: 2 } })).records.length, 2);
  await assert.rejects(
    readText(windows, { rate: ['*'], ownWindow: null }),
    refusal('input_unusable', /--rate/),
  );
});

const hints = async (text: string, rate?: readonly string[]): Promise<unknown[]> => {
  const { recording } = await readText(text, rate === undefined ? {} : { rate });
  const decisions = recording.decisions.flatMap((file) => file.decisions);
  return decisions
    .filter(({ about }) => about === 'counters')
    .map(({ choice, evidence, alternatives }) => `${choice}; ${evidence}; ${alternatives.join()}`);
};

/** One target with a value for each number, a minute each. */
const series = (name: string, values: readonly number[]): string =>
  `time,${name}\n${values.map((value, minute) => `${at(minute)},${value}`).join('\n')}\n`;
const ramp = (length: number, resetAt = Infinity): number[] =>
  Array.from({ length }, (_, i) => 5 + 7 * (i % resetAt));

test('columns that look like counters are named, with the flag that reads them as rates', async () => {
  const [named = ''] = await hints(COUNTED);
  assert.match(String(named), /hits_total.*--rate=hits_total.*ends in _total.*1 time/);
  const [alone = ''] = await hints(series('done', ramp(60, 40)));
  assert.match(String(alone), /done as recorded; --rate makes.*only falls to begin again, 1 time/);
  assert.equal((await hints(series('bytes_count', ramp(20)))).length, 1);
});

test('other columns are not taken for counters', async () => {
  for (const [name, values] of [
    ['done', ramp(60)], // may be anything that grows
    ['done', ramp(60, 4)], // falls too often
    ['requests_count', [5, 3, 8, 2, 9, 4]],
    ['requests_total', [5, 8, 7, 9, 12]],
    ['temperature_total', [-3, -2, 5]],
    ['requests_count', [1, 2, 3]], // too few to say
  ] as const)
    assert.deepEqual(await hints(series(name, values)), [], `${name} ${values.join(' ')}`);
});

test('with --rate, columns that fall as no counter does bring a warning', async () => {
  const text = csv(`${at(0)},a,60,9`, `${at(1)},a,120,8`, `${at(2)},a,180,9`);
  const [all] = await hints(text, ['*']);
  assert.match(String(all), /cpu falls.*; --rate=hits_total$/);
  const [sure] = await hints(text, ['hits_total']);
  assert.match(String(sure), /rates per second of hits_total; --rate says so; $/);
});
