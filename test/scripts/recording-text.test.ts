import assert from 'node:assert/strict';
import { test } from 'node:test';

import { csvHeader, csvRows, jsonBatch, jsonRows } from '../../scripts/shared/recording-text.mjs';

const TIME = '2018-04-30T00:00:00Z';
const labelled = [
  { target: 'a', values: ['1.50', ''], label: '1' },
  { target: 'b "x"', values: ['-2e5', '0'], label: '0' },
];
const plain = [{ target: 'a', values: ['1', '2'], label: null }];

test('CSV keeps numbers as they are written and leaves missing ones empty', () => {
  assert.equal(csvHeader(['cpu', 'mem'], true), 'timestamp,target,cpu,mem,label\n');
  assert.equal(csvRows(TIME, labelled.slice(0, 1)), `${TIME},a,1.50,,1\n`);
  assert.equal(csvHeader(['cpu', 'mem'], false), 'timestamp,target,cpu,mem\n');
  assert.equal(csvRows(TIME, plain), `${TIME},a,1,2\n`);
});

test('a JSON row is a flat object', () => {
  assert.equal(
    jsonRows(TIME, ['cpu', 'mem'], labelled),
    `{"timestamp":"${TIME}","target":"a","cpu":1.50,"mem":null,"label":1}\n` +
      `{"timestamp":"${TIME}","target":"b \\"x\\"","cpu":-2e5,"mem":0,"label":0}\n`,
  );
  assert.equal(
    jsonRows(TIME, ['cpu', 'mem'], plain),
    `{"timestamp":"${TIME}","target":"a","cpu":1,"mem":2}\n`,
  );
});

test('a JSON batch is a line a minute', () => {
  assert.equal(
    jsonBatch(TIME, ['cpu', 'mem'], labelled),
    `{"minute":"${TIME}","items":[{"target":"a","values":{"cpu":1.50,"mem":null},"label":1},` +
      `{"target":"b \\"x\\"","values":{"cpu":-2e5,"mem":0},"label":0}]}\n`,
  );
});
