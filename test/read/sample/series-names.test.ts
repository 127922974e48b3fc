import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { oldestFirst, rotatedFiles } from '#build/read/sample/rotation.js';
import { seriesNames } from '#build/read/sample/series-names.js';
import type { ReadOptions } from '#build/read/recording.js';
import { folderWith, readInputs } from '../../support/reading.js';

test('a single file is called like today: by its name without extension', () => {
  for (const [input, name] of [
    ['data/web.01.csv.gz', 'web.01'],
    ['db', 'db'],
    ['.csv', '.csv'],
    ['a.TXT', 'a'],
    ['metrics.csv.1', 'metrics.csv.1'],
    ['-', 'stdin'],
  ] as const)
    assert.deepEqual(seriesNames([input]), [name]);
});

test('files are called by the folders that distinguish them', () => {
  for (const [inputs, names] of [
    [
      ['web-1/cpu.csv', 'web-2/cpu.csv'],
      ['web-1/cpu', 'web-2/cpu'],
    ],
    [
      ['data/a/x.csv', 'data/b/x.csv', 'data/b/y.csv'],
      ['a/x', 'b/x', 'y'],
    ],
    [
      ['x.csv', 'a/x.csv', '-'],
      ['x', 'a/x', 'stdin'],
    ],
    [
      ['one/web-1/cpu.csv', 'other/web-2/cpu.csv'],
      ['web-1/cpu', 'web-2/cpu'],
    ],
    [
      ['a/m/x.csv', 'b/m/x.csv', 'b/n/x.csv'],
      ['a/m/x', 'b/m/x', 'b/n/x'],
    ],
    [
      ['x.csv', 'x.jsonl', 'x.csv.gz', 'a/x.csv', 'x.csv.csv'],
      ['x.csv', 'x.jsonl', 'x.csv.gz', 'x', 'x.csv.csv'],
    ],
  ] as const)
    assert.deepEqual(seriesNames(inputs), names);
});

const PATH = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
    fc.constantFrom('x.csv', 'y.csv', 'x.jsonl'),
  )
  .map(([folders, file]) => [...folders, file].join('/'));

test('each file has its own name, however its path is spelled', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(PATH, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      (paths, isFull) => {
        const names = seriesNames(paths);
        assert.equal(new Set(names).size, paths.length, names.join(' '));
        const spelled = paths.map((path) => (isFull.next().value ? resolve(path) : `./any/..//${path}`));
        assert.deepEqual(seriesNames(spelled), names);
      },
    ),
  );
});

test('rotated files are one series, in order of age', () => {
  const listed = [
    'm.csv',
    'b/m.csv',
    'm.csv.10.gz',
    'n.csv',
    'm.csv.9',
    'n.csv-20180502',
    'n.csv-20180430.gz',
  ];
  assert.deepEqual(seriesNames(listed), ['m', 'b/m', 'm', 'n', 'm', 'n', 'n']);
  const ordered = [
    'm.csv.10.gz',
    'b/m.csv',
    'm.csv.9',
    'n.csv-20180430.gz',
    'm.csv',
    'n.csv-20180502',
    'n.csv',
  ];
  assert.deepEqual(oldestFirst(listed), ordered);
  assert.deepEqual(
    oldestFirst(listed.toReversed()).filter((name) => name.startsWith('m')),
    ['m.csv.10.gz', 'm.csv.9', 'm.csv'],
  );
  // Beside its copy a file is not rotated; nor is one that only has a number.
  for (const inputs of [
    ['m.csv', 'm.csv.gz'],
    ['m.csv.1', 'm.csv.1.gz'],
    ['web', 'web.1'],
    ['web-1.csv', 'web-2.csv'],
  ])
    assert.deepEqual(rotatedFiles(inputs), [], inputs.join(' '));
});

const minute = (count: number): string => new Date(Date.UTC(2018, 3, 30) + count * 60_000).toISOString();
const rows = (from: number, to: number, columns = 'cpu'): string =>
  `time,${columns}\n${Array.from({ length: to - from }, (_, i) => `${minute(from + i)},${from + i}\n`).join('')}`;

async function read(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
  options: Partial<ReadOptions> = {},
): Promise<{ targets: string[]; values: number[]; notices: string[] }> {
  const folder = await folderWith(t, {});
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const paths = Object.keys(files).map((name) => join(folder, name));
  const { records, recording } = await readInputs(oldestFirst(paths), options);
  return {
    targets: [...new Set(records.map(({ target }) => target))],
    values: records.map(({ values }) => values[0]!),
    notices: recording.notices.map(({ text }) => text.replaceAll(`${folder}/`, '')),
  };
}

const flagIn = (notices: readonly string[]): string | undefined =>
  notices.map((text) => /give --series (\S+)$/.exec(text)?.[1]).find((name) => name !== undefined);

test('two hosts with files of one name are two targets', async (t) => {
  const { targets, values, notices } = await read(t, {
    'web-1/cpu.csv': rows(0, 3),
    'web-2/cpu.csv': rows(0, 3),
  });
  assert.deepEqual(targets, ['web-1/cpu', 'web-2/cpu']);
  assert.equal(values.length, 6);
  assert.equal(flagIn(notices), undefined);
});

test('files that look like parts of one series draw the flag that makes them one', async (t) => {
  const days = { 'load-2018-05-01.csv': rows(5, 9), 'load-2018-04-30.csv': rows(0, 5) };
  const apart = await read(t, days);
  assert.deepEqual(apart.targets, ['load-2018-04-30', 'load-2018-05-01']);
  const series = flagIn(apart.notices);
  assert.equal(series, 'load');
  const { targets, values, notices } = await read(t, days, { series: 'load' });
  assert.deepEqual(targets, ['load']);
  assert.deepEqual(values, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(flagIn(notices), undefined);
  assert.equal(flagIn((await read(t, { '1.csv': rows(0, 5), '2.csv': rows(5, 9) })).notices), 'all');
});

test('no flag where files overlap, have other columns or other names', async (t) => {
  for (const files of [
    { 'a-1.csv': rows(0, 5), 'a-2.csv': rows(4, 9) },
    { 'a-1.csv': rows(0, 5), 'a-2.csv': rows(5, 9, 'mem') },
    { 'a-1.csv': rows(0, 5), 'b-2.csv': rows(5, 9) },
    { 'a-1.csv': rows(0, 5), 'a-2.csv': rows(5, 9), 'b-1.csv': rows(0, 5), 'b-2.csv': rows(5, 9) },
  ])
    assert.equal(flagIn((await read(t, files)).notices), undefined);
});

test('--series names a single file, and warns where every file has a target column', async (t) => {
  assert.deepEqual((await read(t, { 'a.csv': rows(0, 2) }, { series: 'web' })).targets, ['web']);
  const { targets, notices } = await read(
    t,
    { 'a.csv': `time,host,v\n${minute(0)},x,1\n${minute(1)},x,2\n` },
    { series: 'web' },
  );
  assert.deepEqual(targets, ['x']);
  assert.ok(notices.some((text) => text.startsWith('--series has no effect')));
});

test('rotated files give the same records in any order, also of a minute that was cut', async (t) => {
  const files: [string, string | Buffer][] = [
    ['m.csv.2.gz', gzipSync(rows(0, 4))],
    ['m.csv.1', `time,cpu,mem\n${minute(4)},4,0\n${minute(5)},5,0\n`],
    ['m.csv', `time,mem,cpu\n${minute(5)},0,50\n${minute(6)},0,6\n`],
  ];
  for (const duplicates of ['first', 'last'] as const) {
    const whole = await read(t, Object.fromEntries(files), { duplicates });
    assert.deepEqual(whole.targets, ['m']);
    assert.deepEqual(whole.values, [0, 1, 2, 3, 4, duplicates === 'first' ? 5 : 50, 6]);
    assert.ok(whole.notices.includes('m.csv.2.gz, m.csv.1, m.csv: rotated files of one series, m'));
    assert.deepEqual(await read(t, Object.fromEntries(files.toReversed()), { duplicates }), whole);
  }
});

test('day files with a target column are one recording', async (t) => {
  const day = (from: number): string =>
    `time,host,v\n${[0, 1].flatMap((i) => ['a', 'b'].map((host) => `${minute(from + i)},${host},${from + i}\n`)).join('')}`;
  const { targets, values, notices } = await read(t, { 'd-2.csv': day(2), 'd-1.csv': day(0) });
  assert.deepEqual(targets, ['a', 'b']);
  assert.deepEqual(values, [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.equal(flagIn(notices), undefined);
});
