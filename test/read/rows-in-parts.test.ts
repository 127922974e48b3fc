import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderWith, readInputs, readText } from '../support/reading.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();

test('rows of CSV with empty cells are joined like objects with other names', async () => {
  const minutes = Array.from({ length: 8 }, (_, minute) => minute);
  const csv = minutes.map((m) => `${at(m)},h,${m},\n${at(m)},h,,${m + 0.5}\n`).join('');
  const json = minutes.flatMap((m) => [
    { time: at(m), host: 'h', cpu: m },
    { time: at(m), host: 'h', mem: m + 0.5 },
  ]);
  const rows = await readText(`time,host,cpu,mem\n${csv}`);
  const objects = await readText(json.map((row) => JSON.stringify(row)).join('\n'));
  assert.deepEqual(rows.recording.columns, ['cpu', 'mem']);
  assert.deepEqual(rows.rejects, []);
  assert.deepEqual(
    rows.records.map(({ minute, target, values }) => [minute, target, values]),
    objects.records.map(({ minute, target, values }) => [minute, target, values]),
  );
  assert.equal(rows.records.length, 8);
});

test('fields that are null are like absent ones, in any mixture', async () => {
  const firsts = ['{"mem":3}', '{"mem":3,"cpu":null}', '{"io":null,"mem":3,"cpu":null}'];
  const seconds = ['{"cpu":4}', '{"cpu":4,"io":null}', '{"cpu":4,"mem":null}'];
  for (const parts of firsts.flatMap((first) => seconds.map((second) => [first, second])))
    for (const [a = '', b = ''] of [parts, parts.toReversed()]) {
      const lines = ['{"io":1,"mem":1,"cpu":1}', a, b].map((fields, i) =>
        fields.replace('{', `{"time":"${at(Math.min(i, 1))}","host":"h",`),
      );
      const { records, rejects } = await readText(lines.join('\n'));
      assert.deepEqual(rejects, [], lines.join('\n'));
      assert.deepEqual(records[1]?.values, [NaN, 3, 4], lines.join('\n'));
    }
});

test('a row that repeats a cell stays a duplicate', async () => {
  const { records, rejects } = await readText(
    `time,host,cpu,mem\n${at(0)},h,1,\n${at(0)},h,,2\n${at(0)},h,3,\n${at(1)},h,1,2\n${at(1)},h,,3\n`,
  );
  assert.deepEqual(
    records.map(({ values }) => values),
    [
      [1, 2],
      [1, 2],
    ],
  );
  assert.deepEqual(
    rejects.map(({ line }) => line),
    [4, 6],
  );
});

test('files of other metrics, without a target, are one series by the flag that the warning names', async (t) => {
  const csv = (name: string, from: number): string =>
    `time,${name}\n${[0, 1, 2, 3].map((m) => `${at(m)},${from + m}\n`).join('')}`;
  const folder = await folderWith(t, { 'cpu.csv': csv('cpu', 0), 'mem.csv': csv('mem', 10) });
  const files = ['cpu.csv', 'mem.csv'].map((name) => join(folder, name));
  const { recording, records } = await readInputs(files);
  assert.equal(records.length, 8);
  const warning = recording.notices.find(({ level }) => level === 'warning')?.text ?? '';
  const [series = ''] = /(?<=--series )\w+/.exec(warning) ?? [];
  const one = await readInputs(files, { series });
  assert.deepEqual(
    one.records.map(({ target, values }) => [target, ...values]),
    [0, 1, 2, 3].map((m) => [series, m, 10 + m]),
  );
  assert.deepEqual(one.rejects, []);
  assert.doesNotMatch(one.recording.notices.map(({ text }) => text).join('\n'), /different metrics/);
});
