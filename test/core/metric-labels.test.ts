import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { labelNames, metricLabels } from '#build/core/metric-labels.js';
import { targetPart } from '#build/core/target-parts.js';

test('labels are called by the fields of the target, as Prometheus allows', () => {
  const names = (...fields: string[]): readonly string[] => labelNames(fields).target;
  assert.deepEqual(names('host', 'device'), ['host', 'device']);
  assert.deepEqual(names('tags.host', '2nd', '__name__', 'größe', '', '時間'), [
    ...['tags_host', '_2nd', '_name__', 'gr__e', 'label', 'label_2'],
  ]);
  assert.deepEqual(names('a.b', 'a-b', 'a_b_2', 'a b'), ['a_b', 'a_b_2', 'a_b_2_2', 'a_b_3']);
  assert.deepEqual(labelNames([]), { target: ['target'], column: 'metric' });
});

test('the label of the column gives way to a field', () => {
  assert.equal(labelNames(['host']).column, 'metric');
  assert.equal(labelNames(['metric']).column, 'column');
  assert.equal(labelNames(['metric', 'column']).column, 'column_2');
});

test('a series is labelled by the parts of its target and its column', () => {
  const two = labelNames(['host', 'mount']);
  assert.deepEqual(metricLabels('web-1/%2Fvar', 'cpu', two), [
    ['host', 'web-1'],
    ['mount', '/var'],
    ['metric', 'cpu'],
  ]);
  assert.deepEqual(metricLabels('web-1/', null, two), [['host', 'web-1']]);
  assert.deepEqual(metricLabels('a/b%2F', 'cpu', labelNames(['path'])), [
    ['path', 'a/b%2F'],
    ['metric', 'cpu'],
  ]);
  assert.throws(() => metricLabels('web-1', null, two), RangeError);
});

const name = fc.oneof(
  fc.constantFrom('host', 'metric', 'column', '__name__', 'a.b', 'a-b', 'a_b'),
  fc.string(),
);

test('property: names are allowed and different', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), (fields) => {
      const { target, column } = labelNames(fields);
      const all = [...target, column];
      assert.equal(new Set(all).size, fields.length + 1);
      for (const one of all) assert.match(one, /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/);
    }),
  );
});

test('property: different series have different labels', () => {
  const part = fc.oneof(fc.constantFrom('', 'a', '/', '%2F', 'a/b'), fc.string());
  const series = fc.record({ parts: fc.tuple(part, part), column: fc.constantFrom(null, 'cpu', 'mem') });
  const names = labelNames(['host', 'device']);
  fc.assert(
    fc.property(series, series, (a, b) => {
      const [one, other] = [a, b].map(({ parts, column }) =>
        JSON.stringify(metricLabels(parts.map(targetPart).join('/'), column, names)),
      );
      const areSame = JSON.stringify(a) === JSON.stringify(b);
      assert.equal(one === other, areSame);
    }),
  );
});
