import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse } from 'csv-parse/sync';

import type { ResultRow } from '#dist/core/types.js';
import { resultLines, resultsHeader } from '#dist/output/result-lines.js';

const ok: ResultRow = {
  minuteMs: Date.UTC(2018, 3, 30),
  target: 'db "one", \n=cmd()',
  column: 'cpu',
  status: 'ok',
  score: Math.fround(0.1),
  anomaly: true,
  label: 1,
  output: Float32Array.from([0.1, 2, 3, 4, 5, 6, 7, 8, 9]),
  error: null,
};
const rows: ResultRow[] = [
  ok,
  {
    ...ok,
    target: 'b',
    status: 'warmup',
    column: null,
    score: null,
    anomaly: null,
    label: null,
    output: null,
  },
  {
    ...ok,
    target: 'c',
    status: 'error',
    score: null,
    anomaly: null,
    label: 'bad',
    output: null,
    error: { errno: 'no_value', errmsg: 'no value, at all' },
  },
];
const all = { anomaliesOnly: false, fullOutput: false };

test('JSONL: one object per row, with fields in a fixed order', () => {
  const lines = resultLines(rows, { ...all, format: 'jsonl' }).split('\n');
  assert.equal(lines.pop(), '');
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(Object.keys(parsed[0] ?? {}), resultsHeader('csv').trim().split(','));
  assert.deepEqual(parsed, [
    {
      minute: '2018-04-30T00:00:00Z',
      target: 'db "one", \n=cmd()',
      column: 'cpu',
      status: 'ok',
      score: 0.1,
      anomaly: true,
      label: 1,
      output: [0.1, 2, 3, 4, 5, 6, 7, 8],
      errno: null,
      errmsg: null,
    },
    {
      minute: '2018-04-30T00:00:00Z',
      target: 'b',
      column: null,
      status: 'warmup',
      score: null,
      anomaly: null,
      label: null,
      output: null,
      errno: null,
      errmsg: null,
    },
    {
      minute: '2018-04-30T00:00:00Z',
      target: 'c',
      column: 'cpu',
      status: 'error',
      score: null,
      anomaly: null,
      label: 'bad',
      output: null,
      errno: 'no_value',
      errmsg: 'no value, at all',
    },
  ]);
});

test('CSV: quotes and line breaks survive a CSV parser', () => {
  const text = resultsHeader('csv') + resultLines(rows, { ...all, format: 'csv' });
  const parsed: unknown = parse(text, { columns: true });
  const empty = { score: '', anomaly: '', output: '', errno: '', errmsg: '' };
  const minute = '2018-04-30T00:00:00Z';
  assert.deepEqual(parsed, [
    {
      ...empty,
      minute,
      target: 'db "one", \n=cmd()',
      column: 'cpu',
      status: 'ok',
      score: '0.1',
      anomaly: '1',
      label: '1',
      output: '0.1 2 3 4 5 6 7 8',
    },
    { ...empty, minute, target: 'b', column: '', status: 'warmup', label: '' },
    {
      ...empty,
      minute,
      target: 'c',
      column: 'cpu',
      status: 'error',
      label: 'bad',
      errno: 'no_value',
      errmsg: 'no value, at all',
    },
  ]);
});

test('only anomalies, and all output numbers, on request', () => {
  const lines = resultLines(rows, { format: 'jsonl', anomaliesOnly: true, fullOutput: true })
    .trim()
    .split('\n');
  assert.equal(lines.length, 1);
  assert.deepEqual((JSON.parse(lines[0] ?? '') as { output: number[] }).output.length, 9);
});
