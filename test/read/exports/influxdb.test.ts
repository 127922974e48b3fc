import assert from 'node:assert/strict';
import { test } from 'node:test';

import { INFLUXDB } from '#build/read/exports/influxdb.js';

import { translateExport } from '../../support/exports.js';
import { refusal } from '../../support/refusals.js';

const START = '2022-12-31T05:41:24Z';
const STOP = '2023-01-31T05:41:24.001Z';
const minute = (n: number): string => `2023-01-01T00:0${n}:00Z`;
const crlf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

/** A table with a row per value, as queries give it. */
const table = (type: string, tags: readonly string[], rows: readonly string[], result = '_result'): string =>
  crlf([
    `#group,false,false,true,true,false,false,true,true${',true'.repeat(tags.length)}`,
    `#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,${type},string,string${',string'.repeat(tags.length)}`,
    `#default,${result},,,,,,,${','.repeat(tags.length)}`,
    [',result,table,_start,_stop,_time,_value,_field,_measurement', ...tags].join(','),
    ...rows.map((row) => `,,0,${START},${STOP},${row}`),
    '',
  ]);
const parsed = (lines: readonly string[]): unknown[] =>
  lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown);
const records = (
  ...args: Parameters<typeof translateExport> extends [unknown, ...infer Rest] ? Rest : never
): unknown[] => parsed(translateExport(INFLUXDB, ...args).lines);

const USED = table('double', ['host'], [`${minute(0)},15.5,used,mem,a`, `${minute(1)},,used,mem,a`]);

test('a row becomes a record with its tags, and its value under measurement and field', () => {
  for (const pieceBytes of [1, 50, Infinity]) {
    const { lines, defaults, found } = translateExport(INFLUXDB, USED, {}, pieceBytes);
    assert.deepEqual(parsed(lines), [
      { _time: minute(0), host: 'a', mem_used: 15.5 },
      { _time: minute(1), host: 'a', mem_used: null },
    ]);
    assert.deepEqual(defaults, { timeColumn: '_time', targetColumns: ['host'], labelColumn: 'none' });
    assert.equal(found, '1 table, tags host');
    // Every line of the answer has one in the table, so that line numbers stay.
    assert.equal(lines.length, USED.split('\n').length - 1);
  }
});

test('tables have columns and defaults of their own', () => {
  const wide = crlf([
    '#datatype,string,long,dateTime:RFC3339,string,string,long,string,string',
    '#group,false,false,false,true,true,false,true,true',
    '#default,_result,7,,b,,,count,swap',
    ',result,table,_time,host,rack,_value,_field,_measurement',
    `,,,${minute(3)},,r1,9007199254740993,,`,
    `,,,${minute(4)},c,r1,-1,total,`,
  ]);
  assert.throws(
    () => records(USED + wide),
    refusal('input_unusable', [/table 1 has host/, /table 2 has host, rack/], /keep\(columns/),
  );
  assert.deepEqual(records(USED + wide, { targetColumns: ['host'] }).slice(2), [
    { _time: minute(3), host: 'b', swap_count: 9_007_199_254_740_992 },
    { _time: minute(4), host: 'c', swap_total: -1 },
  ]);
});

test('fields in columns are the same metrics as fields in rows', () => {
  const rows = ['free', 'used'].map((field, i) =>
    table('double', ['host'], [`${minute(0)},${i + 0.5},${field},mem,a`]),
  );
  const pivoted = crlf([
    '#group,false,false,true,true,false,true,true,false,false,false',
    '#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,string,string,double,double,string',
    '#default,_result,,,,,,,,,',
    ',result,table,_start,_stop,_time,_measurement,host,free,used,state',
    `,,0,${START},${STOP},${minute(0)},mem,a,0.5,1.5,fine`,
  ]);
  assert.deepEqual(records(pivoted), [{ _time: minute(0), host: 'a', mem_free: 0.5, mem_used: 1.5 }]);
  assert.deepEqual(Object.assign({}, ...records(rows.join(''))), records(pivoted)[0]);
  assert.deepEqual(translateExport(INFLUXDB, pivoted).notices, ['ignored in export.txt: state (no numbers)']);
});

test('an answer without annotations has the same records', () => {
  const plain = USED.split('\r\n').slice(3).join('\r\n');
  assert.deepEqual(records(plain), [
    { _time: minute(0), host: 'a', mem_used: 15.5 },
    { _time: minute(1), host: 'a', mem_used: null },
  ]);
  assert.deepEqual(records(plain + plain).length, 4);
});

test('columns of an answer in columns without annotations are left to detection', () => {
  const text = crlf([',result,table,_time,host,used', `,,0,${minute(0)},a,1.5`]);
  const { lines, defaults } = translateExport(INFLUXDB, text);
  assert.deepEqual(parsed(lines), [{ _time: minute(0), host: 'a', used: '1.5' }]);
  assert.equal(defaults.targetColumns, undefined);
});

test('values that are no numbers are not taken for some', () => {
  assert.deepEqual(
    records(table('double', ['host'], [`${minute(0)},NaN,used,mem,a`, `${minute(1)},+Inf,used,mem,a`])),
    [
      { _time: minute(0), host: 'a', mem_used: 'NaN' },
      { _time: minute(1), host: 'a', mem_used: '+Inf' },
    ],
  );
  const text = USED + table('string', ['host'], [`${minute(0)},fine,state,mem,a`]);
  const { lines, notices } = translateExport(INFLUXDB, text);
  assert.equal(parsed(lines).length, 2);
  assert.match(notices[0] ?? '', /_value/);
});

test('a tag may have commas, quotes and line ends', () => {
  const [first] = records(table('double', ['host'], [`${minute(0)},1,used,mem,"a, ""b""\nc"`]));
  assert.deepEqual(first, { _time: minute(0), host: 'a, "b"\nc', mem_used: 1 });
});

test('a row with another number of fields becomes no record', () => {
  const { lines } = translateExport(
    INFLUXDB,
    `${USED.trimEnd()}\r\n,,0,${START},${STOP},${minute(2)},1,used,mem\r\n`,
  );
  assert.equal(lines.at(-1), `,,0,${START},${STOP},${minute(2)},1,used,mem`);
});

test('what is no recording is refused with what to query instead', () => {
  const error = crlf([
    '#datatype,string,string',
    '#group,true,true',
    '#default,,',
    ',error,reference',
    ',Failed to parse query,897',
  ]);
  const total = crlf([
    '#datatype,string,long,double,string',
    '#group,false,false,false,true',
    '#default,_result,,,',
    ',result,table,_value,host',
    ',,0,1,a',
  ]);
  const max = table('double', ['host'], [`${minute(0)},99,used,mem,a`], 'max');
  for (const [text, what, hint] of [
    [error, /Failed to parse query/, /query/],
    [USED + error, /after 2 records: Failed to parse query/, /query/],
    [total, /no column _time/, /aggregateWindow/],
    [USED + max, /several results, _result and max/, /yield/],
    [table('double', ['host'], []), /no record/, /range\(\)/],
    [table('string', ['host'], [`${minute(0)},fine,state,mem,a`]), /no record with a number/, /filters/],
    [USED.slice(0, -7), /cut off/, /again/],
  ] as const) {
    assert.throws(() => translateExport(INFLUXDB, text), refusal('input_unusable', what, hint));
  }
});

test('it is recognized by its first line', () => {
  for (const line of [...USED.split('\r\n').slice(0, 4), '\uFEFF#datatype,string,long', ',error,reference'])
    assert.ok(INFLUXDB.begins(line), line);
  for (const line of ['#group,name', '#datatype measurement,tag,double,time', 'result,table,_time', ',a,b'])
    assert.ok(!INFLUXDB.begins(line), line);
});
