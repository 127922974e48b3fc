import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  statusJson,
  statusText,
  type RunStatus,
  type StatusProgress,
} from '#build/replay/resume/status-report.js';

import { READY } from '../../support/facts.js';
import { golden } from '../../support/golden.js';
import { runReport } from '../../support/run-report.js';

const PROGRESS: StatusProgress = {
  committedAt: '2026-11-25T03:00:01.500Z',
  firstMinute: '2024-01-01T00:00:00Z',
  lastMinute: '2024-01-01T06:14:00Z',
  counts: {
    records: 3752,
    accepted: 3750,
    merged: 0,
    rejected: 2,
    filtered: 40,
    minutes: 375,
    rows: 7500,
    ok: 6000,
    warmup: 1490,
    error: 10,
    anomalies: 12,
  },
  rejects: [
    {
      reason: 'duplicate',
      count: 2,
      example: { file: 'day.csv', line: 812, message: 'a second record of host-7' },
      remedy: 'keep one',
    },
  ],
  errors: {
    listed: [
      {
        errno: 'quarantined',
        count: 7,
        example: { target: 'host-7', column: 'cpu', minute: '2024-01-01T06:01:00Z', message: 'not tried' },
      },
    ],
    others: 3,
  },
  inputShare: 0.26042,
  incidents: { lost: 3, grown: 0, retried: 2, isolated: 1, quarantined: 1 },
  quarantines: [
    {
      target: 'host-7',
      column: 'cpu',
      fromMs: Date.UTC(2024, 0, 1, 6),
      untilMs: Date.UTC(2024, 0, 1, 7),
    },
  ],
};

const STATUS: RunStatus = {
  folder: 'backfill',
  state: 'running',
  holder: { pid: 4711, host: 'night', since: '2026-11-25T02:59:00.000Z' },
  program: { name: 'aiops-serve', version: '0.1.0' },
  startedAt: '2026-11-24T02:15:00.000Z',
  resumed: 2,
  settings: {
    input: ['day.csv'],
    '--format': 'auto',
    '--columns': null,
    '--map': {},
    '--targets': ['host-*'],
    '--duplicates': 'last',
    '--grace': 0,
    '--batch-shape': 'fixed',
    '--emit': 'all',
  },
  inputs: ['day.csv'],
  isLive: false,
  layout: 'rows',
  columns: ['cpu', 'mem'],
  intervalMs: 60_000,
  model: { ...READY.model, ...READY.input },
  backend: READY.backend,
  progress: PROGRESS,
  completedAt: null,
  timing: null,
  results: 'results.jsonl',
  damaged: [],
};

test('a status shows the run, its progress and incidents, and only settings that are not the default', () => {
  golden('status-running.txt', statusText(STATUS, '--targets host-* --duplicates last'));
});

test('a complete run says how long it took, in blocks and alone, and what it used', () => {
  const { summary } = runReport(1000, ['a'], { aloneEvery: 100 });
  const text = statusText({ ...STATUS, state: 'complete', timing: summary }, '');
  assert.match(
    text,
    /^served +1,000 minutes in 16\.7 min \(10\.0 items\/s, 1\.00 minutes\/s, parallel, 2 actors/m,
  );
  assert.match(
    text,
    /^used +parent 6\.67 min of CPU time, peak 100 MB; actors 30\.0 min, peak 200 MB each$/m,
  );
  assert.match(text, /^blocks +990 minutes in 10 blocks: median \S+ µs per minute$/m);
  assert.match(text, /^alone +10 minutes: median \S+ ms, 99th percentile \S+ ms, deadline 60 s$/m);
});

test('each state has its sentence', () => {
  const states = ['running', 'stopped', 'held', 'ended', 'killed', 'complete', 'planned'] as const;
  const lines = states.map((state) => statusText({ ...STATUS, state }, '').split('\n')[0]);
  assert.equal(new Set(lines).size, states.length);
  assert.match(lines[0] ?? '', /^state +running: process 4711 on night, since 2026-11-25/);
  for (const line of lines.slice(3, 5)) assert.match(line ?? '', /run the same command again/);
  const live = statusText({ ...STATUS, state: 'killed', isLive: true }, '').split('\n')[0];
  assert.match(live ?? '', /killed.*a live feed, so it cannot be resumed$/);
});

test('a run that has committed nothing says so', () => {
  const text = statusText({ ...STATUS, state: 'killed', progress: null }, '');
  assert.match(text, /^done +nothing committed yet$/m);
  assert.doesNotMatch(text, /^records/m);
});

test('of many quarantines, some are named and the rest counted', () => {
  const [one] = PROGRESS.quarantines;
  assert.ok(one !== undefined);
  const quarantines = Array.from({ length: 8 }, (_, i) => ({ ...one, target: `host-${i}` }));
  const text = statusText({ ...STATUS, progress: { ...PROGRESS, quarantines } }, '');
  assert.equal(text.match(/not served from/g)?.length, 5);
  assert.match(text, /and 3 more/);
});

test('each damaged file is named, with what happened to it', () => {
  const damaged = [
    { path: 'b/results.jsonl', problem: 'short', committedBytes: 5000, sizeBytes: 17 },
    { path: 'b/timing.jsonl', problem: 'missing', committedBytes: 80, sizeBytes: null },
    { path: 'b/rejects.jsonl', problem: 'long', committedBytes: 80, sizeBytes: 90 },
    { path: 'b/results.csv', problem: 'changed', committedBytes: 80, sizeBytes: 90 },
  ] as const;
  const text = statusText({ ...STATUS, damaged }, '');
  assert.match(text, /^damaged +b\/results\.jsonl has only 17 of 5,000 committed bytes; restore it/m);
  assert.match(text, /^damaged +b\/timing\.jsonl is missing: 80 bytes of it were committed; .*--restart$/m);
  assert.match(
    text,
    /^damaged +b\/rejects\.jsonl has 90 bytes, but had 80 when it was completed: another program/m,
  );
  assert.match(
    text,
    /^damaged +another program changed the first 80 bytes of b\/results\.csv, which were committed/m,
  );
});

test('the JSON is one object with the same facts', () => {
  assert.deepEqual(JSON.parse(statusJson(STATUS)), STATUS);
});
