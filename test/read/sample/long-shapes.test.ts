import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/reading.js';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const METRICS = ['cpu', 'mem', 'disk'];
const SIZES = [50, 8e9, 700];

interface Table {
  readonly hosts?: readonly string[];
  readonly metrics?: readonly string[];
  readonly sizes?: readonly number[];
  /** When in its minute each metric comes. */
  readonly seconds?: readonly number[];
  /** Whether a row is missing. */
  readonly drops?: (count: number) => boolean;
  readonly row?: (time: string, host: string, metric: string, value: number) => string;
}

/** 12 minutes of a row per host and metric. */
function table(
  header: string,
  {
    hosts = ['web-1', 'web-2'],
    metrics = METRICS,
    sizes = SIZES,
    seconds = [0, 0, 0],
    drops = () => false,
    row = (time, host, metric, value) => `${time},${host},${metric},${value}`,
  }: Table = {},
): string {
  const rows: string[] = [];
  let count = 0;
  for (let minute = 0; minute < 12; minute++) {
    for (const [k, metric] of metrics.entries()) {
      for (const [h, host] of hosts.entries()) {
        const value = sizes[k]! * (1 + 0.01 * ((minute * 7 + h * 3) % 5));
        if (!drops(count++)) rows.push(row(at(minute * 60 + seconds[k]!), host, metric, value));
      }
    }
  }
  return [header, ...rows].filter((line) => line !== '').join('\n');
}

const warnings = ({ recording }: Awaited<ReturnType<typeof readText>>): string[] =>
  recording.notices.filter(({ level }) => level === 'warning').map(({ text }) => text);

test('metrics are found by what rows hold, whatever columns are called', async () => {
  for (const text of [
    table('when,box,what,reading'),
    table('Zeit,Rechner,Messgroesse,Wert'),
    table('time,thing,box,n', { row: (time, host, metric, value) => `${time},${metric},${host},${value}` }),
    table('time,machine,what,n', { drops: (count) => count % 17 === 5 }),
    table('time,a,b,c', { seconds: [0, 7, 14] }),
    table('time,a,unit,b,c', {
      row: (time, host, metric, value) => `${time},${host},${metric.toUpperCase()},${metric},${value}`,
    }),
    table('time;Object;Property;Number', { row: (...cells) => cells.join(';') }),
    table('name,tags,time,value', {
      row: (time, host, metric, value) => `${metric},${host},${time},${value}`,
    }),
    table('', {
      row: (when, box, what, reading) => JSON.stringify({ when, box, what, reading }),
    }),
    table('', {
      row: (time, host, metric, value) =>
        JSON.stringify({ time, labels: { __name__: metric, instance: host, job: 'node' }, value }),
    }),
  ]) {
    const outcome = await readText(text);
    const { recording, records, rejects } = outcome;
    assert.deepEqual(recording.columns, METRICS, text.slice(0, 60));
    assert.deepEqual([...new Set(records.map(({ target }) => target))], ['web-1', 'web-2']);
    assert.deepEqual([records.length, rejects.length], [24, 0]);
    assert.deepEqual(warnings(outcome), []);
  }
});

test('a table of metrics whose host is the same in all rows is one series', async () => {
  const { recording, records } = await readText(table('time,box,what,reading', { hosts: ['only'] }));
  assert.deepEqual([recording.columns, records.length], [METRICS, 12]);
});

test('parts of targets stay targets, though the size of a number depends on them', async () => {
  for (const [header, metrics] of [
    ['time,host,path,bytes', ['/', '/var', '/home']],
    ['time,host,interface,bytes', ['lo', 'eth0', 'eth1']],
    ['time,shop,product,sales', ['bread', 'cake', 'car']],
    ['time,host,device,written', ['sda', 'sdb', 'sdc']],
    ['time,dc,service,latency', ['auth', 'cart', 'pay']],
  ] as const) {
    const outcome = await readText(table(header, { metrics }));
    assert.deepEqual(outcome.recording.columns, [header.split(',')[3]]);
    assert.equal(new Set(outcome.records.map(({ target }) => target)).size, 6, header);
    assert.deepEqual(warnings(outcome), []);
  }
});

test('where only sizes tell, a warning names the columns of the targets', async () => {
  const outcome = await readText(table('time,x,y,z', { metrics: ['k1', 'k2', 'k3'] }));
  assert.deepEqual(outcome.recording.columns, ['k1', 'k2', 'k3']);
  assert.deepEqual(
    warnings(outcome).map((text) => /give (.*)$/.exec(text)?.[1]),
    ['--target-column x,y'],
  );
  const given = await readText(table('time,x,y,z', { metrics: ['k1', 'k2', 'k3'] }), {
    targetColumns: ['x', 'y'],
  });
  assert.deepEqual([given.recording.columns, given.records.length], [['z'], 72]);
  assert.deepEqual(warnings(given), []);
});

test('where nothing tells, they are targets, and a warning names the columns of metrics', async () => {
  const text = table('time,x,y,z', { metrics: ['k1', 'k2', 'k3'], sizes: [10, 11, 12] });
  const outcome = await readText(text);
  assert.equal(new Set(outcome.records.map(({ target }) => target)).size, 6);
  const [warning = ''] = warnings(outcome);
  const flags = [...warning.matchAll(/--metric-column (\w) --value-column (\w)/g)];
  assert.deepEqual(
    flags.map(([, metric]) => metric),
    ['x', 'y'],
  );
  for (const [, metricColumn = '', valueColumn = ''] of flags) {
    const given = await readText(text, { metricColumn, valueColumn });
    assert.equal(given.recording.columns.length, metricColumn === 'x' ? 2 : 3);
    assert.deepEqual([given.rejects.length, warnings(given)], [0, []]);
  }
});

test('a description that each host has of its own names no metric', async () => {
  const rows = [0, 1, 2, 3].flatMap((minute) => [
    `${at(minute * 60)},a,cpu,${50 + minute}`,
    `${at(minute * 60)},b,mem_used,${8e9 + minute}`,
  ]);
  const { recording, records } = await readText(['timestamp,host,what,value', ...rows].join('\n'));
  assert.deepEqual([recording.columns, records.length], [['value'], 8]);
});
