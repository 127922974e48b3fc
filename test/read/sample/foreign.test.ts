import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { AiopsError } from '#build/core/errors.js';

import { refusal } from '../../support/refusals.js';
import { folderWith, readInputs, readText } from '../../support/reading.js';

const HAS_JQ = spawnSync('jq', ['--version']).status === 0;
const START_S = 1_700_000_040;
const MINUTES = [0, 1, 2, 3];
const HOSTS = ['a', 'b'];

/** The value of a host's metric at a minute. */
const valueOf = (host: string, minute: number): number => 10 * HOSTS.indexOf(host) + minute + 0.5;
const second = (minute: number): number => START_S + 60 * minute;
const EXPECTED = MINUTES.flatMap((minute) =>
  HOSTS.map((host) => `${minute} ${host} ${valueOf(host, minute)}`),
);

const grafana = {
  results: {
    A: {
      status: 200,
      frames: HOSTS.map((host) => ({
        schema: {
          fields: [
            { name: 'Time', type: 'time' },
            { name: 'load', type: 'number', labels: { host } },
          ],
        },
        data: {
          values: [
            MINUTES.map((minute) => 1000 * second(minute)),
            MINUTES.map((minute) => valueOf(host, minute)),
          ],
        },
      })),
    },
  },
};
const influx = {
  results: [
    {
      series: HOSTS.map((host) => ({
        ...{ name: 'cpu', tags: { host }, columns: ['time', 'load'] },
        values: MINUTES.map((minute) => [
          new Date(1000 * second(minute)).toISOString(),
          valueOf(host, minute),
        ]),
      })),
    },
  ],
};
const graphite = HOSTS.map((target) => ({
  target,
  datapoints: MINUTES.map((minute) => [valueOf(target, minute), second(minute)]),
}));
const telemetry = {
  resourceMetrics: HOSTS.map((host) => ({
    resource: { attributes: [{ key: 'host.name', value: { stringValue: host } }] },
    scopeMetrics: [
      {
        metrics: [
          {
            name: 'load',
            gauge: {
              dataPoints: MINUTES.map((minute) => ({
                timeUnixNano: `${second(minute)}000000000`,
                asDouble: valueOf(host, minute),
              })),
            },
          },
        ],
      },
    ],
  })),
};
const points = MINUTES.flatMap((minute) =>
  HOSTS.map((host) => `cpu,host=${host} load=${valueOf(host, minute)},n=3i ${second(minute)}000000000`),
);
const aligned = [
  'time                   host      load',
  ...MINUTES.flatMap((minute) =>
    HOSTS.map(
      (host) => `  ${new Date(1000 * second(minute)).toISOString()}  ${host}   ${valueOf(host, minute)}`,
    ),
  ),
];

const json = (value: unknown): readonly string[] => [JSON.stringify(value), JSON.stringify(value, null, 2)];
const byElement = (list: readonly unknown[]): string => list.map((one) => JSON.stringify(one)).join(',\n');

/** What each is called, and its texts. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'an answer of Grafana': json(grafana),
  'an answer of InfluxDB': json(influx),
  'an answer of Graphite': [...json(graphite), `[\n${byElement(graphite)}\n]\n`],
  'an export of OpenTelemetry': json(telemetry),
  'line protocol of InfluxDB': [`${points.join('\n')}\n`],
  'a table of columns with blanks between them': [
    `${aligned.join('\n')}\n`,
    `${aligned.join('\n').replaceAll('T', ' ').replaceAll('Z', '')}\n`,
  ],
};

/** Tables as pandas writes them, by `orient` and whether the times are the index. */
const times = MINUTES.map((minute) => 1000 * second(minute));
const loads = MINUTES.map((minute) => valueOf('a', minute));
const byRow = (list: readonly unknown[]): object => Object.fromEntries(list.map((one, i) => [i, one]));
const byTime = (list: readonly unknown[]): object =>
  Object.fromEntries(list.map((one, i) => [String(times[i]), one]));
const host = MINUTES.map(() => 'a');
const rows = MINUTES.map((_, i) => ({ timestamp: times[i], host: host[i], load: loads[i] }));
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, -1);
const byIso = (list: readonly unknown[]): object =>
  Object.fromEntries(list.map((one, i) => [iso(times[i]!), one]));
const PANDAS: readonly (readonly [orient: string, table: unknown])[] = [
  ['columns', { timestamp: byRow(times), host: byRow(host), load: byRow(loads) }],
  ['columns', { host: byTime(host), load: byTime(loads) }],
  ['columns', { host: byIso(host), load: byIso(loads) }],
  ['index', byRow(rows)],
  ['index', byTime(MINUTES.map((_, i) => ({ host: host[i], load: loads[i] })))],
  ['list', { timestamp: times, host, load: loads }],
  [
    'split',
    {
      columns: ['timestamp', 'host', 'load'],
      index: MINUTES,
      data: rows.map(({ timestamp, load }) => [timestamp, 'a', load]),
    },
  ],
  ['split', { columns: ['host', 'load'], index: times, data: rows.map(({ load }) => ['a', load]) }],
  [
    'table',
    {
      schema: {
        fields: [{ name: 'index', type: 'integer' }],
        primaryKey: ['index'],
        pandas_version: '1.4.0',
      },
      data: rows.map((row, index) => ({ index, ...row, timestamp: iso(times[index]!) })),
    },
  ],
];

test(
  'a table that pandas wrote in another form is refused, with a call and a command that make lines of records',
  { skip: HAS_JQ ? false : 'no jq here' },
  async (t) => {
    for (const [i, [orient, table]] of PANDAS.entries()) {
      for (const text of json(table)) {
        const cwd = await folderWith(t, {});
        const path = join(cwd, 'data.json');
        writeFileSync(path, text);
        const { message, hint = '' } = await refused(path);
        assert.ok(message.includes(`pandas writes it with orient="${orient}"`), `${i}: ${message}`);
        assert.match(
          hint,
          /^write it with df.*\.to_json\("lines\.jsonl", orient="records", lines=True\), or /,
        );
        const [command] = /jq .*$/.exec(hint) ?? assert.fail(hint);
        const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
        assert.deepEqual([status, stderr], [0, '']);
        const { records, rejects } = await readText(readFileSync(join(cwd, 'lines.jsonl'), 'utf8'));
        assert.deepEqual(rejects, []);
        const found = records.map(({ minute, target, values }) => [Date.parse(minute), target, ...values]);
        assert.deepEqual(
          found,
          times.map((ms, at) => [Math.floor(ms / 60_000) * 60_000, 'a', loads[at]]),
          hint,
        );
      }
    }
  },
);

test('a table of pandas is recognized by its beginning, or without names', async (t) => {
  const cwd = await folderWith(t, {});
  const path = join(cwd, 'data.json');
  const long = Object.fromEntries(
    Array.from({ length: 300_000 }, (_, row) => [row, 1_700_000_000_000 + row]),
  );
  writeFileSync(path, JSON.stringify({ timestamp: long, load: long }));
  assert.match((await refused(path)).message, /orient="columns"|line/);
  writeFileSync(path, JSON.stringify(rows.map((row) => Object.values(row))));
  const { message, hint = '' } = await refused(path);
  assert.match(message, /orient="values"/);
  assert.match(hint, /^write it with df\.to_json\("lines\.jsonl", orient="records", lines=True\)$/);
});

test('records with lists and numbered fields are no table of pandas', async () => {
  const texts = rows.map(({ timestamp, load }) => JSON.stringify({ timestamp, v: { 0: load, 1: 2 } }));
  assert.equal((await readText(`${texts.join('\n')}\n`)).records.length, MINUTES.length);
});

const refused = async (path: string): Promise<AiopsError> =>
  readInputs([path]).then(
    () => assert.fail(`${path} is read`),
    (error: unknown) => (error instanceof AiopsError ? error : assert.fail(String(error))),
  );

for (const [what, texts] of Object.entries(KINDS)) {
  const needsJq = !what.startsWith('a table');
  test(
    `${what} is refused by name, with a command that makes records of it`,
    { skip: needsJq && !HAS_JQ ? 'no jq here' : false },
    async (t) => {
      for (const [i, text] of texts.entries()) {
        for (const name of [`the data ${i}.txt`, `packed${i}.gz`]) {
          const cwd = await folderWith(t, {});
          const path = join(cwd, name);
          writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
          const { code, message, hint = '' } = await refused(path);
          assert.equal(code, 'input_unusable');
          assert.ok(message.includes(what), message);
          const [command] = /(?:(?:gzip -dc|jq|sed) .*)$/.exec(hint) ?? assert.fail(hint);
          assert.equal(needsJq, hint.includes('with jq'), hint);
          const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
          assert.deepEqual([status, stderr], [0, '']);
          const output = ['lines.jsonl', 'columns.csv'].find((file) => existsSync(join(cwd, file))) ?? '';
          const { records, rejects, recording } = await readText(readFileSync(join(cwd, output), 'utf8'));
          assert.deepEqual(rejects, []);
          const load = recording.columns.findIndex((column) => /load|value/.test(column));
          const found = records.map(({ minute, target, values }) => {
            const at = (Date.parse(minute) / 1000 - START_S) / 60;
            return `${at} ${target.replace(/\W*(?:load|node)\W*/g, '')} ${values[load]}`;
          });
          assert.deepEqual(found, EXPECTED, recording.columns.join());
        }
      }
    },
  );
}

test('no command is given that would lead nowhere', async (t) => {
  const cwd = await folderWith(t, {});
  for (const [i, text] of [
    '{"data":[{"x":1},{"x":2}]}',
    '[[1,2],[3,4]]\n',
    JSON.stringify([{ a: 'b' }], null, 2),
    points.map((point) => point.replace('host=a', 'host=a\\ b')).join('\n'),
    'cpu,host=a load=1\ncpu,host=a load=2\n',
    '           CPU     %user     %nice\n12:00:01   all      0.50      0.00\n12:00:02   all      0.50      0.00\n',
  ].entries()) {
    const path = join(cwd, `${i}.log`);
    writeFileSync(path, text);
    const { hint = '' } = await refused(path);
    assert.doesNotMatch(hint, /jq|sed|--time-column/, text);
    assert.notEqual(hint, '');
  }
});

test('an object on a line of its own is no foreign JSON', async () => {
  await assert.rejects(
    readText('{"a":1}\n'),
    refusal('input_unusable', /no time column: saw a/, /--time-column/),
  );
});

test('a table with a sound header is not called another one', async () => {
  const { records } = await readText(
    'time,a b,load\n2024-01-01T00:00:00Z,x  y,1\n2024-01-01T00:01:00Z,x  y,2\n',
  );
  assert.equal(records.length, 2);
});

test('what is saved in place of the data is refused by name', async (t) => {
  const login = '<!DOCTYPE html>\n<html lang="en">\n<head><title>Log in, please</title></head>\n</html>\n';
  const withHeaders =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"time":"2024-01-01T00:00:00Z","host":"a","load":1}\n';
  const sysstat = {
    sysstat: { hosts: [{ nodename: 'a', statistics: [{ timestamp: { date: '2026-11-30' } }] }] },
  };
  const cwd = await folderWith(t, {});
  for (const [name, text, what, remedy] of [
    ['login.csv', login, /an HTML page/, /login page/],
    ['line.csv', login.replaceAll('\n', ''), /an HTML page/, /login page/],
    ['login.json', login, /an HTML page/, /login page/],
    ['headers.json', withHeaders, /below its HTTP headers \(HTTP\/1\.1 200 OK\)/, /leave out -i/],
    ['headers.csv', withHeaders, /below its HTTP headers \(HTTP\/1\.1 200 OK\)/, /leave out -i/],
    ['login.txt', `\n${login}`, /an HTML page/, /login page/],
    [
      'denied.csv',
      '{"code":"unauthorized","message":"no access"}',
      /reports an error \("no access"\)/,
      /again/,
    ],
    ['denied.json', '{"error":"no such bucket"}\n', /reports an error \("no such bucket"\)/, /again/],
    ['sa.csv', JSON.stringify(sysstat, null, 2), /the JSON of sysstat/, /sadf -d DATAFILE -- -u/],
    ['sa.json', JSON.stringify(sysstat, null, 2), /the JSON of sysstat/, /sadf -d DATAFILE -- -u/],
  ] as const) {
    const path = join(cwd, name);
    writeFileSync(path, text);
    refusal('input_unusable', what, remedy)(await refused(path));
  }
});
