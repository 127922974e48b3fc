import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, readInputs, readText } from '../../support/reading.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const METRICS = ['cpu', 'mem', 'disk'];
/** A row per minute, host and metric. */
const long = (
  header: string,
  minutes: number,
  hosts: readonly string[],
  metrics: readonly string[] = METRICS,
): string =>
  [
    header,
    ...Array.from({ length: minutes }, (_, minute) =>
      hosts.flatMap((host) =>
        metrics.map((metric, k) =>
          [at(minute), host, metric, 10 ** (k + 1) + minute].filter((x) => x !== '').join(','),
        ),
      ),
    ).flat(),
  ].join('\n');

test('a table with a row per metric has a column per metric, by names and by shape', async () => {
  for (const header of [
    'timestamp,host,metric,value',
    'ts,device_id,metric_name,metric_value',
    'time,station,parameter,reading',
    'timestamp,host,name,value',
    'timestamp,host,what,value',
    'timestamp,anything,metric,value',
  ]) {
    const { recording, records, merged, rejects } = await readText(long(header, 3, ['web-1', 'web-2']));
    assert.deepEqual(recording.columns, METRICS, header);
    assert.deepEqual([records.length, merged, rejects.length], [6, 12, 0]);
    const { target, values } = records.at(-2) ?? assert.fail();
    assert.deepEqual([target, values], ['web-1', [12, 102, 1002]]);
  }
});

test('without a target, a table of metrics is one series', async () => {
  const { recording, records } = await readText(long('timestamp,metric,value', 4, ['']));
  assert.deepEqual(recording.columns, METRICS);
  assert.deepEqual(records.map(({ target, values }) => [target, values[0]])[3], ['stdin', 13]);
});

test('names of things that are measured are targets', async () => {
  const { recording, records } = await readText(long('timestamp,sensor_name,value', 3, [''], ['s1', 's2']));
  assert.deepEqual(recording.columns, ['value']);
  assert.deepEqual(new Set(records.map(({ target }) => target)), new Set(['s1', 's2']));
  const mounts = await readText(long('timestamp,host,mount,used', 3, ['a', 'b'], ['/', '/var']));
  assert.deepEqual(mounts.recording.columns, ['used']);
  assert.equal(mounts.records.length, 12);
});

test('flags name the columns, and --columns the metrics', async () => {
  const text = long('timestamp,host,item,used', 3, ['a', 'b']);
  const flags = { metricColumn: 'item', valueColumn: 'used' };
  assert.deepEqual((await readText(text, flags)).recording.columns, METRICS);
  const chosen = await readText(text, { ...flags, columns: ['disk', 'cpu'] });
  assert.deepEqual(chosen.recording.columns, ['disk', 'cpu']);
  assert.deepEqual(chosen.records[0]?.values, [1000, 10]);
  assert.deepEqual([chosen.records.length, chosen.merged, chosen.filtered], [6, 6, 6]);
});

test('a metric that the sample did not have is rejected by its name', async () => {
  const known = long('timestamp,host,metric,value', 400, ['a', 'b']);
  const { rejects } = await readText(`${known}\n${at(399)},b,net,5\n${at(399)},b,,5`);
  assert.deepEqual(
    rejects.map(({ reason }) => reason),
    ['unknown_metric', 'unknown_metric'],
  );
  assert.match(rejects[0]?.message ?? '', /"net"/);
  const given = await readText(`${known}\n${at(400)},b,net,5`, { columns: [...METRICS, 'net'] });
  assert.deepEqual(given.records.at(-1)?.values, [NaN, NaN, NaN, 5]);
});

test('metrics are found however many targets come before them', async () => {
  const hosts = Array.from({ length: 700 }, (_, i) => `h${i}`);
  const rows = [0, 1].flatMap((minute) =>
    METRICS.flatMap((metric, k) => hosts.map((host) => `${at(minute)},${host},${metric},${k}`)),
  );
  const { recording, records, rejects } = await readText(['timestamp,host,metric,value', ...rows].join('\n'));
  assert.deepEqual([recording.columns, records.length, rejects.length], [METRICS, 1400, 0]);
});

test('a metric of texts is not selected', async () => {
  const rows = [0, 1, 2].flatMap((minute) => [`${at(minute)},a,cpu,1`, `${at(minute)},a,status,up`]);
  const { records, rejects, filtered } = await readText(['timestamp,host,metric,value', ...rows].join('\n'));
  assert.deepEqual([records.length, rejects.length, filtered], [3, 0, 3]);
});

test('a second value of a metric is a duplicate, whose place is named', async () => {
  const text = `${long('timestamp,host,metric,value', 2, ['a'])}\n${at(1)},a,mem,7`;
  const { rejects } = await readText(text);
  assert.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [[8, 'duplicate']],
  );
  assert.match(rejects[0]?.message ?? '', /:6/);
  const { records } = await readText(text, { duplicates: 'mean' });
  assert.deepEqual(records[1]?.values, [11, 54, 1001]);
});

test('JSON rows may each bring some of the metrics', async () => {
  const rows = [0, 1].flatMap((minute) => [
    { time: at(minute), host: 'a', cpu: 1 },
    { time: at(minute), host: 'a', mem: 2 },
    { time: at(minute), host: 'a', values: { disk: 3 } },
  ]);
  const { recording, records, merged } = await readText(rows.map((row) => JSON.stringify(row)).join('\n'));
  assert.deepEqual(recording.columns, METRICS);
  assert.deepEqual(
    records.map(({ values }) => values),
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
  );
  assert.equal(merged, 4);
});

test('files with a metric each are one recording', async (t) => {
  const file = (metric: string, first: number): string =>
    [
      `timestamp,host,${metric}`,
      ...[0, 1, 2, 3].map((minute) => `${at(minute)},web-1,${first + minute}`),
    ].join('\n');
  const folder = await folderWith(t, { 'cpu.csv': file('cpu', 0), 'mem.csv': file('mem', 100) });
  const inputs = [join(folder, 'cpu.csv'), join(folder, 'mem.csv')];
  const { recording, records, merged, rejects } = await readInputs(inputs);
  assert.deepEqual(recording.columns, ['cpu', 'mem']);
  assert.deepEqual(
    records.map(({ values }) => values),
    [
      [0, 100],
      [1, 101],
      [2, 102],
      [3, 103],
    ],
  );
  assert.deepEqual([merged, rejects.length], [4, 0]);
});

test('files with a metric each may share columns whose values agree', async (t) => {
  const file = (metric: string, uptime: number): string =>
    [
      `timestamp,host,region,uptime,${metric}`,
      ...[0, 1, 2].map((minute) => `${at(minute)},web-1,eu,${uptime + minute},${minute}`),
    ].join('\n');
  const read = async (uptime: number): ReturnType<typeof readInputs> => {
    const folder = await folderWith(t, { 'cpu.csv': file('cpu', 5), 'mem.csv': file('mem', uptime) });
    return readInputs([join(folder, 'cpu.csv'), join(folder, 'mem.csv')]);
  };
  const { recording, records, merged } = await read(5);
  assert.deepEqual([recording.columns, merged], [['uptime', 'cpu', 'mem'], 3]);
  assert.deepEqual(records[2]?.values, [7, 2, 2]);
  const other = await read(6);
  assert.deepEqual(
    other.rejects.map(({ reason }) => reason),
    ['duplicate', 'duplicate', 'duplicate'],
  );
  assert.deepEqual(other.recording.columns, ['uptime', 'cpu']);
});

test('further numbers beside a usual metric and value are ignored, with a notice', async () => {
  for (const [metric, value, other] of [
    ['metric', 'value', 'quality'],
    ['_field', '_value', 'table'],
    ['metric_name', 'value', 'count'],
  ] as const) {
    const header = `timestamp,host,${metric},${value}`;
    const [head = '', ...rows] = long(header, 4, ['a', 'b']).split('\n');
    const text = [`${head},${other}`, ...rows.map((row, i) => `${row},${i % 7}`)].join('\n');
    const { recording, records } = await readText(text);
    assert.deepEqual([recording.columns, records.length], [METRICS, 8], header);
    assert.match(recording.notices.map((notice) => notice.text).join('\n'), new RegExp(`ignored: ${other} `));
  }
});

const MINUTES = [...Array(12).keys()];
const second = (minute: number, seconds: number): string => at(minute + seconds / 60);

test('metrics that each come at their own second are one record per minute', async () => {
  const rows = (
    seconds: readonly number[],
    row: (time: string, k: number, minute: number) => string,
  ): string =>
    MINUTES.flatMap((minute) => seconds.map((each, k) => row(second(minute, each), k, minute))).join('\n');
  const csv = (time: string, k: number, minute: number): string => `${time},a,${METRICS[k]},${minute}`;
  const json = (time: string, k: number, minute: number): string =>
    JSON.stringify({ time, host: 'a', [METRICS[k]!]: minute });
  const cells = (time: string, k: number, minute: number): string =>
    `${time},a,${METRICS.map((_, i) => (i === k ? minute : '')).join(',')}`;
  for (const seconds of [
    [0, 7, 14],
    [0, 1, 59],
    [30, 31, 32],
    [0, 20, 40],
  ]) {
    for (const text of [
      `timestamp,host,metric,value\n${rows(seconds, csv)}`,
      rows(seconds, json),
      `timestamp,host,${METRICS.join(',')}\n${rows(seconds, cells)}`,
    ]) {
      const { recording, records, rejects } = await readText(text);
      assert.equal(recording.intervalMs, 60_000, text.slice(0, 200));
      assert.deepEqual(
        records.map(({ values }) => values),
        MINUTES.map((minute) => [minute, minute, minute]),
      );
      assert.equal(rejects.length, 0);
    }
  }
});

test('a metric that comes less often than another leaves the interval alone', async () => {
  const rows = MINUTES.map((minute) => `${at(minute)},a,${minute},${minute % 2 === 0 ? minute : ''}`);
  const { recording, records } = await readText(['time,host,cpu,mem', ...rows].join('\n'));
  assert.deepEqual([recording.intervalMs, records.length], [60_000, 12]);
  const metrics = MINUTES.flatMap((minute) =>
    minute % 5 === 0 ? [`${at(minute)},a,cpu,1`, `${second(minute, 7)},a,disk,2`] : [`${at(minute)},a,cpu,1`],
  );
  const long = await readText(['time,host,metric,value', ...metrics].join('\n'));
  assert.deepEqual([long.recording.intervalMs, long.records.length], [60_000, 12]);
});
