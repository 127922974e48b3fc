import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Estimate } from '#build/core/statistics.js';
import { BENCH_METRICS, type UngatedBench } from '#build/bench/report/bench-metrics.js';
import type { BenchVariant, BenchCase } from '#build/bench/report/bench-summary.js';
import { checkGates, parseGate } from '#build/report/gates.js';

const exactly = (value: number): Estimate => ({ value, low: value, high: value });

function arm(name: string, actors: number, ms: number, speedup: number | null): BenchVariant {
  const wallMs = { samples: 10, mean: ms, p50: ms, p90: 2 * ms, p95: 3 * ms, p99: 4 * ms, max: 5 * ms };
  return {
    name,
    mode: name.startsWith('sequential') ? 'sequential' : 'parallel',
    style: name.endsWith('per item') ? 'per-item' : 'batched',
    actors,
    threads: 1,
    wallMs,
    late: actors,
    roundMs: [ms],
    medianMs: exactly(ms),
    speedup: speedup === null ? null : exactly(speedup),
    speedupPerItem: exactly(10),
    efficiency: speedup === null ? null : speedup / actors,
    serialFraction: null,
    capacityItems: 1000 / ms,
    breakdownMs: {
      encodeMs: 0,
      pipeMs: 0,
      decodeMs: 0,
      normalizeMs: 0,
      predictMs: 0,
      replyMs: 0,
      gatherMs: 0,
    },
    perActor: [],
    outliers: 1,
    answers: { identical: true, maxDifference: 0, differingVerdicts: 0 },
  };
}

function benchCase(kind: BenchCase['kind'], winner: string, gained: number): BenchCase {
  return {
    model: {
      name: 'test',
      version: '1',
      format: 'graph-model',
      digest: '',
      outputs: [],
      bundles: [],
      window: 60,
      columns: 'each',
      missing: 'hold',
    },
    backend: { name: 'wasm', versions: {}, threads: 1, batchSize: null, reproducible: true, features: [] },
    items: 500,
    kind,
    rounds: 1,
    tolerance: 0,
    arms: [
      arm('sequential, batched', 1, 10, null),
      arm('4 actors, per item', 4, 1, 99),
      arm('2 actors, batched', 2, 8, gained / 2),
      arm('4 actors, batched', 4, 4, gained),
    ],
    winner,
    bestActors: 4,
    breakEvenItemMs: 0.5,
  };
}

const SUMMARY: UngatedBench = {
  program: { name: 'aiops-serve', version: '0' },
  host: { node: '', platform: '', processor: '', processors: 2 },
  settings: {},
  input: null,
  deadlineMs: 60_000,
  elapsedMs: 100_000,
  cases: [
    benchCase('full', '4 actors, batched', 2),
    benchCase('full', 'sequential, batched', 1.5),
    benchCase('probe', 'sequential, batched', 0.1),
  ],
  breakEven: [{ backend: 'wasm', batchSize: null, actors: 2, items: null }],
  baseline: {
    file: 'old.json',
    differences: [],
    unpairedArms: 0,
    arms: [
      { backend: 'wasm', items: 500, name: 'a', ratio: exactly(1.2), verdict: 'slower' },
      { backend: 'wasm', items: 500, name: 'b', ratio: exactly(0.9), verdict: 'faster' },
    ],
  },
  advice: '',
  notices: [],
};

const value = (condition: string, summary: UngatedBench = SUMMARY): number | null | undefined =>
  checkGates([parseGate(condition, BENCH_METRICS)], BENCH_METRICS, summary)[0]?.value;

test('times are those of the winning variant, in the full case closest to the limit', () => {
  assert.equal(value('p99>1s'), 40);
  assert.equal(value('p99<1s'), 16);
  assert.equal(value('max>1s'), 50);
  assert.equal(value('headroom<1'), 60_000 / 40);
  assert.equal(value('capacity<1'), 100);
  assert.equal(value('late>0'), 4);
  assert.equal(value('late<9'), 1);
});

test('speed-ups are those of the best parallel variant with batches; probes do not count', () => {
  assert.equal(value('speedup<1'), 1.5);
  assert.equal(value('speedup>1'), 2);
  assert.equal(value('efficiency<1'), 1.5 / 4);
  assert.equal(value('speedup-per-item<1'), 10);
  assert.equal(value('actors>2'), 4);
  assert.equal(value('outliers>1'), 4);
});

test('regressions need a baseline, and without a break-even there is no value', () => {
  assert.equal(value('regression>1.1'), 1.2);
  assert.equal(value('slower>0'), 1);
  assert.equal(value('regression>1.1', { ...SUMMARY, baseline: null }), null);
  assert.equal(value('slower>0', { ...SUMMARY, baseline: null }), null);
  const { baseline } = SUMMARY;
  assert.ok(baseline !== null);
  const partly = { ...SUMMARY, baseline: { ...baseline, unpairedArms: 1 } };
  assert.equal(value('slower>0', partly), null, 'the arm without a counterpart may be slower');
  assert.equal(value('regression>1.1', partly), null);
  assert.equal(value('break-even-items>1000'), null);
  assert.equal(value('break-even-cost>1ms'), 0.5);
});
