import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { recording, ROOT, temporaryFolder } from '../support/cli.js';

const FILES = [
  'real-day.csv',
  'real-day.jsonl',
  'real-day.batches.jsonl',
  'service-day.csv',
  'three-hosts/host-a.csv',
  'three-hosts/host-b.csv',
  'three-hosts/host-c.csv',
];

test('the fixtures are those that the script makes from the week', (t) => {
  const folder = temporaryFolder(t);
  execFileSync(process.execPath, [join(ROOT, 'scripts/make-fixtures.mjs'), folder]);
  for (const file of FILES) {
    assert.ok(readFileSync(join(folder, file)).equals(readFileSync(recording(file))), `${file} differs`);
  }
});

test('the real day is the week’s lines of that day, untouched', () => {
  const week = gunzipSync(readFileSync(recording('cloud-monitoring-week.csv.gz')))
    .toString()
    .split('\n');
  const [header, ...rows] = readFileSync(recording('real-day.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(header, week[0]);
  assert.equal(rows.length, 14_400);
  assert.deepEqual(
    rows,
    week.filter((line) => line.startsWith('2018-04-30')),
  );
});

test('the real day has a digit-for-digit twin in every layout', () => {
  const rows = readFileSync(recording('real-day.csv'), 'utf8').trimEnd().split('\n').slice(1);
  const fromRows = [
    ...readFileSync(recording('real-day.jsonl'), 'utf8').matchAll(
      /^\{"timestamp":"(.+?)","target":"(.+?)","value":(.+?),"label":(.+?)\}$/gm,
    ),
  ].map(([, time, target, value, label]) => `${time},${target},${value},${label}`);
  assert.deepEqual(fromRows, rows);

  const fromBatches = readFileSync(recording('real-day.batches.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [, time, items] = /^\{"minute":"(.+?)","items":\[(.*)\]\}$/.exec(line) ?? [];
      return [
        ...(items ?? '').matchAll(/\{"target":"(.+?)","values":\{"value":(.+?)\},"label":(.+?)\}/g),
      ].map(([, target, value, label]) => `${time},${target},${value},${label}`);
    });
  assert.deepEqual(fromBatches, rows);
});

test('the service’s day has the four ingress series as columns, and a label where any has one', () => {
  const lines = (file: string): string[] => readFileSync(recording(file), 'utf8').trimEnd().split('\n');
  const [header, ...found] = lines('service-day.csv');
  const names = ['ingress-01', 'ingress-03', 'ingress-04', 'ingress-05'];
  assert.equal(header, `timestamp,target,${names.join(',')},label`);
  // Four rows of the real day, sorted by minute and name, make one of the service's.
  const day = lines('real-day.csv')
    .map((line) => line.split(','))
    .filter(([, target]) => names.includes(target ?? ''));
  const expected = Array.from({ length: 1440 }, (_, minute) => {
    const rows = day.slice(4 * minute, 4 * minute + 4);
    assert.deepEqual(
      rows.map(([time, target]) => `${time} ${target}`),
      names.map((name) => `${rows[0]?.[0]} ${name}`),
    );
    const label = rows.map(([, , , label]) => Number(label)).reduce((a, b) => Math.max(a, b));
    return [rows[0]?.[0], 'service', ...rows.map(([, , value]) => value), label].join(',');
  });
  assert.deepEqual(found, expected);
  assert.equal(found.filter((line) => line.endsWith(',1')).length, 73);
});
