import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusal } from '../../support/refusals.js';
import { readText } from '../../support/reading.js';

const csv = (header: string, ...rows: readonly string[]): string =>
  [`time,${header}`, ...rows.map((row, at) => `2024-01-01T00:0${at}:00Z,${row}`)].join('\n');

test('a unit that all numbers of a column have is dropped, and named in a decision', async () => {
  const { recording, records, rejects } = await readText(
    csv(
      'latency,rate,size,share',
      '50 ms,"1,234 req/s",3.2GiB,12%',
      '-1.5ms,980 req/s,NA,13%',
      ',7 req/s,0 GiB,',
    ),
  );
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.map(({ values }) => [...values]),
    [
      [50, 1234, 3.2, 12],
      [-1.5, 980, NaN, 13],
      [NaN, 7, 0, NaN],
    ],
  );
  const choices = recording.decisions[0]?.decisions.map(({ choice }) => choice) ?? [];
  for (const choice of ['"latency" in ms', '"rate" in req/s', '"size" in GiB'])
    assert.ok(choices.includes(choice));
  assert.ok(recording.notices.some(({ text }) => text.includes('"latency" in ms')));
});

test('units and decimal commas go together', async () => {
  const { records } = await readText(
    'time;latency;x\n2024-01-01T00:00:00Z;50,5 ms;1\n2024-01-01T00:01:00Z;51,2 ms;2\n',
  );
  assert.deepEqual(
    records.map(({ values }) => [...values]),
    [
      [50.5, 1],
      [51.2, 2],
    ],
  );
});

test('after the sample, a number in another unit, or in none, rejects its record', async () => {
  const rows = Array.from({ length: 1100 }, (_, at) => [
    new Date(1.7e12 + at * 60_000).toISOString(),
    `${at} ms`,
  ]);
  const late = (text: unknown, at: number) => [new Date(1.7e12 + (1100 + at) * 60_000).toISOString(), text];
  const others = ['1.2 s', '900', '7 ms', ''].map(late);
  const asCsv = ['time,latency', ...[...rows, ...others].map((row) => row.join(','))].join('\n');
  const asJson = (nest: boolean): string =>
    [...rows, ...[...['1.2 s', 900, '7 ms', null].map(late)]]
      .map(([time, latency]) => JSON.stringify(nest ? { time, at: { latency } } : { time, latency }))
      .join('\n');
  for (const text of [asCsv, asJson(false), asJson(true)]) {
    const { records, rejects } = await readText(text);
    assert.deepEqual(
      rejects.map(({ reason, message }) => [reason, message.replace(/^.*latency: |"/g, '')]),
      ['1.2 s', '900'].map((bad) => ['bad_value', `${bad} is not a number in ms, the unit of the sample`]),
    );
    assert.deepEqual(
      records.slice(1100).map(({ values }) => [...values]),
      [[7], [NaN]],
    );
  }
});

test('numbers in several units are not read, and the message names them', async () => {
  const rows = ['900 ms,1', '1.2 s,2', '950 ms,3'];
  const { recording } = await readText(csv('latency,v', ...rows));
  assert.deepEqual(recording.columns, ['v']);
  const warned = recording.notices.find(({ text }) => text.includes('latency ('));
  assert.equal(warned?.text, 'ignored: latency (numbers in several units, ms and s; write all in one)');
  for (const [values, units] of [
    [['900 ms', '1.2 s'], /"latency" has ms and s/],
    [['900 ms', '1200', '5 ms'], /"latency" has ms and none/],
  ] as const)
    await assert.rejects(
      readText(csv('latency', ...values)),
      refusal('input_unusable', /no numeric column/, units),
    );
});

test('names that end like units stay names', async () => {
  const rows = [0, 1, 2].flatMap((at) =>
    ['8 GB', '16 GB'].map((host, i) => `2024-01-01T00:0${at}:00Z,${host},${10 * i + at}`),
  );
  const { records } = await readText(['time,host,v', ...rows].join('\n'));
  assert.deepEqual([...new Set(records.map(({ target }) => target))].sort(), ['16 GB', '8 GB']);
  const few = await readText(csv('v', '1', '2', '5 ms', '4'));
  assert.deepEqual([few.recording.columns, few.rejects.length], [['v'], 1]);
});

test('texts with a unit that describe or name targets are no metrics', async () => {
  const rows = (of: (host: string, at: number) => string): string =>
    [0, 1, 2, 3]
      .flatMap((at) => ['web', 'db'].map((host) => `2024-01-01T00:0${at}:00Z,${of(host, at)}`))
      .join('\n');
  const described: Readonly<Record<string, readonly [string, string]>> = {
    flavor: ['8 GB', '16 GB'],
    cpu_model: ['2.4 GHz', '2.4 GHz'],
    retention: ['7 days', '30 days'],
    seat: ['10A', '11B'],
    version: ['5.4 K', '5.4 K'],
    capacity: ['8 GB', '512 MB'],
  };
  for (const [name, [web, db]] of Object.entries(described)) {
    const text = `time,host,${name},v\n${rows((host, at) => `${host},${host === 'web' ? web : db},${at}`)}`;
    const { recording, rejects } = await readText(text);
    assert.deepEqual([recording.columns, rejects], [['v'], []], name);
    assert.ok(!recording.notices.some(({ text: line }) => line.includes(`"${name}" in`)), name);
  }
  for (const [name, web, db] of [
    ['disk', '8 GB', '16 GB'],
    ['seat', '1A', '2A'],
    ['depth', '10.2 m', '10.3 m'],
  ] as const) {
    const text = `time,${name},v\n${rows((host, at) => `${host === 'web' ? web : db},${at}`)}`;
    const { recording, records } = await readText(text);
    assert.deepEqual(recording.columns, ['v'], name);
    assert.deepEqual([...new Set(records.map(({ target }) => target))].sort(), [web, db].sort(), name);
    assert.ok(!recording.notices.some(({ text: line }) => line.includes(`"${name}" in`)), name);
  }
  const measured = `time,host,temp,power\n${rows((host, at) => `${host},${20 + at} C,${at}.5 kW`)}`;
  assert.deepEqual((await readText(measured)).recording.columns, ['temp', 'power']);
});
