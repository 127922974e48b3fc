import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readText } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

/** As in https://docs.victoriametrics.com/#how-to-export-data-in-json-line-format, with another host. */
const UP = (instance: string, values: readonly unknown[], startMs = 1_549_891_472_010): string =>
  JSON.stringify({
    metric: { __name__: 'up', job: 'node_exporter', instance },
    values,
    timestamps: values.map((_, i) => startMs + 60_000 * i),
  });
const REFUSED = { code: 'input_unusable' } as const;

test('the lines of an export are series, which may have several lines', async () => {
  const lines = [
    UP('localhost:9100', [0, 1]),
    UP('localhost:9101', [2, 3, 4, 5]),
    // With max_rows_per_line.
    UP('localhost:9100', [6, 7], 1_549_891_592_010),
  ];
  const spread = lines.map((line) => JSON.stringify(JSON.parse(line), null, 1));
  for (const text of [`${lines.join('\n')}\n`, spread.join('\n')]) {
    const { recording, records, rejects } = await readText(text);
    assert.deepEqual(rejects, []);
    assert.deepEqual(recording.columns, ['up']);
    assert.deepEqual(
      records.map(({ minute, target, values }) => `${minute.slice(14, 16)} ${target} ${values.join()}`),
      [0, 1, 2, 3].flatMap((i) => [
        `${24 + i} localhost:9100/node_exporter ${[0, 1, 6, 7][i]}`,
        `${24 + i} localhost:9101/node_exporter ${i + 2}`,
      ]),
    );
    const [choice] = recording.decisions[0]?.decisions ?? [];
    assert.equal(choice?.choice, 'an export of VictoriaMetrics (2 series, labels instance, job)');
    assert.equal(choice.flag, '--format victoriametrics');
  }
});

test('stale markers, which are null, are missing, and infinities are rejected', async () => {
  const { records, rejects } = await readText(UP('a', [1, null, 'Infinity', '-Infinity', 1.5e-7]));
  assert.deepEqual(
    records.map(({ values: [value] }) => value),
    [1, NaN, 1.5e-7],
  );
  assert.deepEqual(
    rejects.map(({ reason }) => reason),
    ['bad_value', 'bad_value'],
  );
});

test('metrics with labels of their own are read together by the label they share', async () => {
  const text = [
    '{"metric":{"__name__":"load","instance":"a"},"values":[1,2],"timestamps":[60000,120000]}',
    '{"metric":{"__name__":"disk","instance":"a","device":"sda"},"values":[3,4],"timestamps":[60000,120000]}',
  ].join('\n');
  await assert.rejects(
    readText(text),
    refusal('input_unusable', /different labels: only later ones have device$/, /--target-column instance$/),
  );
  const { recording, records } = await readText(text, { targetColumns: ['instance'] });
  assert.deepEqual(recording.columns, ['load', 'disk']);
  assert.deepEqual(
    records.map(({ target, values }) => `${target} ${values.join()}`),
    ['a 1,3', 'a 2,4'],
  );
});

test('what is no whole export is refused', async () => {
  const line = UP('a', [1, 2, 3]);
  for (let end = 100; end < line.length; end++) {
    await assert.rejects(readText(`${line}\n${line.slice(0, end)}`), REFUSED, line.slice(0, end));
  }
  const cases = [
    [line.replace('[1,2,3]', '[1,2]'), /as many values as timestamps/],
    [line.replace('[1,2,3]', '[1,2,3,4]'), /as many values as timestamps/],
    [line.replace('[1,2,3]', '[1,[2],3]'), /as many values as timestamps/],
    [line.replace('[1,2,3]', '[]').replace(/"timestamps":.*/, '"timestamps":[]}'), /without a sample/],
    [line.replace('"up"', '"latency_bucket","vmrange":"1...2"'), /buckets of a histogram/],
  ] as const;
  for (const [text, message] of cases)
    await assert.rejects(readText(text), refusal('input_unusable', message), text);
});

test('an export is no live feed', async () => {
  await assert.rejects(
    readText(UP('a', [1, 2, 3]), { live: true }),
    refusal('usage', /cannot be a live feed/),
  );
});

test('records with a metric of their own are no export', async () => {
  const { records } = await readText('{"metric":{"cpu":1},"time":60}\n{"metric":{"cpu":2},"time":120}\n');
  assert.equal(records.length, 2);
});

test('an export is recognized whatever the order of its keys', async () => {
  const metric = { __name__: 'up', instance: 'a' };
  for (const samples of [4, 5000]) {
    const values = Array.from({ length: samples }, (_, i) => i);
    const timestamps = values.map((i) => 1_549_891_440_000 + 60_000 * i);
    for (const line of [
      { values, timestamps, metric },
      { timestamps, values, metric },
      { values, metric, timestamps },
    ]) {
      const { recording, records } = await readText(`${JSON.stringify(line)}\n`);
      assert.deepEqual(recording.columns, ['up']);
      assert.equal(records.length, samples);
    }
  }
});
