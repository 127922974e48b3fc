import assert from 'node:assert/strict';
import { test } from 'node:test';

import { adviceFor } from '#build/replay/report/advice.js';
import { Comparison, byVariant } from '#build/measure/compared-minutes.js';
import { type Agreement } from '#build/core/comparison.js';
import { checkGates, parseGate } from '#build/report/gates.js';
import { REPLAY_METRICS } from '#build/replay/report/replay-metrics.js';
import { RunLabels } from '#build/replay/report/run-labels.js';
import { summaryJson, type RunSummary } from '#build/replay/report/run-summary.js';
import { RunTimings } from '#build/measure/run-timings.js';
import { replayCsv, replayMarkdown, replayReport } from '#build/replay/report/replay-report.js';

import { golden } from '../../support/golden.js';
import { rowsOf } from '../../support/rows.js';
import { ALONE, blockTiming, IN_BLOCK, minuteTiming } from '../../support/timings.js';

/** A run with figures that are easy to check by hand, without a clock or a host. */
function summary(more: { agreement?: Agreement; batchedMs?: number; inBlocks?: boolean } = {}): RunSummary {
  const timings = new RunTimings(60_000);
  const comparison = new Comparison();
  for (let minute = 1; minute <= 100; minute++) {
    timings.add(minuteTiming([minute / 10, minute / 20]), ALONE);
    const same = { identical: true, maxDifference: 0, differingVerdicts: 0 };
    comparison.add(
      10,
      {
        'sequential-per-item': minute,
        'sequential-batched': more.batchedMs ?? minute / 5,
        parallel: minute / 10,
      },
      byVariant((arm) => (arm === 'parallel' ? same : (more.agreement ?? same))),
    );
  }
  if (more.inBlocks === true) {
    for (let block = 1; block <= 50; block++) timings.add(blockTiming(120, [60 + block, 60]), IN_BLOCK);
  }
  const counts = { ...FACTS.counts, minutes: more.inBlocks === true ? 6110 : 100 };
  const facts = { ...FACTS, counts, ...timings.summary(), comparison: comparison.summary(2, 0) };
  return { ...facts, advice: adviceFor(facts) };
}

/** A run without its times. */
const FACTS: Omit<RunSummary, 'served' | 'blocks' | 'minutes' | 'comparison' | 'advice'> = {
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
  threshold: { score: 0.75, source: 'given' },
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
  anomalies: {
    events: 2,
    listed: [
      {
        target: 't1',
        column: 'value',
        first: '2018-04-30T01:10:00Z',
        last: '2018-04-30T01:11:00Z',
        minutes: 2,
        score: 0.9,
        peak: '2018-04-30T01:11:00Z',
        label: 1,
      },
      {
        target: 't2',
        column: 'value',
        first: '2018-04-30T01:20:00Z',
        last: '2018-04-30T01:20:00Z',
        minutes: 1,
        score: 0.8,
        peak: '2018-04-30T01:20:00Z',
        label: 0,
      },
    ],
  },
  rejects: [
    {
      reason: 'duplicate',
      count: 4,
      example: { file: 'data.jsonl', line: 17, message: 'a second record of t1 at 2018-04-30T00:01:00Z' },
      remedy: 'keep one',
    },
    {
      reason: 'bad_value',
      count: 2,
      example: { file: 'data.jsonl', line: 5, message: 'value: "n/a" is not a number' },
      remedy: 'name the columns',
    },
  ],
  elapsedMs: 2500,
  comparingMs: 500,
  usage: {
    parent: { cpuMs: 1200, maxRssBytes: 2 ** 27 },
    actors: { cpuMs: 3100, maxRssBytes: 2 ** 28 },
  },
  throughput: { itemsPerSecond: 200, minutesPerSecond: 50 },
  deadlineMs: 60_000,
  utilization: 0.5,
  callFullness: null,
  labels: null,
  gates: [],
  notices: [],
};

test('the terminal report of a compared run', () => {
  golden('report-compared.txt', replayReport(summary()));
});

test('the terminal report of a run without comparison', () => {
  golden('report-plain.txt', replayReport(advised({ ...summary(), comparison: null })));
});

test('the terminal report of a run in blocks, with compared minutes', () => {
  golden('report-blocks.txt', replayReport(summary({ inBlocks: true })));
});

test('without a comparison, minutes that were served alone between blocks have a row', () => {
  const text = replayReport({ ...summary({ inBlocks: true }), comparison: null });
  assert.match(text, /^parallel, minutes alone +100 /m);
  assert.match(text, /^parallel, blocks of 120 minutes +6,000 /m);
});

test('the terminal report of a run in blocks only', () => {
  const run = { ...summary({ inBlocks: true }), minutes: null, comparison: null };
  golden('report-blocks-only.txt', replayReport(advised(run)));
});

function advised(run: RunSummary): RunSummary {
  return { ...run, advice: adviceFor(run) };
}

test('timing.json', () => {
  golden('timing.json', summaryJson(labelledSummary()));
});

/** The same run over labelled records, with gates. */
function labelledSummary(): RunSummary {
  const labels = new RunLabels();
  for (let i = 0; i < 20; i++) {
    const score = Math.fround(i / 20);
    const record = { target: `t${i % 3}`, label: i % 4 === 3 ? 1 : 0 };
    labels.add([record], rowsOf([{ status: 'ok', score, anomaly: score > 0.75 }]));
  }
  labels.add([{ target: 't0', label: 0 }], rowsOf([{ status: 'warmup', score: null, anomaly: null }]));
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

test('advice in blocks compares items per second with one process, and speaks of feeds', () => {
  const run = summary({ inBlocks: true, batchedMs: 0.01 });
  const [blocks, busy, , actors] = run.advice.split('\n');
  assert.match(
    busy ?? '',
    /^2 actors were busy 50\.0 % of the time \(1\.00 at once .* --actors 1 may be enough/,
  );
  assert.match(
    blocks ?? '',
    /^In blocks of 120 minutes, 2 actors took \S+ times as long per item as one process going minute by minute/,
  );
  assert.match(
    actors ?? '',
    /For a minute alone, 2 actors took .* so for a live feed --actors 1 is enough\.$/,
  );
  const sequential = { ...run, execution: { ...run.execution, mode: 'sequential' } as const };
  assert.match(adviceFor(sequential), /^In blocks of 120 minutes, one process /);
});

test('advice says how to measure a minute where none was served alone', () => {
  const run = { ...summary({ inBlocks: true }), minutes: null, comparison: null };
  assert.equal(
    adviceFor(run).split('\n').at(-1),
    'No minute was served alone, so this run does not show whether a minute fits its deadline: ' +
      'measure some with --compare sample, or all with --block 1.',
  );
});

test('advice begins with a minute that does not fit', () => {
  const timings = new RunTimings(5);
  timings.add(minuteTiming([10]), ALONE);
  const run = { ...summary(), ...timings.summary(), comparison: null, deadlineMs: 5 };
  assert.match(adviceFor(run), /^A minute does not fit/);
});

/** A minute of 10 ms with a deadline of 5 ms. */
function tooSlow(more: { batchedMs: number }): RunSummary {
  const timings = new RunTimings(5);
  timings.add(minuteTiming([10]), ALONE);
  return { ...summary(more), ...timings.summary(), deadlineMs: 5 };
}

test('advice for a minute that does not fit names more actors only where a comparison does not speak against them', () => {
  assert.match(adviceFor(tooSlow({ batchedMs: 100 })), /; try more actors, fewer items or a faster backend/);
  const slower = tooSlow({ batchedMs: 0.01 });
  assert.match(adviceFor(slower), /; try fewer items or a faster backend/);
  assert.match(adviceFor({ ...slower, comparison: null }), /; try more actors, /);
  const analyzer = { ...slower, model: { ...slower.model, format: 'analyzer' } as const };
  assert.match(adviceFor(analyzer), /; try fewer items or a faster analyzer/);
});

test('advice on a backfill says how busy actors were, and what follows from it', () => {
  const run = { ...summary({ inBlocks: true }), comparison: null };
  const busy = (utilization: number, more: Partial<RunSummary> = {}): string | undefined =>
    adviceFor({ ...run, utilization, ...more })
      .split('\n')
      .find((line) => line.includes('busy'));
  assert.match(busy(0.95) ?? '', /95\.0 % of the time \(1\.90 at once on average\): they limit the run/);
  assert.match(
    busy(0.7) ?? '',
    /70\.0 % of the time \(1\.40 at once on average\) and waited for minutes otherwise\.$/,
  );
  assert.match(busy(0.3) ?? '', /--actors 1 may be enough/);
  assert.equal(busy(0.7, { sessions: { resumed: 1, earlierMinutes: 9 } }), undefined);
  assert.equal(busy(0.7, { execution: { ...run.execution, actors: 1 } }), undefined);
  assert.equal(busy(0.7, { execution: { ...run.execution, mode: 'sequential' } }), undefined);
});

test('the minutes of a report add up: in blocks, alone, and without items', () => {
  const text = replayReport(summary({ inBlocks: true }));
  assert.match(text, /^6,110 minutes in all: 6,000 in blocks .*\+ 100 alone \+ 10 without items/m);
  assert.doesNotMatch(replayReport(summary()), /in all/);
});

test('a run counts blocks in flight, or minutes where none shared a block', () => {
  assert.match(replayReport(summary({ inBlocks: true })), /up to 2 blocks at once/);
  assert.match(replayReport(summary()), /up to 2 minutes at once/);
});
