import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minute, readFiles } from '../../support/series.js';

interface Shape {
  readonly from?: number;
  readonly to?: number;
  readonly hosts?: readonly string[];
  readonly column?: string;
}

/** A record per host and minute. */
function metric(
  value: (count: number) => number,
  { from = 0, to = 4, hosts = ['web-1', 'web-2'], column = 'value' }: Shape = {},
): string {
  const counts = Array.from({ length: to - from }, (_, i) => from + i);
  const lines = counts.flatMap((count) => hosts.map((host) => `${minute(count)},${host},${value(count)}\n`));
  return `time,host,${column}\n${lines.join('')}`;
}

const cpu = (count: number): number => 50 + count;
const mem = (count: number): number => 9000 + count;

test('files with a value each of the same hosts and times have the metrics that they are called by', async (t) => {
  const read = await readFiles(t, { 'cpu.csv': metric(cpu), 'mem.csv': metric(mem) });
  assert.deepEqual(read.columns, ['cpu', 'mem']);
  assert.deepEqual(read.targets, ['web-1', 'web-2']);
  assert.deepEqual(read.values, [50, 50, 51, 51, 52, 52, 53, 53]);
  assert.equal(read.merged, 8);
  assert.ok(read.notices.some((text) => text.includes('--metric-names')));
});

test('the same holds for JSON, whatever the general name, and beside a file with a name of its own', async (t) => {
  const json = (value: (count: number) => number): string =>
    [0, 1, 2]
      .map((count) => `${JSON.stringify({ time: minute(count), host: 'a', val: value(count) })}\n`)
      .join('');
  const read = await readFiles(t, {
    'cpu.jsonl': json(cpu),
    'mem.jsonl': json(mem),
    'disk.csv': metric(cpu, { hosts: ['a'], column: 'used', to: 3 }),
  });
  assert.deepEqual(read.columns, ['cpu', 'mem', 'used']);
  assert.equal(read.merged, 6);
});

test('what the flags say reads the files in the same way, or keeps the name', async (t) => {
  const files = { 'cpu.csv': metric(cpu), 'mem.csv': metric(mem) };
  const pinned = await readFiles(t, files, { metricNames: 'files', columns: ['cpu', 'mem'] });
  assert.deepEqual([pinned.columns, pinned.merged], [['cpu', 'mem'], 8]);
  const kept = await readFiles(t, files, { metricNames: 'columns' });
  assert.deepEqual([kept.columns, kept.merged], [['value'], 0]);
  const mean = await readFiles(t, files, { duplicates: 'mean' });
  assert.deepEqual(mean.columns, ['value']);
  const named = await readFiles(t, files, { columns: ['value'] });
  assert.deepEqual(named.columns, ['value']);
  const specific = { 'a.csv': metric(cpu, { column: 'load' }), 'b.csv': metric(mem, { column: 'load' }) };
  const given = await readFiles(t, specific, { metricNames: 'files' });
  assert.deepEqual([given.columns, given.merged], [['a', 'b'], 8]);
  const none = await readFiles(t, { 'a.csv': metric(cpu, { column: 'load' }) }, { metricNames: 'files' });
  assert.deepEqual(none.columns, ['load']);
  assert.ok(none.notices.some((text) => text.includes('no effect')));
});

test('days of each metric, and files in a folder per metric, are one metric', async (t) => {
  const days = await readFiles(t, {
    'cpu-2018-04-30.csv': metric(cpu),
    'cpu-2018-05-01.csv': metric(cpu, { from: 1440, to: 1444 }),
    'mem-2018-04-30.csv': metric(mem),
    'mem-2018-05-01.csv': metric(mem, { from: 1440, to: 1444 }),
  });
  assert.deepEqual([days.columns, days.merged], [['cpu', 'mem'], 16]);
  const numbered = await readFiles(t, {
    'cpu-1.csv': metric(cpu),
    'cpu-2.csv': metric(cpu, { from: 4, to: 8 }),
    'mem-1.csv': metric(mem),
    'mem-2.csv': metric(mem, { from: 4, to: 8 }),
  });
  assert.deepEqual([numbered.columns, numbered.merged], [['cpu', 'mem'], 16]);
  const folders = await readFiles(t, {
    'cpu/web-1.csv': metric(cpu, { hosts: ['web-1'] }),
    'cpu/web-2.csv': metric(cpu, { hosts: ['web-2'] }),
    'mem/web-1.csv': metric(mem, { hosts: ['web-1'] }),
    'mem/web-2.csv': metric(mem, { hosts: ['web-2'] }),
  });
  assert.deepEqual([folders.columns, folders.merged], [['cpu', 'mem'], 8]);
});

test('parts of one metric, and copies of a file, are not taken for several metrics', async (t) => {
  const others: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    days: {
      'load-2018-04-30.csv': metric(cpu, { to: 1441 }),
      'load-2018-05-01.csv': metric(cpu, { from: 1440, to: 1500 }),
    },
    'days by other names': {
      'monday.csv': metric(cpu, { to: 60 }),
      'tuesday.csv': metric(cpu, { from: 59, to: 120 }),
    },
    rotated: { 'load.csv.1': metric(cpu, { to: 60 }), 'load.csv': metric(cpu, { from: 30, to: 90 }) },
    copies: { 'old.csv': metric(cpu), 'new.csv': metric((count) => cpu(count) * 1.001) },
    replicas: { 'replica-1.csv': metric(cpu), 'replica-2.csv': metric(mem) },
    'other hosts': { 'a.csv': metric(cpu), 'b.csv': metric(mem, { hosts: ['web-3'] }) },
    'a name that says something': {
      'a.csv': metric(cpu, { column: 'cpu' }),
      'b.csv': metric(mem, { column: 'cpu' }),
    },
  };
  for (const [kind, files] of Object.entries(others)) {
    const { columns, merged } = await readFiles(t, files);
    assert.deepEqual([columns.length, merged], [1, 0], kind);
  }
});

test('names that say no metrics keep the column, with a warning that names the flags', async (t) => {
  for (const [a, b] of [
    ['us-east.csv', 'us-west.csv'],
    ['us-east-load.csv', 'us-west-load.csv'],
    ['export.csv', 'export (1).csv'],
    ['cpu.csv', 'cpu (1).csv'],
    ['cpu.csv', 'cpu.jsonl'],
  ] as const) {
    const json = metric(mem)
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(','))
      .map(([time, host, value]) => `${JSON.stringify({ time, host, value: Number(value) })}\n`)
      .join('');
    const read = await readFiles(t, { [a]: metric(cpu), [b]: b.endsWith('jsonl') ? json : metric(mem) });
    assert.deepEqual([read.columns, read.merged], [['value'], 0], b);
  }
  const read = await readFiles(t, { 'us-east.csv': metric(cpu), 'us-west.csv': metric(mem) });
  assert.ok(read.notices.some((text) => /do not say what it is.*--metric-names files/.test(text)));
  const one = `time,value\n${[0, 1, 2].map((count) => `${minute(count)},${count}\n`).join('')}`;
  const alone = await readFiles(t, { 'cpu.csv': one, 'mem.csv': one }, { metricNames: 'files' });
  assert.ok(alone.notices.some((text) => text.includes('--series NAME')));
});

test('hosts, dates and marks of copies in the names of files are no part of the metric', async (t) => {
  const web = { hosts: ['web-1', 'web-2'] };
  const db = { hosts: ['db-1', 'db-2'] };
  const others: Readonly<Record<string, string>>[] = [
    {
      'cpu-web.csv': metric(cpu, web),
      'cpu-db.csv': metric(cpu, db),
      'mem-web.csv': metric(mem, web),
      'mem-db.csv': metric(mem, db),
    },
    { 'cpu_2018-04.csv': metric(cpu), 'mem_2018-04.csv': metric(mem) },
    { 'cpu_20180430T0000.csv': metric(cpu), 'mem_20180430T0000.csv': metric(mem) },
    {
      'cpu-data-2018-04-30 10_11_12.csv': metric(cpu),
      'mem-data-2018-04-30 10_11_12.csv': metric(mem),
    },
    { 'cpu/data.csv': metric(cpu), 'mem/data.csv': metric(mem) },
    { 'cpu.csv': metric(cpu), 'mem (1).csv': metric(mem) },
    {
      'cpu.csv': metric(cpu),
      'mem.csv': metric(mem),
      'mem-old.csv': metric(mem, { from: -1440, to: -1436 }),
    },
  ];
  for (const files of others) {
    const { columns } = await readFiles(t, files);
    assert.deepEqual(columns, ['cpu', 'mem'], Object.keys(files).join(' '));
  }
});
