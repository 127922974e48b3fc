import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { folderWith, READ_DEFAULTS, readInputs, readText, type ReadOutcome } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';
import { checkEveryResume } from '../../support/resumed.js';

const HOSTS = ['a', 'b'];
const MINUTES = [0, 1, 2, 3, 4];
const START_S = Date.UTC(2023, 0, 1) / 1000;
const timeOf = (minute: number): string => new Date(1000 * (START_S + 60 * minute)).toISOString();
const valueOf = (host: string, minute: number): number => 10 * HOSTS.indexOf(host) + minute + 0.5;

const crlf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');
const influxTable = (field: string, host: string, n: number): string =>
  crlf([
    '#group,false,false,true,true,false,false,true,true,true',
    '#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string',
    '#default,_result,,,,,,,,',
    ',result,table,_start,_stop,_time,_value,_field,_measurement,host',
    ...MINUTES.map(
      (minute) =>
        `,,${n},2023-01-01T00:00:00Z,2023-01-02T00:00:00Z,${timeOf(minute)},${valueOf(host, minute) + n - (n % 2)},${field},mem,${host}`,
    ),
    '',
  ]);

/** The same values, as each of the programs writes them. */
const EXPORTS: Readonly<Record<string, string>> = {
  influxdb: ['used', 'free']
    .flatMap((field, i) => HOSTS.map((host, h) => influxTable(field, host, 2 * i + h)))
    .join(''),
  telegraf: MINUTES.flatMap((minute) =>
    HOSTS.map((host) => {
      const used = valueOf(host, minute);
      const fields = { used, free: used + 2 };
      return `${JSON.stringify({ fields, name: 'mem', tags: { host }, timestamp: START_S + 60 * minute })}\n`;
    }),
  ).join(''),
  grafana: crlf([
    [
      '"Time"',
      ...['mem_used', 'mem_free'].flatMap((name) => HOSTS.map((host) => `"${name}{host=""${host}""}"`)),
    ].join(','),
    ...MINUTES.map((minute) => {
      const used = HOSTS.map((host) => valueOf(host, minute));
      return [1000 * (START_S + 60 * minute), ...used, ...used.map((value) => value + 2)].join(',');
    }),
    '',
  ]),
  sadf: [
    '# hostname;interval;timestamp;DEV;mem_used;mem_free',
    ...MINUTES.flatMap((minute) =>
      HOSTS.map((host) => {
        const used = valueOf(host, minute);
        return `vm;60;${timeOf(minute).replace('T', ' ').replace('.000Z', ' UTC')};${host};${used};${used + 2}`;
      }),
    ),
    '',
  ].join('\n'),
};

const valuesIn = ({ records, recording: { columns } }: ReadOutcome): string[] =>
  records.map(({ minute, target, values }) => {
    const at = (name: string): number | undefined => values[columns.indexOf(name)];
    return `${minute} ${target.replace('vm/', '')} ${at('mem_used')} ${at('mem_free')}`;
  });
const EXPECTED = MINUTES.flatMap((minute) =>
  HOSTS.map((host) => `${timeOf(minute)} ${host} ${valueOf(host, minute)} ${valueOf(host, minute) + 2}`),
);

for (const [format, text] of Object.entries(EXPORTS)) {
  test(`an export of ${format} is read without a flag, whatever it is called and however it comes`, async (t) => {
    const files = {
      'export.txt': text,
      'export.csv': text,
      'export.json': text,
      'export.gz': gzipSync(text),
    };
    const folder = await folderWith(t, files);
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, i) =>
      bytes.subarray(100 * i, 100 * (i + 1)),
    );
    for (const outcome of [
      ...(await Promise.all(Object.keys(files).map((name) => readInputs([join(folder, name)])))),
      await readText(pieces),
      await readText(text, { format: format as 'sadf' }),
    ]) {
      assert.deepEqual(valuesIn(outcome), EXPECTED);
      assert.deepEqual(outcome.rejects, []);
      const decided = outcome.recording.decisions[0]?.decisions.find(({ about }) => about === 'format');
      assert.equal(decided?.flag, `--format ${format}`);
    }
  });

  test(`reading an export of ${format} resumes after every minute`, async (t) => {
    const folder = await folderWith(t, { 'export.txt': text });
    await checkEveryResume({ paths: [join(folder, 'export.txt')], stdin: null }, READ_DEFAULTS);
    await checkEveryResume({ paths: ['-'], stdin: Buffer.from(text) }, READ_DEFAULTS);
  });

  test(`an export of ${format} that is cut off anywhere never reads as a shorter value or name`, async () => {
    const bytes = Buffer.from(text);
    const whole = new Set(EXPECTED);
    for (let end = bytes.length - 1; end > 0; end -= 7) {
      const outcome = await readText([bytes.subarray(0, end)]).catch((error: unknown) => {
        const code = (error as { readonly code?: unknown }).code;
        assert.ok(code === 'input_unusable' || code === 'input_empty', String(error));
        return null;
      });
      if (outcome === null) continue;
      for (const value of valuesIn(outcome))
        assert.ok(whole.has(value) || /NaN|undefined/.test(value), `${end}: ${value}`);
    }
  });
}

test('--target-column takes some of the labels, and refuses none in silence', async () => {
  const cpu = (host: string, name: string, minute: number): string =>
    `${JSON.stringify({ fields: { idle: 1 }, name: 'cpu', tags: { cpu: name, host }, timestamp: START_S + 60 * minute })}\n`;
  const text = MINUTES.map((minute) => cpu('a', 'cpu0', minute) + cpu('a', 'cpu1', minute)).join('');
  assert.deepEqual(
    new Set((await readText(text)).records.map(({ target }) => target)),
    new Set(['cpu0/a', 'cpu1/a']),
  );
  const { records, rejects } = await readText(text, { targetColumns: ['host'], duplicates: 'mean' });
  assert.deepEqual([records.length, rejects.length, records[0]?.target], [MINUTES.length, 0, 'a']);
});

test('values with units, and times of a place, are read as in other files', async () => {
  const series = '"Time","{host=""a""}","{host=""b""}"';
  const rows = MINUTES.map((minute) => `2023-01-01 0${minute}:00:00,${minute + 1}.5 kB/s,${minute + 2} kB/s`);
  const { records, rejects } = await readText(crlf([series, ...rows]), { timezone: '+01:00' });
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.slice(0, 2).map(({ minute, target, values }) => [minute, target, ...values]),
    [
      ['2022-12-31T23:00:00.000Z', 'a', 1.5],
      ['2022-12-31T23:00:00.000Z', 'b', 2],
    ],
  );
});

test('lines that are no records of an export are rejected, and all others read', async () => {
  const broken = '{"fields":{"used":1},"na\n{"timestamp":1672531200,"x":1}\n[]\n';
  const { records, rejects } = await readText((EXPORTS['telegraf'] ?? '') + broken);
  assert.equal(records.length, EXPECTED.length);
  assert.deepEqual(
    rejects.map(({ line }) => line),
    [11, 12, 13],
  );
  const grafana = await readText(`${(EXPORTS['grafana'] ?? '').trimEnd()}\r\n1672531500000,1,2,3\r\n`);
  assert.equal(grafana.records.length, EXPECTED.length);
  assert.deepEqual(
    grafana.rejects.map(({ reason }) => reason),
    ['column_count'],
  );
});

test('--format csv reads an export as it is', async () => {
  const text = crlf([
    '"Time","up{job=""a""}","up{job=""b""}"',
    ...MINUTES.map((minute) => `${timeOf(minute)},1,2`),
  ]);
  const { recording } = await readText(text, { format: 'csv' });
  assert.deepEqual(recording.columns, ['up{job="a"}', 'up{job="b"}']);
});

test('a format that a file does not have is refused', async () => {
  const csv = 'time,host,x\n2023-01-01T00:00:00Z,a,1\n';
  for (const format of Object.keys(EXPORTS))
    await assert.rejects(readText(csv, { format: format as 'sadf' }), refusal('input_unusable'), format);
});

test('what an export holds besides is said once all of it was read', async () => {
  const row = (minute: number): string => `vm;60;${START_S + 60 * minute};0;1.00;99.00\n`;
  const header = '# hostname;interval;timestamp;CPU;%user;%idle\n';
  const restart = `vm;-1;${START_S};LINUX-RESTART\t(2 CPU)\n${header}`;
  const { recording, late } = await readText(
    header + MINUTES.map((minute) => row(minute) + restart).join(''),
  );
  assert.deepEqual(
    recording.notices.filter(({ text }) => text.includes('restart')),
    [],
  );
  assert.equal(late.filter(({ text }) => text.includes(`${MINUTES.length} restarts`)).length, 1);
});
