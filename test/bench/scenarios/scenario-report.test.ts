import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { GatherResult } from '#build/bench/scenarios/gather.js';
import type { GranularityResult } from '#build/bench/scenarios/granularity.js';
import type { IdleResult } from '#build/bench/scenarios/idle.js';
import type { PoolResult, PoolSize } from '#build/bench/scenarios/pool-sizes.js';
import type { ReloadResult } from '#build/bench/scenarios/reload.js';
import {
  SCENARIO_BY_NAME,
  scenarioCsv,
  scenarioReport,
  scenarioTable,
} from '#build/bench/scenarios/scenario-report.js';
import { asLong, byVerdict, commonCaveats } from '#build/bench/scenarios/scenario.js';
import type { TimedVariant } from '#build/measure/rounds.js';

import { FAKE_READY } from '../../support/fake-trial.js';

const sure = (value: number) => ({ value, low: value * 0.99, high: value * 1.01 });
const unsure = (value: number) => ({ value, low: value * 0.5, high: value * 2 });
const way = (ms: number): TimedVariant => ({ roundMs: [ms], medianMs: sure(ms) });
const SAME = { identical: true, maxDifference: 0, differingVerdicts: 0 };
const { backend, model } = FAKE_READY;
const SETTING = { backend, model, actors: 2, items: 1000, rounds: 10 };

const granularity = (changes: Partial<GranularityResult> = {}): GranularityResult => ({
  ...SETTING,
  wantedItems: 1000,
  ways: {
    tiny: { ...way(200), calls: 1000, itemsPerCall: 1, style: 'per-item' },
    'big-per-item': { ...way(100), calls: 10, itemsPerCall: 100, style: 'per-item' },
    'big-batched': { ...way(10), calls: 10, itemsPerCall: 100, style: 'batched' },
  },
  messages: sure(2),
  batching: sure(10),
  perMessageMs: sure(0.1),
  answers: SAME,
  ...changes,
});

const gather = (slowdown: GatherResult['slowdown'], actors = 2): GatherResult => ({
  ...SETTING,
  actors,
  processors: 2,
  minutesPerRound: 5,
  ways: { 'in-turn': way(20), 'at-once': way(10) },
  slowdown,
  answers: SAME,
});

const reload = (slowdown: ReloadResult['slowdown']): ReloadResult => ({
  ...SETTING,
  fresh: way(1000),
  actor: way(10),
  partsMs: {
    process: sure(200),
    load: sure(600),
    'warm-up': sure(50),
    serve: sure(100),
    stop: sure(50),
  },
  slowdown,
  answers: SAME,
});

const idle = (cpuMsPerS: number, proportional: boolean, cpuStepMs: number): IdleResult => ({
  ...SETTING,
  watchMs: 1000,
  cpuStepMs,
  counts: [1, 2].map((actors) => ({
    actors,
    residentBytes: sure(100e6),
    proportionalBytes: proportional ? sure(70e6) : null,
    totalBytes: actors * (proportional ? 70e6 : 100e6),
    cpuMsPerS: sure(cpuMsPerS),
  })),
});

const size = (actors: number, ms: number, speedup: PoolSize['speedup']): PoolSize => ({
  ...way(ms),
  actors,
  speedup,
  speedupOverOne: speedup,
  efficiency: speedup.value / actors,
  serialFraction: actors === 1 ? null : 0.1,
});

const pool = (sizes: readonly PoolSize[], bestActors: number): PoolResult => ({
  ...SETTING,
  processors: 2,
  minutesPerRound: 5,
  sequential: way(10),
  sizes,
  bestActors,
  answers: SAME,
});

test('a ratio is longer or shorter only if its whole interval is', () => {
  const verdict = (ratio: ReturnType<typeof sure>): string =>
    byVerdict(ratio, { longer: 'longer', shorter: 'shorter', same: 'same' });
  assert.equal(verdict(sure(2)), 'longer');
  assert.equal(verdict(sure(0.5)), 'shorter');
  assert.equal(verdict(unsure(1.5)), 'same');
  assert.equal(verdict(sure(1)), 'same');
});

test('granularity names the larger of the two causes, and says if there is none', () => {
  const { lesson } = SCENARIO_BY_NAME.granularity;
  assert.match(
    lesson(granularity()),
    /^1,000 calls .* 2\.00 × as long \(1\.98–2\.02\) .* 10 calls: .* 100 µs\. .* 10\.0 × as long \(9\.90–10\.1\) .* batches\.$/,
  );
  assert.match(
    lesson(granularity({ messages: sure(5), batching: unsure(1) })),
    /Batches gained nothing measurable.*fewer messages\.$/,
  );
  assert.match(
    lesson(granularity({ messages: unsure(1), batching: sure(0.5) })),
    /no measurable difference.*Batches did not pay with this model: they took 2\.00 × .*does not matter/,
  );
});

test('granularity reports that it served fewer items than wanted', () => {
  const caveats = SCENARIO_BY_NAME.granularity.caveats(granularity({ wantedItems: 100_000 }));
  assert.match(caveats.join('\n'), /100,000 items .* 1,000; --items/);
});

test('gather says how much there was to gain, or that there was no difference', () => {
  const { lesson, caveats } = SCENARIO_BY_NAME.gather;
  assert.match(
    lesson(gather(sure(1.8))),
    /^Waiting in turn took 1\.80 × .* 2 actors on 2 processors could gain 2\.00 × at most\.$/,
  );
  assert.match(lesson(gather(unsure(1))), /^No difference could be measured/);
  assert.match(lesson(gather(sure(0.8))), /^Waiting in turn was not slower here, it took 0\.800 × /);
  assert.match(lesson(gather(sure(1), 1)), /^With one actor/);
  assert.match(caveats(gather(sure(1), 4)).join('\n'), /^4 actors share 2 processors/);
});

test('reload says where the time of a call went', () => {
  const { lesson } = SCENARIO_BY_NAME.reload;
  assert.match(
    lesson(reload(sure(100))),
    / 100 × as long \(99\.0–101\) .* 20\.0 % .* starting it, 60\.0 % .* loading the model, 5\.00 % .* warming up and 10\.0 % .* items\.$/,
  );
  assert.match(lesson(reload(unsure(1))), /^With so much work per call, loading .* no measurable difference/);
});

test('idle counts shared pages once, or says that the kernel does not report them', () => {
  const { lesson, caveats } = SCENARIO_BY_NAME.idle;
  assert.match(
    lesson(idle(0.5, true, 0)),
    / holds 70\.0 MB; 2 actors held 140 MB together, .* 70\.0 MB\. .* \(500 µs per second\), so memory /,
  );
  assert.match(lesson(idle(50, false, 10)), /holds 100 MB;.* 50\.0 ms .* 5\.00 % of a processor/);
  assert.match(lesson(idle(0, true, 10)), /too little to count/);
  const unknown = caveats(idle(50, false, 10)).join('\n');
  assert.match(unknown, /kernel does not report shared pages/);
  assert.match(unknown, /median of 10 watches, .* 10\.0 s .* steps of 10 ms/);
  assert.doesNotMatch(caveats(idle(50, true, 10)).join('\n'), /kernel/);
});

test('pool: the best number, none, or one that may lie beyond those tried', () => {
  const { lesson } = SCENARIO_BY_NAME.pool;
  const [one, two] = [size(1, 11, sure(0.9)), size(2, 6, sure(1.7))];
  assert.match(
    lesson(pool([one, two, size(4, 6.6, sure(1.5))], 2)),
    /^2 actors served minutes of 1,000 items 1\.70 × as fast as one process .* more were no faster\. 4 actors on 2 processors took 1\.10 times as long as 2 actors\.$/,
  );
  assert.match(lesson(pool([one, two], 2)), /more were not tried \(--actors\)\.$/);
  assert.match(
    lesson(pool([one], 1)),
    /^No number of actors was as fast as one process .* took 1\.11 times as long /,
  );
  assert.match(
    lesson(pool([size(1, 10, unsure(1))], 1)),
    /gained nothing .* 1 actor served them 1\.00 × as fast/,
  );
});

test('a ratio of a single round has no interval', () => {
  assert.equal(asLong({ value: 7.021, low: 7.021, high: 7.021 }), '7.02 × as long');
  assert.equal(asLong(sure(2)), '2.00 × as long (1.98–2.02)');
});

test('few rounds and differing answers are caveats', () => {
  assert.match(commonCaveats({ ...SETTING, rounds: 1 }, SAME, 'more')[0]!, /only one round/);
  assert.match(commonCaveats({ ...SETTING, rounds: 3 }, SAME, 'more')[0]!, /^With 3 rounds/);
  assert.deepEqual(commonCaveats(SETTING, SAME, 'more'), []);
  const differing = { identical: false, maxDifference: 0.25, differingVerdicts: 2 };
  assert.match(commonCaveats(SETTING, differing, 'more')[0]!, /0\.25, 2 verdicts/);
});

test('every table has a cell per column, distinct CSV keys, and all backends', () => {
  const summaries = [
    { scenario: 'granularity', results: [granularity(), granularity()] },
    { scenario: 'gather', results: [gather(sure(2)), gather(sure(2))] },
    { scenario: 'reload', results: [reload(sure(2)), reload(sure(2))] },
    { scenario: 'idle', results: [idle(1, true, 0), idle(1, false, 0)] },
    { scenario: 'pool', results: [pool([size(1, 1, sure(1))], 1), pool([size(1, 1, sure(1))], 1)] },
  ] as const;
  for (const summary of summaries) {
    const { columns, rows } = scenarioTable(summary);
    assert.equal(new Set(columns.map(({ key }) => key)).size, columns.length);
    for (const row of rows) assert.equal(row.length, columns.length, summary.scenario);
    assert.equal(rows.length % 2, 0);
  }
  const [header, first] = scenarioCsv(summaries[1]).split('\n');
  assert.equal(header, 'way,backend,actors,items,minute_ms,minute_low_ms,minute_high_ms,rounds');
  assert.equal(first, 'wait for each chunk in turn,wasm,2,1000,20,19.8,20.2,10');
});

test('a report has the question, the setups, a table, a lesson per backend, and each caveat once', () => {
  const node = { ...gather(sure(1.8)), backend: { ...backend, name: 'node' as const } };
  const text = scenarioReport({ scenario: 'gather', results: [gather(sure(1.5)), node] });
  const lines = text.split('\n');
  assert.match(lines[0]!, /^gather: What does it cost .*\?$/);
  assert.equal(lines[1], 'fake 1 (graph-model) on wasm, 2 actors, 1,000 items');
  assert.equal(lines[2], 'fake 1 (graph-model) on node, 2 actors, 1,000 items');
  assert.match(text, /\nOn wasm: Waiting in turn took 1\.50 ×.*\nOn node: Waiting in turn took 1\.80 ×/);
  assert.equal(text.split('Note: The calling process needs').length, 2);
});
