import assert from 'node:assert/strict';
import { test } from 'node:test';

import { adviceFor } from '#dist/replay/report/advice.js';
import { Comparison, byVariant } from '#dist/measure/compared-minutes.js';
import { type Agreement } from '#dist/core/comparison.js';
import { checkGates, parseGate } from '#dist/report/gates.js';
import { REPLAY_METRICS } from '#dist/replay/report/replay-metrics.js';
import { RunLabels } from '#dist/replay/report/run-labels.js';
import { summaryJson, type RunSummary } from '#dist/replay/report/run-summary.js';
import { RunTimings } from '#dist/measure/run-timings.js';
import { replayCsv, replayMarkdown, replayReport } from '#dist/replay/report/replay-report.js';

import { golden } from '../../support/golden.js';
import { minuteTiming } from '../../support/timings.js';

/** A run with figures that are easy to check by hand, without a clock or a host. */
function summary(more: { agreement?: Agreement; batchedMs?: number } = {}): RunSummary {
  const timings = new RunTimings(60_000);
  const comparison = new Comparison();
  for (let minute = 1; minute <= 100; minute++) {
    timings.add(minuteTiming([minute / 10, minute / 20]));
    const same = { identical: true, maxDifference: 0, differingVerdicts: 0 };
    comparison.add(
      {
        'sequential-per-item': minute,
        'sequential-batched': more.batchedMs ?? minute / 5,
        parallel: minute / 10,
      },
      byVariant((arm) => (arm === 'parallel' ? same : (more.agreement ?? same))),
    );
  }
  const minutes = timings.summary();
  const compared = comparison.summary(2, 0);
  return {
    program: { name: 'aiops-serve', version: '0.0.0' },
    settings: {},
    input: {
      files: ['data.jsonl'],
      layout: 'rows',
      columns: ['value'],
      intervalMs: 60_000,
      intervalSource: 'detected',
      firstMinute: '2018-04-30T00:00:00.000Z',
      lastMinute: '2018-04-30T01:39:00.000Z',
    },
    model: {
      name: 'test',
      version: '1.0.0',
      format: 'graph-model',
      digest: 'ab'.repeat(32),
      outputs: [{ name: 'probability', size: 1 }],
      bundles: [],
      window: 60,
      columns: 'each',
      missing: 'hold',
    },
    backend: {
      name: 'wasm',
      versions: { tfjs: '4.22.0' },
      threads: 1,
      batchSize: null,
      reproducible: true,
      features: ['simd'],
    },
    execution: { mode: 'parallel', actors: 2, inflight: 2, pace: null, startMs: 900 },
    host: { node: 'v0', platform: 'test', processor: 'test', processors: 2 },
    sessions: { resumed: 0, earlierMinutes: 0 },
    incidents: {
      counts: { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 },
      listed: [],
    },
    counts: {
      records: 1010,
      accepted: 1000,
      merged: 4,
      rejected: 6,
      filtered: 0,
      minutes: 100,
      rows: 1000,
      ok: 400,
      warmup: 590,
      error: 10,
      anomalies: 3,
    },
    elapsedMs: 2500,
    comparingMs: 500,
    parentMaxRssBytes: 2 ** 27,
    deadlineMs: 60_000,
    minutes,
    utilization: 0.5,
    comparison: compared,
    labels: null,
    gates: [],
    advice: adviceFor(minutes, compared, 60_000, 2),
    notices: [],
  };
}

test('the terminal report of a compared run', () => {
  golden('report-compared.txt', replayReport(summary()));
});

test('the terminal report of a run without comparison', () => {
  golden('report-plain.txt', replayReport({ ...summary(), comparison: null }));
});

test('timing.json', () => {
  golden('timing.json', summaryJson(labelledSummary()));
});

/** The same run over labelled records, with gates. */
function labelledSummary(): RunSummary {
  const labels = new RunLabels(1);
  const row = { minuteMs: 0, column: 'value', output: null, error: null };
  for (let i = 0; i < 20; i++) {
    const score = Math.fround(i / 20);
    const label = i % 4 === 3 ? 1 : 0;
    labels.add([{ ...row, target: `t${i % 3}`, status: 'ok', score, anomaly: score > 0.75, label }]);
  }
  labels.add([{ ...row, target: 't0', status: 'warmup', score: null, anomaly: null, label: 0 }]);
  const ungated = { ...summary(), labels: labels.summary() };
  const gates = ['p99>5s', 'speedup < 3', 'f1>=90%'].map((text) => parseGate(text, REPLAY_METRICS));
  return { ...ungated, gates: checkGates(gates, REPLAY_METRICS, ungated) };
}

test('the terminal report of labelled records, with gates', () => {
  golden('report-labelled.txt', replayReport(labelledSummary()));
});

test('as Markdown: times, labels, advice and gates; CSV is times only', () => {
  golden('report-labelled.md', replayMarkdown(labelledSummary()));
  assert.doesNotMatch(replayMarkdown(summary()), /labelled|--fail-if/);
  assert.equal(replayCsv(labelledSummary()), replayCsv(summary()));
});

test('answers that differ by more than the tolerance are in capitals', () => {
  const differing = { identical: false, maxDifference: 0.5, differingVerdicts: 2 };
  assert.match(
    replayReport(summary({ agreement: differing })),
    /DIFFER, max difference 5\.0e-1, 200 verdicts/,
  );
});

test('advice is more actors where they pay, one where they do not', () => {
  assert.match(summary().advice, /2 actors served a minute 2\.00 × as fast as one process with batches/);
  assert.match(summary({ batchedMs: 0.01 }).advice, /--actors 1 is enough/);
});

test('advice begins with a minute that does not fit', () => {
  const timings = new RunTimings(5);
  timings.add(minuteTiming([10]));
  assert.match(adviceFor(timings.summary(), null, 5, 1), /^A minute does not fit/);
});
