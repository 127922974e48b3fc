import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { oldestFirst } from '#build/read/sample/series/oldest-first.js';
import { rotatedFiles } from '#build/read/sample/series/rotation.js';
import { seriesNames } from '#build/read/sample/series/series-names.js';
import { flagIn, minute, readFiles, rows } from '../../support/series.js';

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

test('two hosts with files of one name are two targets', async (t) => {
  const { targets, values, notices } = await readFiles(t, {
    'web-1/cpu.csv': rows(0, 3),
    'web-2/cpu.csv': rows(0, 3),
  });
  assert.deepEqual(targets, ['web-1/cpu', 'web-2/cpu']);
  assert.equal(values.length, 6);
  assert.equal(flagIn(notices), undefined);
});

test('files that look like parts of one series draw the flag that makes them one', async (t) => {
  const parts = { 'load-2.csv': rows(5, 9), 'load-1.csv': rows(0, 5) };
  const apart = await readFiles(t, parts);
  assert.deepEqual(apart.targets, ['load-1', 'load-2']);
  const series = flagIn(apart.notices);
  assert.equal(series, 'load');
  const { targets, values, notices } = await readFiles(t, parts, { series: 'load' });
  assert.deepEqual(targets, ['load']);
  assert.deepEqual(values, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(flagIn(notices), undefined);
  assert.equal(flagIn((await readFiles(t, { '1.csv': rows(0, 5), '2.csv': rows(5, 9) })).notices), 'all');
});

test('numbered files of several hosts draw an expression that finds the hosts', async (t) => {
  for (const [name, hosts] of [
    [(host: string, part: number): string => `${host}.${part}.csv`, ['web-1', 'web-2']],
    [(host: string, part: number): string => `${host}-part${part}.csv`, ['a', 'b']],
    [
      (host: string, part: number): string => `${host}/${part}.csv`,
      Array.from({ length: 11 }, (_, i) => `web-${i + 1}`),
    ],
  ] as const) {
    const files = hosts.flatMap((host) => [
      [name(host, 1), rows(0, 5)],
      [name(host, 2), rows(5, 9)],
    ]);
    const apart = await readFiles(t, Object.fromEntries(files) as Record<string, string>);
    assert.equal(apart.targets.length, 2 * hosts.length);
    const series = flagIn(apart.notices)?.replaceAll("'", '') ?? assert.fail(apart.notices.join('\n'));
    const { targets } = await readFiles(t, Object.fromEntries(files) as Record<string, string>, { series });
    assert.equal(targets.length, hosts.length, series);
    assert.ok(
      targets.every((target, i) => target.startsWith([...hosts].sort()[i] ?? '')),
      targets.join(' '),
    );
  }
});

test('no flag where files overlap, have other columns or other names', async (t) => {
  for (const files of [
    { 'a-1.csv': rows(0, 5), 'a-2.csv': rows(4, 9) },
    { 'a-1.csv': rows(0, 5), 'a-2.csv': rows(5, 9, 'mem') },
    { 'a-1.csv': rows(0, 5), 'b-2.csv': rows(5, 9) },
    { 'a-1.csv': rows(0, 5), 'a-2.csv': rows(5, 9), 'b-1.csv': rows(0, 5), 'b-2.csv': rows(4, 9) },
  ])
    assert.equal(flagIn((await readFiles(t, files)).notices), undefined);
});

test('--series takes an expression that every path without a target column must match', async (t) => {
  const files = { 'x/web-1.csv': rows(0, 2), 'y/web-1.csv': rows(2, 4), 'y/web-2.csv': rows(0, 2) };
  const { targets, values } = await readFiles(t, files, { series: '(web-[0-9]+)' });
  assert.deepEqual(
    [targets, values],
    [
      ['web-1', 'web-2'],
      [0, 0, 1, 1, 2, 3],
    ],
  );
  const both = await readFiles(t, files, { series: '([a-z])/(web-[0-9])' });
  assert.deepEqual(both.targets, ['x/web-1', 'y/web-2', 'y/web-1']);
  for (const series of ['(db-[0-9])', '(web', '(web-1)'])
    await assert.rejects(readFiles(t, files, { series }), { code: 'usage' }, series);
  const day = `time,host,v\n${minute(0)},x,1\n${minute(1)},x,2\n`;
  const mixed = await readFiles(t, { 'web-1.csv': rows(0, 2), 'day.csv': day }, { series: '(web-[0-9])' });
  assert.deepEqual(mixed.targets, ['web-1', 'x']);
});

test('--series names a single file, and warns where every file has a target column', async (t) => {
  assert.deepEqual((await readFiles(t, { 'a.csv': rows(0, 2) }, { series: 'web' })).targets, ['web']);
  const { targets, notices } = await readFiles(
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
    const whole = await readFiles(t, Object.fromEntries(files), { duplicates });
    assert.deepEqual(whole.targets, ['m']);
    assert.deepEqual(whole.values, [0, 1, 2, 3, 4, duplicates === 'first' ? 5 : 50, 6]);
    assert.ok(whole.notices.includes('m.csv.2.gz, m.csv.1, m.csv: rotated files of one series, m'));
    assert.deepEqual(await readFiles(t, Object.fromEntries(files.toReversed()), { duplicates }), whole);
  }
});

test('day files with a target column are one recording', async (t) => {
  const day = (from: number): string =>
    `time,host,v\n${[0, 1].flatMap((i) => ['a', 'b'].map((host) => `${minute(from + i)},${host},${from + i}\n`)).join('')}`;
  const { targets, values, notices } = await readFiles(t, { 'd-2.csv': day(2), 'd-1.csv': day(0) });
  assert.deepEqual(targets, ['a', 'b']);
  assert.deepEqual(values, [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.equal(flagIn(notices), undefined);
});
