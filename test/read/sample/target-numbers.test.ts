import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const csv = (header: string, rows: readonly (readonly unknown[])[]): string =>
  [header, ...rows.map((row) => row.join(','))].join('\n');

test('numbers that alone distinguish rows of one time are refused with the flag that makes them targets', async () => {
  const numbers = Array.from({ length: 2000 }, (_, i) => (i * 7919) % 100_003);
  for (const second of [[], [...numbers].reverse()]) {
    const [few, half] = [numbers.slice(0, 300), second.slice(-300)];
    const of = (names: readonly number[], time: string) => names.map((name, i) => [time, name, i / 4, i % 9]);
    const text = csv('timestamp,nummer,cpu,users', [...of(few, at(0)), ...of(half, at(60))]);
    await assert.rejects(
      () => readText(text),
      refusal(
        'input_unusable',
        /unclear which column names their targets/,
        /^give --target-column nummer, or/,
      ),
    );
    const { records } = await readText(text, { targetColumns: ['nummer'] });
    assert.deepEqual(
      [records.length, new Set(records.map(({ target }) => target)).size],
      [300 + half.length, 300],
    );
  }
  const one = csv(
    'timestamp,nummer,cpu',
    numbers.map((name, i) => [at(0), name, i / 4]),
  );
  await assert.rejects(() => readText(one), refusal('input_unusable', /1023 of the first 1024/, /nummer/));
});

test('counters of rows, starts of counting and numbers of tables are no metrics', async () => {
  const startNs = '1704067200000000000';
  for (const [name, of] of [
    ['RECORD', (row: number) => String(1000 + row)],
    ['instant', (row: number) => String(1 + row)],
    ['startTimeUnixNano', () => startNs],
    ['table', (_: number, host: number) => String(host)],
  ] as const) {
    const rows = Array.from({ length: 24 }, (_, row) => {
      const host = row % 2;
      const time = new Date(1_704_067_200_000 + Math.floor(row / 2) * 60_000).toISOString();
      return `${time},host-${host},${of(row, host)},${50 + ((row * 7) % 11)}`;
    });
    const { recording } = await readText(`time,host,${name},cpu\n${rows.join('\n')}\n`);
    assert.deepEqual(recording.columns, ['cpu'], name);
  }
});

test('decimal numbers that distinguish rows of one time are proposed as targets, and can be', async () => {
  const shapes: Readonly<Record<string, readonly string[]>> = {
    quantile: ['0.5', '0.9', '0.99'],
    depth: ['10.2', '10.3'],
    version: ['1.25', '1.26'],
    le: ['0.1', '0.5', '+Inf'],
    'lat,lon': ['48.1,16.2', '48.1,16.3', '48.2,16.2', '48.2,16.3'],
  };
  for (const [names, values] of Object.entries(shapes)) {
    const rows = Array.from({ length: 12 }, (_, i) =>
      values.map((value, k) => [at(60 * i), value, 100 * k + i * 7]),
    ).flat();
    const text = csv(`time,${names},count`, rows);
    await assert.rejects(
      readText(text),
      refusal('input_unusable', /unclear/, new RegExp(`give --target-column ${names}`)),
    );
    const { recording, records } = await readText(text, { targetColumns: names.split(',') });
    assert.deepEqual([recording.columns, records.length], [['count'], rows.length], names);
  }
});
