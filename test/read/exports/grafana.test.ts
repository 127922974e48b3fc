import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GRAFANA } from '#build/read/exports/grafana.js';
import { seriesOf } from '#build/read/exports/grafana-series.js';

import { translateExport } from '../../support/exports.js';
import { refusal } from '../../support/refusals.js';

const crlf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');
const header = (names: readonly string[], delimiter = ','): string =>
  names.map((name) => `"${name.replaceAll('"', '""')}"`).join(delimiter);
const labelsOf = (column: string): unknown => {
  const series = seriesOf(column);
  return series === null ? null : [series.metric, Object.fromEntries(series.labels)];
};

const TWO = ['Time', '{instance="a:9100", job="node"}', '{instance="b:9100", job="node"}'];

test('a column name is a series only if all of it is', () => {
  assert.deepEqual(labelsOf('{instance="a", job="node"}'), ['value', { instance: 'a', job: 'node' }]);
  assert.deepEqual(labelsOf('up{job="node"}'), ['up', { job: 'node' }]);
  assert.deepEqual(labelsOf('{__name__="up", job="a, b"}'), ['up', { job: 'a, b' }]);
  assert.deepEqual(labelsOf('cpu.mean {host: a, cpu: cpu-total}'), [
    'cpu.mean',
    { host: 'a', cpu: 'cpu-total' },
  ]);
  assert.deepEqual(labelsOf('cpu {host=a}'), ['cpu', { host: 'a' }]);
  assert.deepEqual(labelsOf('{path="C:\\x"}'), ['value', { path: 'C:\\x' }]);
  for (const column of ['web-1', '{}', '{a}', 'up{job="node"} x', 'up{job="a"b"}', '{a="1", a="2"}', ''])
    assert.equal(labelsOf(column), null, column);
});

test('a row becomes a record for each target that has a value', () => {
  const text = crlf([header(TWO), '1672531200000,1.5,2', '1672531260000,,3', '1672531320000,,', '']);
  for (const pieceBytes of [1, 20, Infinity]) {
    const { lines, defaults, found } = translateExport(GRAFANA, text, {}, pieceBytes);
    assert.deepEqual(lines, [
      'Time,instance,job,value',
      '1672531200000,a:9100,node,1.5',
      '1672531200000,b:9100,node,2',
      '1672531260000,b:9100,node,3',
      '',
    ]);
    assert.deepEqual(defaults.targetColumns, ['instance', 'job']);
    assert.equal(found, '2 series, labels instance, job');
  }
});

test('the columns of a target become its metrics, whatever their order', () => {
  const names = ['Time', 'cpu{host="b"}', 'mem{host="a"}', 'cpu{host="a"}'];
  const { lines } = translateExport(GRAFANA, crlf([header(names), '2023-01-01 00:00:00,1,"1,234",3']));
  assert.deepEqual(lines, [
    'Time,host,cpu,mem',
    '2023-01-01 00:00:00,b,1,',
    '2023-01-01 00:00:00,a,3,"1,234"',
  ]);
});

test('a line for Excel and a byte-order mark come before the header', () => {
  const { lines, defaults } = translateExport(
    GRAFANA,
    `\uFEFF${crlf(['sep=;', header(TWO, ';'), '1;2,5;3'])}`,
  );
  assert.deepEqual(lines, ['Time;instance;job;value', '1;a:9100;node;2,5', '1;b:9100;node;3']);
  assert.equal(defaults.delimiter, ';');
});

test('labels that --target-column does not name must not be needed', () => {
  const text = crlf([header(TWO), '1,2,3']);
  assert.deepEqual(translateExport(GRAFANA, text, { targetColumns: ['instance'] }).lines, [
    'Time,instance,value',
    '1,a:9100,2',
    '1,b:9100,3',
  ]);
  assert.throws(
    () => translateExport(GRAFANA, text, { targetColumns: ['job'] }),
    refusal('input_unusable', /same metric of the same target/, /instance/),
  );
});

test('a line with other fields than the header becomes no record', () => {
  const { lines } = translateExport(GRAFANA, crlf([header(TWO), '1,2', '1,2,3,4', '"1,2', '1,2,3']));
  assert.deepEqual(lines.slice(1, 4), ['"1,2"', '"1,2,3,4"', '"""1,2"']);
  assert.equal(lines.length, 6);
});

test('what cannot be read right is refused', () => {
  const mixed = ['Time', 'up{job="a"}', 'up{job="a", dc="x"}'];
  for (const [text, what, hint] of [
    [crlf([header(mixed), '1,2,3']), /up\{job="a"\}" has job, but .* has dc, job/, /--format csv/],
    [
      crlf([header(['Time', 'up{job="a"}', 'up{job="a"}']), '1,2,3']),
      /same metric of the same target/,
      /once/,
    ],
    [crlf([header(TWO), '1,2,3', '', header(['Time', 'up{job="c"}']), '1,2']), /several tables/, /query/],
    [crlf([header(TWO)]), /no rows/, /time range/],
    [`${crlf([header(TWO)])}1,2,3`, /cut off/, /again/],
    [crlf(['"Time","web-1"', '1,2']), /no series with labels/, /--format csv/],
  ] as const) {
    assert.throws(() => translateExport(GRAFANA, text), refusal('input_unusable', what, hint));
  }
});

test('it is recognized by its header, of which the beginning is enough', () => {
  const many = header([
    'Time',
    ...Array.from({ length: 500 }, (_, i) => `up{instance="host-${i}", job="node"}`),
  ]);
  for (const text of [
    header(TWO),
    `sep=,\r\n${header(TWO)}`,
    header(TWO, ';'),
    header(TWO, '\t'),
    many.slice(0, 16_384),
  ])
    assert.ok(GRAFANA.begins(text), text.slice(0, 80));
  for (const text of [
    '"Time","web-1","web-2"',
    '"Time"',
    header(['Time', 'up{job="a"}', 'web-1']),
    header(TWO.slice(1)),
    '{"a":1}',
  ])
    assert.ok(!GRAFANA.begins(text), text);
});
