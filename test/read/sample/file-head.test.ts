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
  assert.deepEqual(await valuesOf(csv('\t', 'sep=\t', 'Time\tvalue')), READ);
  const { recording } = await readText(csv('\t', '\uFEFFsep=\t', 'Time\tvalue'));
  const header = recording.decisions[0]?.decisions.find(({ about }) => about === 'header');
  assert.equal(header?.evidence, 'its first line is "sep="');
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
  const name = 'cpu (host=a,job=b,dc=c)';
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
  assert.deepEqual(await valuesOf(csv(',', 'Time,value', 'UTC,percent')), READ);
  assert.deepEqual((await readText(csv(',', 'Report,', 'Time,value', 'UTC,share'))).recording.columns, [
    'value',
  ]);
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

const TITLES: readonly (readonly string[])[] = [
  [],
  ['Weather report'],
  ['', '', 'Weather report', ''],
  ['Weather report', 'Station: Vienna', ''],
  ['Station,Vienna', 'Height,198 m', ''],
  ['Weather report,,', ',,'],
  ['Weather report,,', 'Made on,2018-05-01,', 'by,,', ',,'],
];
const UNITS: readonly (readonly string[])[] = [
  [],
  [',°C,%'],
  ['UTC,deg C,%'],
  ['yyyy-mm-dd hh:mm,[µg/m³],kWh'],
  [',°C,%', ''],
  ['TS,Deg C,W/m^2', ',Avg,Smp'],
];
const WEATHER = ROWS.map((time, i) => `${time},${i},${50 + i}`);

test('titles above the header and units below it are skipped in all combinations, and decisions say so', async () => {
  for (const titles of TITLES)
    for (const units of UNITS)
      for (const delimiter of [',', ';', '\t']) {
        const lines = [...titles, 'Time,temp,humidity', ...units, ...WEATHER];
        const text = lines.join('\n').replaceAll(',', delimiter);
        const { recording, records, rejects } = await readText(text);
        const about = JSON.stringify(text);
        assert.deepEqual(recording.columns, ['temp', 'humidity'], about);
        assert.deepEqual([records.map(({ values }) => values[1]), rejects], [[50, 51, 52, 53], []], about);
        assert.equal(records[0]?.line, titles.length + units.length + 2);
        const header = recording.decisions[0]?.decisions.find((decision) => decision.about === 'header');
        const skipLines = titles.some((title) => title !== '') ? titles.length : 0;
        assert.equal(header?.flag, `--skip-lines ${skipLines}`, about);
        const count = units.filter((unit) => unit !== '').length;
        assert.equal(header.choice.includes('of units below it'), count > 0, about);
        const pinned = await valuesOf(text, { skipLines, delimiter });
        assert.deepEqual(pinned, ['temp,humidity', 0, 1, 2, 3]);
      }
});

test('the files of a data logger are read below their four lines of header', async () => {
  const head = [
    '"TOA5","Station","CR1000","1234","CR1000.Std.32","CPU:main.CR1","567","Table1"',
    '"TIMESTAMP","RECORD","AirTC_Avg","RH"',
    '"TS","RN","Deg C","%"',
    '"","","Avg","Smp"',
  ];
  const rows = ROWS.map(
    (time, i) => `"${time.replace('T', ' ').replace('Z', '')}",${i},${i + 20.5},${i + 60}`,
  );
  const { recording, records, rejects } = await readText([...head, ...rows].join('\n'));
  assert.deepEqual(rejects, []);
  const at = recording.columns.indexOf('AirTC_Avg');
  assert.deepEqual(
    records.map(({ values }) => values[at]),
    [20.5, 21.5, 22.5, 23.5],
  );
});

test('units stay below the header when an input is sorted', async () => {
  const text = ['Weather', '', 'Time,temp,humidity', ',°C,%', ...WEATHER.toReversed()].join('\n');
  const { records, rejects } = await readText(text, { sort: true });
  assert.deepEqual([records.map(({ values }) => values[0]), rejects], [[0, 1, 2, 3], []]);
  assert.deepEqual(
    records.map(({ line }) => line),
    [8, 7, 6, 5],
  );
});

test('a first row that cannot be read is no line of units', async () => {
  const read = (row: string): ReturnType<typeof readText> =>
    readText(['Time,temp,humidity', row, ...WEATHER].join('\n'));
  for (const row of ['x,y,z', 'yesterday,,', 'soon,5,%', 'l', '%,s']) {
    const { records, rejects } = await read(row);
    assert.deepEqual([records.length, rejects.map(({ line }) => line)], [4, [2]], row);
  }
  const { records, rejects } = await read(',,');
  assert.deepEqual([records.length, records[0]?.line, rejects], [4, 3, []]);
});

const DAMAGED_ROWS: readonly string[] = [
  '2018-04-30T00:05:00Z,7',
  '2018-04-30T00:05:00Z,7,8,9',
  '2018-04-30T00:0',
  'Rows: 5',
  'garbage',
  'x,y,z,w',
];

test('below titles, a line that is no row costs itself alone, wherever it is', async () => {
  for (const titles of TITLES)
    for (const units of UNITS.slice(0, 2))
      for (const row of DAMAGED_ROWS)
        for (const place of [1, WEATHER.length]) {
          const rows = WEATHER.toSpliced(place, 0, row);
          const text = [...titles, 'Time,temp,humidity', ...units, ...rows].join('\n');
          const { recording, records, rejects } = await readText(text);
          assert.deepEqual(recording.columns, ['temp', 'humidity'], text);
          assert.deepEqual(
            [records.map(({ values }) => values[0]), rejects.map(({ line }) => line)],
            [[0, 1, 2, 3], [titles.length + units.length + 2 + place]],
            text,
          );
        }
});

test('a first row that is damaged does not hide the header below a title', async () => {
  for (const row of DAMAGED_ROWS) {
    const text = ['Weather report', '', 'Time,temp,humidity', row, ...WEATHER].join('\n');
    const { records, rejects } = await readText(text);
    assert.deepEqual([records.length, rejects.map(({ line }) => line)], [4, [4]], row);
  }
});

test('a row above a text is not lost with titles', async () => {
  for (const above of ['2018-04-29T23:59:00Z,7', '2018-04-29T23:59:00Z,7,9']) {
    const text = [above, 'Time,temp,humidity', ...WEATHER, 'Rows: 5'].join('\n');
    await assert.rejects(() => readText(text), { code: 'input_unusable' }, above);
  }
});
