import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { recordedMinutes } from '#build/bench/recorded-minutes.js';

import { folderWith, READ_DEFAULTS } from '../support/reading.js';

test('columns that appear only after the sample are reported', async (t) => {
  const record = (i: number): string => {
    const time = new Date(Math.floor(i / 50) * 60_000).toISOString();
    return `${JSON.stringify({ time, target: `t${i % 50}`, cpu: 1, ...(i < 1500 ? {} : { disk: 2 }) })}\n`;
  };
  const folder = await folderWith(t, {
    'a.jsonl': Array.from({ length: 2000 }, (_, i) => record(i)).join(''),
  });
  const supply = await recordedMinutes(
    { inputs: [join(folder, 'a.jsonl')], read: READ_DEFAULTS, maxRejects: null },
    { window: 1, columns: 'each', missing: 'hold' },
    { stdin: Readable.from([]), signal: new AbortController().signal },
  );
  const texts = supply?.notices.map(({ text }) => text) ?? [];
  assert.ok(
    texts.some((text) => /^ignored column disk: .* in 500 records/.test(text)),
    texts.join('\n'),
  );
});

test('recorded minutes have exactly the items asked for, none of them in warm-up or without enough values', async (t) => {
  const rows = ['00,a,1', '01,a,2', '01,b,10', '02,a,3', '02,b,11', '03,a,', '03,b,12'];
  const lines = ['timestamp,target,cpu', ...rows.map((row) => `2024-01-01T00:${row}`), ''];
  const folder = await folderWith(t, { 'a.csv': lines.join('\n') });
  const supply = await recordedMinutes(
    { inputs: [join(folder, 'a.csv')], read: READ_DEFAULTS, maxRejects: null },
    { window: 2, columns: 'each', missing: 'reject' },
    { stdin: Readable.from([]), signal: new AbortController().signal },
  );
  assert.equal(supply?.items, 1);
  const windows = (items: number): unknown[] =>
    supply.of(items).map(({ targets, values }) => [...targets, ...values]);
  assert.deepEqual(windows(1), [
    ['a', 1, 2],
    ['a', 2, 3],
    ['b', 11, 12],
  ]);
  assert.deepEqual(windows(2), [
    ['a', 'a#2', 1, 2, 1, 2],
    ['a', 'b', 2, 3, 10, 11],
    ['b', 'b#2', 11, 12, 11, 12],
  ]);
});
