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
