import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/reading.js';
import type { ReadOptions } from '#build/read/recording.js';

const ROWS = ['2018-04-30T00:00:00Z', '2018-04-30T00:01:00Z', '2018-04-30T00:02:00Z', '2018-04-30T00:03:00Z'];

function csv(delimiter: string, ...head: readonly string[]): string {
  return [...head, ...ROWS.map((time, i) => `${time}${delimiter}${i}`)].join('\n');
}

/** The columns of a text, and the values of its records; nothing may be rejected. */
async function valuesOf(text: string, options: Partial<ReadOptions> = {}): Promise<unknown[]> {
  const { recording, records, rejects } = await readText(text, options);
  assert.deepEqual(
    rejects.map(({ message }) => message),
    [],
  );
  return [recording.columns.join(), ...records.map(({ values }) => values[0])];
}

const READ = ['value', 0, 1, 2, 3];

test('lines before the header are skipped: sep=, comments, titles, blank lines', async () => {
  assert.deepEqual(await valuesOf(csv(';', 'sep=;', 'Time;value')), READ);
  assert.deepEqual(await valuesOf(csv('|', '"sep=|"', 'Time|value')), READ);
  assert.deepEqual(await valuesOf(csv(',', '# exported 2018-05-01', '#', 'Time,value')), READ);
  assert.deepEqual(await valuesOf(csv(',', 'CPU of web-1', '', 'Time,value')), READ);
  assert.deepEqual(await valuesOf(csv(';', 'Report, made by hand, 2018-05-01', 'Time;value')), READ);
  assert.deepEqual(await valuesOf(csv(',', '', '', 'Time,value')), READ);
  assert.deepEqual(await valuesOf(csv(',', '\uFEFF# exported', 'Time,value')), READ);
});

test('a header that is a comment loses its mark', async () => {
  assert.deepEqual(await valuesOf(csv(',', '# Time,value')), READ);
  assert.deepEqual(await valuesOf(csv(',', '# exported by us', '#Time,value')), READ);
});

test('comments between records are skipped if the file begins with one', async () => {
  const text = csv(',', '# exported', 'Time,value').replace(
    '\n2018-04-30T00:02',
    '\n# restarted\n2018-04-30T00:02',
  );
  assert.deepEqual(await valuesOf(text), READ);
  const plain = await readText(
    csv(',', 'Time,value').replace('\n2018-04-30T00:02', '\n# restarted\n2018-04-30T00:02'),
  );
  assert.deepEqual(
    plain.rejects.map(({ line, reason }) => [line, reason]),
    [[4, 'column_count']],
  );
});

test('line numbers and offsets count the lines that are skipped', async () => {
  const text = csv(',', '# exported', 'Time,value').replace(',2', ',x');
  const { rejects } = await readText(text);
  assert.deepEqual(
    rejects.map(({ line, byteOffset }) => [line, byteOffset]),
    [[5, text.indexOf(ROWS[2] ?? '')]],
  );
});

test('the delimiter is the one by which header and rows have as many fields', async () => {
  for (const delimiter of [',', ';', '\t', '|']) {
    assert.deepEqual(await valuesOf(csv(delimiter, `Time${delimiter}value`)), READ);
  }
  const name = 'cpu{host=a,job=b,dc=c}';
  assert.deepEqual(await valuesOf(csv(';', `Time;${name}`)), [name, 0, 1, 2, 3]);
});

test('flags override what the lines show', async () => {
  assert.deepEqual(await valuesOf(csv(' ', 'Time value'), { delimiter: ' ' }), READ);
  assert.deepEqual(await valuesOf(csv(',', 'a,b', 'Time,value'), { skipLines: 1 }), READ);
});

test('below the lines that --skip-lines skips, comments and marks are what they are without it', async () => {
  const commented = csv(',', '# exported', 'Time,value').replace(
    '\n2018-04-30T00:02',
    '\n# up\n2018-04-30T00:02',
  );
  assert.deepEqual(await valuesOf(commented, { skipLines: 1 }), READ);
  assert.deepEqual(await valuesOf(commented, { skipLines: 0 }), READ);
  assert.deepEqual(await valuesOf(csv(',', '#Time,value'), { skipLines: 0 }), READ);
  assert.deepEqual(await valuesOf(csv(',', '# exported', '#Time,value'), { skipLines: 1 }), READ);
  assert.deepEqual(await valuesOf(csv(',', 'CPU', '# by us', 'Time,value'), { skipLines: 1 }), READ);
});

test('titles may have as many fields as the header', async () => {
  assert.deepEqual(await valuesOf(csv(';', 'CPU report;', ';', 'Datum;value')), READ);
  assert.deepEqual(await valuesOf(csv(',', 'Report,CPU', 'Time,value')), READ);
  assert.deepEqual(await valuesOf(csv(';', 'CPU;', 'Datum;value').replaceAll(/;(\d)/g, ';$1;')), READ);
  const units = await readText(csv(',', 'Time,value', 'UTC,percent'));
  assert.deepEqual([units.recording.columns, units.records.length], [['value'], 4]);
});

test('empty fields behind the last one are no fields', async () => {
  const rows = csv(',', 'Time,value').replaceAll(/,(\d)/g, ',$1,,');
  assert.deepEqual(await valuesOf(rows), READ);
  assert.deepEqual(await valuesOf(rows.replaceAll(/,(\d),,/g, ',"$1",,"", ')), READ);
  assert.deepEqual(await valuesOf(rows.replace(/,2,,/, ',2')), READ);
  assert.deepEqual(await valuesOf(csv(',', 'Time,value').replace(',2', ',2,')), READ);
  const { rejects } = await readText(csv(',', 'Time,value').replace(',2', ',2,,x'));
  assert.equal(rejects[0]?.message, '4 fields, but the header has 2');
});

test('the header may have delimiters behind its last name', async () => {
  const text = csv(',', 'Time,value,,');
  assert.deepEqual(await valuesOf(text), READ);
  assert.deepEqual(await valuesOf(text.replaceAll(/,(\d)/g, ',$1,,')), READ);
  assert.deepEqual(await valuesOf(text.replaceAll(/,(\d)/g, ',$1,note')), READ);
});

test('a quoted field over two lines may have empty fields behind it', async () => {
  const text = csv(',', 'Time,value,note').replaceAll(/,(\d)/g, ',$1,"a\nb",');
  assert.deepEqual(await valuesOf(text), READ);
});

test('where no row fits the header, the refusal has both counts', async () => {
  await assert.rejects(
    () => readText(csv(',', '"time","value"').replaceAll(/^(2018.*)$/gm, '"1",$1')),
    /no row of .* fits its header: rows have 3 fields, the header has 2/,
  );
});

const ELEMENTS = ROWS.map((time, i) => `{"timestamp": "${time}", "value": ${i}}`);

test('a JSON list may have an element on each line, and lines may end with commas', async () => {
  assert.deepEqual(await valuesOf(`[\n${ELEMENTS.join(',\n')}\n]\n`), READ);
  assert.deepEqual(await valuesOf(`[${ELEMENTS.join(',\n')}]`), READ);
  assert.deepEqual(await valuesOf(`[ ${ELEMENTS.join('\n , ')}\n]`), READ);
  assert.deepEqual(await valuesOf(`${ELEMENTS.join(',\n')},\n`), READ);
});

test('an element that cannot be read is rejected with its line as it is', async () => {
  const { rejects } = await readText(`[${ELEMENTS.join(',\n')}]`.replace('"value": 2', '"value": "x"'));
  assert.deepEqual(
    rejects.map(({ line, raw }) => [line, raw.text]),
    [[3, `${(ELEMENTS[2] ?? '').replace(': 2', ': "x"')},`]],
  );
});

test('lines are not taken for a list because of a single comma in the data', async () => {
  const { rejects } = await readText(`${ELEMENTS.slice(0, 3).join('\n')}\n{"timestamp": 1},x\n`);
  assert.deepEqual(
    rejects.map(({ reason }) => reason),
    ['bad_line'],
  );
});
