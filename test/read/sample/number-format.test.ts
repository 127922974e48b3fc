import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, readInputs, readText } from '../../support/reading.js';
import type { ReadOptions } from '#build/read/recording.js';

/** A file of `;` with these values in its columns. */
function csv(columns: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(columns);
  const length = Math.max(...Object.values(columns).map((values) => values.length));
  const rows = Array.from({ length }, (_, i) => [
    `2018-04-30T00:${String(i).padStart(2, '0')}:00Z`,
    ...names.map((name) => columns[name]?.[i] ?? ''),
  ]);
  return [['time', ...names], ...rows].map((row) => row.join(';')).join('\n');
}

async function read(text: string, options: Partial<ReadOptions> = {}) {
  const { recording, records, rejects } = await readText(text, options);
  const warnings = recording.notices.filter(({ level }) => level === 'warning').map((notice) => notice.text);
  return {
    columns: recording.columns,
    values: records.map(({ values }) => [...values]),
    rejects: rejects.map(({ message }) => message),
    warnings,
    notices: recording.notices.map((notice) => notice.text),
  };
}

test('a decimal comma is found by a number that has no other reading; points are then between thousands', async () => {
  const { values, rejects } = await read(
    csv({
      cpu: ['50,0', '51,2', '52'],
      requests: ['998', '1.004', '1.234.567'],
      both: ['1.234,5', '0,5', '7'],
    }),
  );
  assert.deepEqual(values, [
    [50, 998, 1234.5],
    [51.2, 1004, 0.5],
    [52, 1234567, 7],
  ]);
  assert.deepEqual(rejects, []);
});

test('of marks that may be between thousands or decimal, both readings are named', async () => {
  const commas = await read(csv({ requests: ['1,004', '1,009', '998'] }));
  assert.deepEqual(commas.values, [[1004], [1009], [998]]);
  assert.match(commas.warnings.join(), /"requests" has 1,004.*--decimal comma/);
  const points = await read(csv({ requests: ['998', '1.004', '1.009'] }));
  assert.match(points.warnings.join(), /998 and 1\.004.*--decimal comma/);
  const given = await read(csv({ requests: ['998', '1.004', '1.009'] }), { decimal: ',' });
  assert.deepEqual([given.values, given.warnings], [[[998], [1004], [1009]], []]);
  const three = await read(csv({ share: ['0.123', '0.456', '0.789'] }));
  assert.deepEqual([three.values, three.warnings], [[[0.123], [0.456], [0.789]], []]);
});

test('points that are only before three digits, beside smaller whole numbers, may be between thousands', async () => {
  for (const requests of [
    ['42', '982', '1.002', '1.022'],
    ['0', '99', '1.940', '12.400'],
    ['NA', '7', '-', '1.940'],
  ])
    assert.match((await read(csv({ requests }))).warnings.join(), /point may be between.*--decimal comma/);
  const json = ['42', '982', '1.002'].map((v, i) => JSON.stringify({ time: `2018-04-30T00:0${i}:00Z`, v }));
  assert.match((await read(json.join('\n'))).warnings.join(), /42 and 1\.002.*--decimal comma/);
  for (const requests of [
    ['42', '1.002', '0.125'],
    ['42', '1.002', '1.5'],
    ['42', '1.002', '1000'],
    ['1.002', '1.022', '2.125'],
  ])
    assert.deepEqual((await read(csv({ requests }))).warnings, []);
});

test('points before three digits beside German dates may be between thousands', async () => {
  const german = (rows: readonly string[], delimiter = ';'): string =>
    [['Zeit', 'Anfragen'], ...rows.map((row, i) => [`30.04.2018 00:0${i}`, row])]
      .map((row) => row.join(delimiter))
      .join('\n');
  const whole = ['1.204', '2.350', '12.340'];
  assert.match((await read(german(whole))).warnings.join(), /"Anfragen" has 1\.204.*--decimal comma/);
  const given = await read(german(whole), { decimal: ',' });
  assert.deepEqual([given.values, given.warnings], [[[1204], [2350], [12340]], []]);
  for (const [rows, delimiter] of [
    [['1.204', '2.35', '12.340'], ';'],
    [['0.204', '2.350', '12.340'], ';'],
    [whole, ','],
  ] as const)
    assert.deepEqual((await read(german(rows, delimiter))).warnings, []);
  assert.deepEqual((await read(csv({ v: ['1.000', '1.004', '1.009'] }))).warnings, []);
});

test('no thousands begin with a zero', async () => {
  const { values, warnings } = await read(csv({ share: ['0,100', '0,107', '1,114'] }));
  assert.deepEqual([values, warnings], [[[0.1], [0.107], [1.114]], []]);
});

test('two points in a number are between thousands', async () => {
  const { values, rejects } = await read(csv({ bytes: ['1.940.000', '940.000', '1'] }));
  assert.deepEqual([values, rejects], [[[1940000], [940000], [1]], []]);
  const addresses = await read(
    csv({ address: ['192.168.100.200', '192.168.100.201', '192.168.100.202'], n: ['1', '2', '3'] }),
  );
  assert.deepEqual(addresses.warnings.join().includes('decimal'), false);
});

test('a minus sign is as good as a hyphen, and a no-break space as a blank', async () => {
  const plain = await read(csv({ a: ['\u22121.5', '2', '-3'] }));
  assert.deepEqual(plain.values, [[-1.5], [2], [-3]]);
  const grouped = await read(csv({ a: ['\u22121\u00a0940,5', '2\u00a0000', '3'] }));
  assert.deepEqual(grouped.values, [[-1940.5], [2000], [3]]);
});

test('columns that disagree about the mark draw a warning', async () => {
  const { columns, warnings } = await read(csv({ a: ['1,5', '2,5'], b: ['1.5', '2.5'] }));
  assert.deepEqual(columns, ['b']);
  assert.match(warnings.join('\n'), /"b" has 1\.5, though "a" has 1,5.*--decimal comma/);
});

test('with a decimal comma, numbers with a point elsewhere are bad values', async () => {
  const { rejects } = await read(csv({ cpu: ['50,5', '51.25', '52,5'] }));
  assert.deepEqual(rejects, ['cpu: "51.25" is not a number']);
});

test('thousands may be apart by blanks and apostrophes', async () => {
  const { values } = await read(csv({ a: ["1'234.5", "1'234'567"], b: ['1 234.25', '12'] }));
  assert.deepEqual(values, [
    [1234.5, 1234.25],
    [1234567, 12],
  ]);
});

test('percent signs are dropped where a column has them', async () => {
  const { values, notices } = await read(csv({ cpu: ['50.0%', '51.2 %', '52%'], mem: ['1', '2', '3'] }));
  assert.deepEqual(values, [
    [50, 1],
    [51.2, 2],
    [52, 3],
  ]);
  assert.match(notices.join('\n'), /percent signs dropped, since "cpu" has 50\.0%/);
  const some = await read(csv({ cpu: ['50', '51', '52%'] }));
  assert.deepEqual([some.values, some.rejects], [[[50], [51], [52]], []]);
});

test('usual words for a missing value count as missing where all else is numbers', async () => {
  const { values, notices } = await read(csv({ cpu: ['1', 'NA', '3'], mem: ['-', '2', '3'] }));
  assert.deepEqual(values, [
    [1, NaN],
    [NaN, 2],
    [3, 3],
  ]);
  assert.match(notices.join('\n'), /"NA", "-" for a missing value.*--missing-values NA,-/);
  const { rejects } = await read(csv({ cpu: ['1', 'NA', 'broken', '4'] }));
  assert.deepEqual(rejects, ['cpu: "NA" is not a number', 'cpu: "broken" is not a number']);
});

test('a few broken texts leave missing values of their column missing', async () => {
  const numbers = Array.from({ length: 33 }, (_, i) => String(i));
  for (const word of ['NA', 'n/a', '-', '#DIV/0!'])
    for (const broken of ['err', '1e999']) {
      const cpu = [...Array.from({ length: 16 }, () => word), broken, ...numbers];
      const { values, rejects } = await read(csv({ cpu, mem: cpu.toReversed() }));
      const why = `"${broken}" is not a number`;
      assert.deepEqual(rejects, [`cpu: ${why}`, `mem: ${why}`], word);
      assert.equal(values.length, 48);
    }
  const words = [...Array.from({ length: 16 }, () => 'none'), ...Array.from({ length: 4 }, () => 'down')];
  const named = await read(csv({ cpu: [...words, ...numbers] }));
  assert.deepEqual([named.rejects.length, named.values.length], [20, 33]);
});

test('errors of spreadsheets and words of historians for no value count as missing', async () => {
  for (const word of [
    '#N/A',
    '#DIV/0!',
    '#VALUE!',
    '#REF!',
    '#NUM!',
    '---',
    'No data',
    'Bad',
    'N/D',
    'n.a.',
  ]) {
    const { values, rejects } = await read(csv({ cpu: ['1', word, '3'] }));
    assert.deepEqual([values, rejects], [[[1], [NaN], [3]], []], word);
  }
});

test('--missing-values names the words instead', async () => {
  const { values, rejects } = await read(csv({ cpu: ['1', 'off', 'NA'] }), { missingValues: ['off'] });
  assert.deepEqual([values, rejects], [[[1], [NaN]], ['cpu: "NA" is not a number']]);
});

test('JSON has numbers in strings', async () => {
  const rows = ['50,5', '51,5', 'NA'].map((cpu, i) =>
    JSON.stringify({ time: `2018-04-30T00:0${i}:00Z`, cpu }),
  );
  assert.deepEqual((await read(rows.join('\n'))).values, [[50.5], [51.5], [NaN]]);
});

test('what the sample showed holds for the whole file', async () => {
  const values = Array.from({ length: 3000 }, (_, i) => `${Date.UTC(2018, 3, 30, 0, i) / 1000};${i},5`);
  const { rejects, values: read_ } = await read(['time;v', ...values, '9999999999;1.234,5'].join('\n'));
  assert.deepEqual([rejects, read_.at(-1), read_.length], [[], [1234.5], 3001]);
});

test('a percent sign in one column says nothing about others, nor one text about JSON numbers', async () => {
  const cpu = ['50%', '51%', '52%', '53%', '54%'];
  const { rejects } = await read(csv({ cpu, share: ['0.5', '50%', '0.6', '0.7', '0.8'] }));
  assert.deepEqual(rejects, ['share: "50%" is not a number']);
  const row = (i: number, share: unknown): string => JSON.stringify({ time: i * 60, share });
  const rows = [...Array.from({ length: 39 }, (_, i) => row(i, i / 100)), row(39, '1,5')];
  assert.deepEqual((await read(rows.join('\n'))).rejects, ['share: "1,5" is not a number']);
});

test('a file with points of unclear meaning draws a warning if another of its header has decimal commas', async (t) => {
  const warnings = async (points: readonly string[], options: Partial<ReadOptions> = {}) => {
    const folder = await folderWith(t, {
      'a.csv': csv({ n: points }),
      'b.csv': csv({ n: ['50,5', '51,5', '52,5'] }),
    });
    const { recording } = await readInputs([join(folder, 'a.csv'), join(folder, 'b.csv')], options);
    return recording.notices.filter(({ level }) => level === 'warning').map(({ text }) => text);
  };
  const points = ['1.940', '2.171', '2.402'];
  assert.match(
    (await warnings(points)).join(),
    /a\.csv: read with a decimal point.*b\.csv has.*--decimal comma/,
  );
  assert.deepEqual(await warnings(points, { decimal: ',' }), []);
  assert.deepEqual(await warnings(['1', '2', '3']), []);
});
