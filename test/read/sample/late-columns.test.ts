import assert from 'node:assert/strict';
import { test } from 'node:test';

import { folderWith, readInputs, readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const SAMPLE_RECORDS = 1024;
const LATE_FROM = 1100;
const MINUTES = 1200;

const at = (minute: number): string => new Date(Date.UTC(2018, 3, 30) + minute * 60_000).toISOString();
const isLate = (minute: number): boolean => minute >= LATE_FROM;
const jsonl = (rowOf: (minute: number) => object, minutes = MINUTES): string =>
  Array.from({ length: minutes }, (_, minute) => `${JSON.stringify(rowOf(minute))}\n`).join('');

const ROWS = jsonl((minute) => ({
  time: at(minute),
  host: 'w',
  u: minute,
  ...(isLate(minute) ? { z: 5 } : {}),
}));
const BATCHES = jsonl((minute) => ({
  minute: at(minute),
  items: [{ target: 'w', values: { u: minute, ...(isLate(minute) ? { z: 5 } : {}) } }],
}));
const NESTED = jsonl((minute) => ({
  time: at(minute),
  host: 'w',
  m: { u: minute, ...(isLate(minute) ? { z: 5 } : {}) },
}));
const TELEGRAF = jsonl((minute) => ({
  fields: { u: minute, ...(isLate(minute) ? { z: 5 } : {}) },
  name: 'm',
  tags: { host: 'w' },
  timestamp: Date.parse(at(minute)) / 1000,
}));

const wanted = (minute: number): readonly number[] => [isLate(minute) ? 5 : NaN, minute];
const texts = (notices: readonly { readonly level: string; readonly text: string }[]): string[] =>
  notices.map(({ level, text }) => `${level}: ${text}`);

for (const [what, text, columns] of [
  ['rows', ROWS, ['z', 'u']],
  ['minute-batches', BATCHES, ['z', 'u']],
  ['nested rows', NESTED, ['m.z', 'm.u']],
  ['Telegraf', TELEGRAF, ['m_z', 'm_u']],
] as const) {
  test(`--columns reads a field of ${what} that first comes after the sample`, async () => {
    for (const sort of [false, true]) {
      const { records, recording, late } = await readText(text, { columns, sort });
      assert.deepEqual(recording.columns, columns);
      assert.deepEqual(
        records.map(({ values }) => values),
        Array.from({ length: MINUTES }, (_, minute) => wanted(minute)),
      );
      const [name] = columns;
      assert.deepEqual(
        texts(recording.notices).filter((each) => each.includes('--columns')),
        [`info: ${name} of --columns is not in the sample: read where records have values there`],
      );
      assert.deepEqual(late, []);
    }
  });
}

test('the only column may come after the sample as well', async () => {
  const { records } = await readText(ROWS, { columns: ['z'] });
  assert.deepEqual(
    records.map(({ values: [z] }) => z),
    Array.from({ length: MINUTES }, (_, minute) => wanted(minute)[0]),
  );
});

test('the warning about a field that comes after the sample says that the sample lacked it', async () => {
  const { late } = await readText(ROWS);
  assert.deepEqual(texts(late), [
    'warning: ignored column z: it was not in the sample and has a value in 100 records; add it with --columns',
  ]);
});

test('a column that another file has is read where it comes late', async (t) => {
  const other = jsonl((minute) => ({ time: at(minute), host: 'v', u: 1, z: minute }), 3);
  const folder = await folderWith(t, { 'a.jsonl': ROWS, 'b.jsonl': other });
  const inputs = [`${folder}/a.jsonl`, `${folder}/b.jsonl`];
  const { records, recording } = await readInputs(inputs);
  assert.deepEqual(recording.columns, ['u', 'z']);
  assert.deepEqual(
    records.filter(({ target }) => target === 'w').map(({ values: [u, z] }) => [z, u]),
    Array.from({ length: MINUTES }, (_, minute) => wanted(minute)),
  );
});

test('--map renames a field that comes after the sample', async () => {
  const { records } = await readText(ROWS, { columns: ['u', 'zone'], map: { zone: 'z' } });
  assert.deepEqual(records[LATE_FROM]?.values, [LATE_FROM, 5]);
});

test('a column that never comes is reported at the end', async () => {
  const { late, records } = await readText(ROWS, { columns: ['u', 'nope', 'never'] });
  assert.equal(records.length, MINUTES);
  assert.ok(
    texts(late).includes('warning: 2 columns of --columns without a value in any record: nope, never'),
  );
});

test('a column of --columns is refused if the sample is the whole input, or has it in another case', async () => {
  const whole = jsonl((minute) => ({ time: at(minute), host: 'w', u: minute }), SAMPLE_RECORDS - 1);
  const refuses = refusal('input_unusable', [/no column z\b/], /--columns/);
  await assert.rejects(readText(whole, { columns: ['u', 'z'] }), refuses);
  await assert.rejects(
    readText(ROWS, { columns: ['U'] }),
    refusal('input_unusable', [/no column U\b/], /case counts/),
  );
});
