import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oldestFirst } from '#build/read/sample/series/oldest-first.js';
import { flagIn, minute, readFiles, rows } from '../../support/series.js';

const DAY = 1440;
/** From 2018-04-30 on. */
const DATES = ['2018-04-30', '2018-05-01', '2018-05-02'];
const compact = (date: string): string => date.replaceAll('-', '');
const german = (date: string): string => date.split('-').reverse().join('.');
const epoch = (date: string): number => Date.parse(date) / 1000;

type PathOf = (host: string, date: string) => string;

/** A file per host and day, of 20 minutes. */
const days = (path: PathOf, hosts = ['web-1', 'web-2'], dates = DATES): Record<string, string> =>
  Object.fromEntries(
    hosts.flatMap((host) =>
      dates.map((date) => {
        const from = ((Date.parse(date) - Date.parse('2018-04-30')) / 86_400_000) * DAY;
        return [path(host, date), rows(from, from + 20)];
      }),
    ),
  );

test('a file per host and day is a series per host, however the date is written', async (t) => {
  const paths: readonly PathOf[] = [
    (host, date) => `${host}-${date}.csv`,
    (host, date) => `${date}_${host}.csv`,
    (host, date) => `${date}/${host}.csv`,
    (host, date) => `${host}/${date}.csv`,
    (host, date) => `${host}.${compact(date)}00.csv`,
    (host, date) => `${host}-${compact(date)}T000000Z.csv`,
    (host, date) => `${date.replaceAll('-', '/')}/${host}.csv`,
    (host, date) => `dt=${date}/${host}.csv`,
    (host, date) => `${host}_${german(date)}.csv`,
    (host, date) => `${host}-${epoch(date)}.csv`,
    (host, date) => `${host}_${date}_${compact(date)}.csv`,
    (host, date) => `${host}.csv-${compact(date)}`,
  ];
  for (const path of paths) {
    const { targets, values, notices } = await readFiles(t, days(path));
    assert.deepEqual(targets, ['web-1', 'web-2'], path('host', DATES[0]!));
    assert.deepEqual(values.slice(-4), [2898, 2898, 2899, 2899]);
    assert.equal(flagIn(notices), undefined);
  }
});

test('a file per month, quarter or week is a part of one series, however its period is written', async (t) => {
  const at = (date: string): number => (Date.parse(date) - Date.parse('2018-04-30')) / 60_000;
  const part = (date: string): string => rows(at(date), at(date) + 20);
  const periods: Readonly<Record<string, readonly string[]>> = {
    '2018-04-01 2018-05-01': [
      ...['load-Apr2018 load-May2018', 'load_april-2018 load_may-2018', '2018-Apr.load 2018-May.load'],
      ...['load-2018-04 load-2018-05', 'load 2018Apr,load 2018May'],
    ],
    '2018-04-01 2018-07-01': [
      'load-2018Q2 load-2018Q3',
      'load_Q2-2018 load_Q3-2018',
      'load-2018-q2 load-2018-q3',
    ],
    '2018-04-30 2018-05-07': ['load-2018-W18 load-2018-W19', 'load_2018W18 load_2018W19'],
  };
  for (const [dates, all] of Object.entries(periods))
    for (const pair of all) {
      const [first = '', second = ''] = dates.split(' ').map(part);
      const [a = '', b = ''] = pair.split(pair.includes(',') ? ',' : ' ');
      const { targets, values, notices } = await readFiles(t, { [`${a}.csv`]: first, [`${b}.csv`]: second });
      assert.deepEqual([targets, values.length], [['load'], 40], pair);
      assert.equal(flagIn(notices), undefined);
    }
  const apart = await readFiles(t, {
    'load-Apr2018.csv': part('2018-06-01'),
    'load-May2018.csv': part('2018-07-01'),
  });
  assert.deepEqual(apart.targets, ['load-Apr2018', 'load-May2018']);
});

test('days of one series are named by what is left of their names, and --series files keeps them apart', async (t) => {
  const path: PathOf = (host, date) => `${host}-${date}.csv`;
  assert.deepEqual((await readFiles(t, days(path, ['load']))).targets, ['load']);
  assert.deepEqual(
    (
      await readFiles(
        t,
        days((_, date) => `${date}.csv`, ['']),
      )
    ).targets,
    ['all'],
  );
  const nested = await readFiles(
    t,
    days((host, date) => `${host}/cpu-${date}.csv`),
  );
  assert.deepEqual(nested.targets, ['web-1/cpu', 'web-2/cpu']);
  const current = { ...days(path, ['load']), 'load.csv': rows(4 * DAY, 4 * DAY + 3) };
  assert.deepEqual((await readFiles(t, current)).targets, ['load']);
  const apart = await readFiles(t, days(path, ['load']), { series: 'files' });
  assert.deepEqual(
    apart.targets,
    DATES.map((date) => `load-${date}`),
  );
});

test('a host with one day is named as those with several', async (t) => {
  const path: PathOf = (host, date) => `${host}-${date}.csv`;
  const files = { ...days(path, ['web-1']), ...days(path, ['web-2'], DATES.slice(0, 1)) };
  assert.deepEqual((await readFiles(t, files)).targets, ['web-1', 'web-2']);
  const alone = await readFiles(t, days(path, ['web-1'], DATES.slice(0, 1)));
  assert.deepEqual(alone.targets, ['web-1-2018-04-30']);
});

test('a number beside the date counts the files of a day if they follow one another, or names hosts', async (t) => {
  const parts = { 'load.2018-04-30.0.csv': rows(0, 9), 'load.2018-04-30.1.csv': rows(9, 20) };
  const next = { 'load.2018-05-01.0.csv': rows(DAY, DAY + 9) };
  assert.deepEqual((await readFiles(t, { ...parts, ...next })).targets, ['load']);
  const hosts = await readFiles(
    t,
    days((host, date) => `${date}-${host}.csv`, ['1', '2']),
  );
  assert.deepEqual(hosts.targets, ['1', '2']);
});

test('files are apart if their times overlap, are far from their dates, or their columns differ', async (t) => {
  for (const files of [
    { 'load-2018-04-30.csv': rows(0, 9), 'load-2018-05-01.csv': rows(7, 20) },
    { 'web-2016.csv': rows(0, 9), 'web-2019.csv': rows(9, 20) },
    { 'web-20160101.csv': rows(0, 9), 'web-20190101.csv': rows(9, 20) },
    { 'web-2018-04-30.csv': rows(0, 9), 'web-2018-05-01.csv': rows(DAY, DAY + 9, 'mem') },
  ]) {
    assert.equal((await readFiles(t, files)).targets.length, 2, Object.keys(files).join(' '));
  }
});

test('parts that overlap give the same records in whatever order they are listed', async (t) => {
  const first = `time,cpu\n${[0, 1, 2].map((i) => `${minute(i)},1\n`).join('')}`;
  const second = `time,cpu\n${[2, 3, 4].map((i) => `${minute(i)},2\n`).join('')}`;
  for (const [a, b] of [
    ['load-2018-04-29.csv', 'load-2018-04-30.csv'],
    ['31.03.2018/load.csv', '01.04.2018/load.csv'],
    ['03-30-2018.csv', '04-02-2018.csv'],
    ['load-Apr2018.csv', 'load.csv'],
  ] as const) {
    for (const files of [
      { [a]: first, [b]: second },
      { [b]: second, [a]: first },
    ]) {
      const read = async (duplicates: 'first' | 'last'): Promise<readonly number[]> =>
        (await readFiles(t, files, { series: 'load', duplicates })).values;
      assert.deepEqual(await read('first'), [1, 1, 1, 2, 2], Object.keys(files).join(' '));
      assert.deepEqual(await read('last'), [1, 1, 2, 2, 2], Object.keys(files).join(' '));
    }
  }
});

test('only files whose names differ in the date alone are put in order, and each keeps to their places', () => {
  const listed = ['b-2018-05-02.csv', 'a-2018-05-02.csv', 'mem.csv', '-', 'a-2018-05-01.csv.gz', 'cpu.csv'];
  assert.deepEqual(oldestFirst(listed), [
    'b-2018-05-02.csv',
    'a-2018-05-01.csv.gz',
    'mem.csv',
    '-',
    'a-2018-05-02.csv',
    'cpu.csv',
  ]);
});

test('dated files whose times overlap draw flags that make them one series', async (t) => {
  const flagsIn = (notices: readonly string[]): string | undefined =>
    notices.map((text) => /give (--series .+)$/.exec(text)?.[1]).find((flags) => flags !== undefined);
  const late = `time,cpu\n${[7, 8, 9].map((i) => `${minute(i).replace(':00.000Z', ':30.000Z')},${i}\n`).join('')}`;
  for (const [files, flags, options, values] of [
    [
      { 'load-2018-04-30.csv': rows(0, 9), 'load-2018-05-01.csv': rows(7, 11) },
      '--series load --duplicates first',
      { series: 'load', duplicates: 'first' },
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ],
    [
      { 'load-2018-04-30.csv': rows(0, 9), 'load-2018-05-01.csv': late },
      '--series load --duplicates first',
      { series: 'load', duplicates: 'first' },
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ],
    [
      { '2018-04-30.csv': `${rows(0, 3)}${minute(5)},5\n`, '2018-05-01.csv': rows(3, 5) },
      '--series all',
      { series: 'all' },
      [0, 1, 2, 3, 4, 5],
    ],
  ] as const) {
    const apart = await readFiles(t, files);
    assert.equal(apart.targets.length, 2);
    assert.equal(flagsIn(apart.notices), flags);
    const joined = await readFiles(t, files, options);
    assert.deepEqual([joined.targets.length, joined.values], [1, values]);
    assert.equal(flagsIn(joined.notices), undefined);
  }
  const hosts = days((host, date) => `${host}-${date}.csv`);
  const overlapping = { ...hosts, 'web-2-2018-05-01.csv': rows(15, 30) };
  assert.equal(
    flagsIn((await readFiles(t, overlapping)).notices),
    "--series '(web-1|web-2)' --duplicates first",
  );
  // The numbers of these name hosts, and the others have other columns.
  for (const files of [
    { 'web-2016.csv': rows(0, 9), 'web-2019.csv': rows(0, 9) },
    { 'web-2018-04-30.csv': rows(0, 9), 'web-2018-05-01.csv': rows(7, 20, 'mem') },
  ])
    assert.equal(flagsIn((await readFiles(t, files)).notices), undefined);
});

const METRICS = ['cpu', 'mem', 'disk'];

test('files with a metric each of several hosts are a series per host', async (t) => {
  const paths: readonly ((host: string, metric: string) => string)[] = [
    (host, metric) => `${host}/${metric}.csv`,
    (host, metric) => `${metric}/${host}.csv`,
    (host, metric) => `${host}-${metric}.csv`,
    (host, metric) => `${metric}_${host}.csv`,
    (host, metric) => `${host}/${metric}-2018-04-30.csv`,
    (host, metric) => `${host}/${{ cpu: 'load', mem: 'memory', disk: 'io' }[metric] ?? ''}.csv`,
  ];
  for (const path of paths) {
    for (const column of paths.indexOf(path) < 5 ? ['', '_percent'] : ['']) {
      const files = ['web-1', 'web-2'].flatMap((host) =>
        METRICS.map((metric) => [path(host, metric), rows(0, 5, `${metric}${column}`)]),
      );
      const { targets, columns, merged } = await readFiles(
        t,
        Object.fromEntries(files) as Record<string, string>,
      );
      const suffix = path('web-1', 'cpu').includes('2018') ? '-2018-04-30' : '';
      assert.deepEqual(targets, [`web-1${suffix}`, `web-2${suffix}`], path('host', 'cpu'));
      assert.deepEqual([columns.length, merged], [3, 20]);
    }
  }
});

test('hosts with files per metric and day are a series each', async (t) => {
  const files = ['web-1', 'web-2'].flatMap((host) =>
    ['cpu', 'mem'].flatMap((metric) =>
      [0, 1].map((day) => [`${host}/${metric}-${DATES[day]!}.csv`, rows(day * DAY, day * DAY + 9, metric)]),
    ),
  );
  const { targets, merged } = await readFiles(t, Object.fromEntries(files) as Record<string, string>);
  assert.deepEqual([targets, merged], [['web-1', 'web-2'], 36]);
});

test('files of one folder stay apart if they have the same columns, or there is no other folder', async (t) => {
  const same = ['web-1/eth0', 'web-1/eth1', 'web-2/eth0', 'web-2/eth1'];
  for (const column of ['value', 'bytes']) {
    const files = Object.fromEntries(same.map((name) => [`${name}.csv`, rows(0, 5, column)]));
    assert.deepEqual((await readFiles(t, files)).targets, same);
  }
  const folder = { 'web-1/cpu.csv': rows(0, 5), 'web-1/mem.csv': rows(0, 5, 'mem') };
  const { targets, notices } = await readFiles(t, folder);
  assert.deepEqual(targets, ['cpu', 'mem']);
  assert.ok(notices.some((text) => text.endsWith('such as --series all')));
  const first = `time,cpu\n${minute(0)},1\n`;
  assert.deepEqual((await readFiles(t, { 'a/cpu.csv': first, 'b/cpu.csv': first })).targets, [
    'a/cpu',
    'b/cpu',
  ]);
});
