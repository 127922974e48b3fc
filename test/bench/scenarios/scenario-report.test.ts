import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { TimedWay } from '#dist/bench/scenarios/scenario-parts.js';
import { gatherText, type GatherResult } from '#dist/bench/scenarios/scenario-gather.js';
import { granularityText, type GranularityResult } from '#dist/bench/scenarios/scenario-granularity.js';
import { idleText, type IdleResult } from '#dist/bench/scenarios/scenario-idle.js';
import { commonCaveats, ratioText, verdictOf } from '#dist/bench/scenarios/scenario-parts.js';
import { poolText, type PoolResult, type PoolSize } from '#dist/bench/scenarios/scenario-pool.js';
import { reloadText, type ReloadResult } from '#dist/bench/scenarios/scenario-reload.js';
import { scenarioReport, scenarioTable } from '#dist/bench/scenarios/scenario-report.js';
import { tableCsv } from '#dist/report/table.js';

import { FAKE_READY } from '../../support/fake-lab.js';

const sure = (value: number) => ({ value, low: value * 0.99, high: value * 1.01 });
const unsure = (value: number) => ({ value, low: value * 0.5, high: value * 2 });
const way = (ms: number): TimedWay => ({ roundMs: [ms], medianMs: sure(ms) });
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

test('a ratio says longer or shorter only where its whole interval does', () => {
  assert.equal(verdictOf(sure(2)), 'longer');
  assert.equal(verdictOf(sure(0.5)), 'shorter');
  assert.equal(verdictOf(unsure(1.5)), 'same');
  assert.equal(verdictOf(sure(1)), 'same');
});

test('granularity names the larger of the two causes, and knows that there may be none', () => {
  assert.equal(
    granularityText.shows(granularity()),
    '1,000 calls of one item took 2.00 × (1.98–2.02) as long as the same predictions in 10 calls: each message ' +
      'more cost 100 µs. Predicting item by item took 10.0 × (9.90–10.1) as long as in batches, messages being the ' +
      'same. Most of what big chunks gain here is that they can be predicted in batches.',
  );
  assert.match(
    granularityText.shows(granularity({ messages: sure(5), batching: unsure(1) })),
    /gained nothing that could be measured.*Most of what big chunks gain here is that fewer messages go round\.$/,
  );
  assert.match(
    granularityText.shows(granularity({ messages: unsure(1), batching: sure(0.5) })),
    /made no difference.*Batches did not pay with this model: they took 2\.00 × .*does not matter how work is cut/,
  );
});

test('granularity tells when it did less than it was to', () => {
  assert.match(
    granularityText.caveats(granularity({ wantedItems: 100_000 })).join('\n'),
    /100,000 items would have taken too long with this model, so there were 1,000 items/,
  );
});

test('gather says how much there was to gain, or that nothing showed', () => {
  assert.match(
    gatherText.shows(gather(sure(1.8))),
    /^Waiting in turn took 1\.80 × .* 2 actors on 2 processors could gain is 2\.00 ×\.$/,
  );
  assert.match(gatherText.shows(gather(unsure(1))), /^No difference could be measured here/);
  assert.match(gatherText.shows(gather(sure(0.8))), /^Waiting in turn was not slower here/);
  assert.match(gatherText.shows(gather(sure(1), 1)), /^With one actor/);
  assert.match(gatherText.caveats(gather(sure(1), 4)).join('\n'), /^4 actors share 2 processors/);
});

test('reload tells where the time of a call went', () => {
  assert.equal(
    reloadText.shows(reload(sure(100))),
    'Loading at each call took 100 × (99.0–101) as long as asking an actor. Of a call in a process of its own, ' +
      '20.0 % went into starting it, 60.0 % into loading the model, 5.00 % into warming up and 10.0 % into the items.',
  );
  assert.match(reloadText.shows(reload(unsure(1))), /^With so much work in a call, loading .* did not show/);
});

test('idle counts what is shared once where the kernel tells, and says where it does not', () => {
  assert.equal(
    idleText.shows(idle(0.5, true, 0)),
    'An actor that waits holds 70.0 MB; 2 actors held 140 MB together, and each one more added 70.0 MB. Waiting took ' +
      'hardly any processor time (500 µs a second), so memory is what idle actors cost.',
  );
  assert.match(idleText.shows(idle(50, false, 10)), /holds 100 MB;.* 50\.0 ms .* 5\.00 % of a processor/);
  assert.match(idleText.shows(idle(0, true, 10)), /none that could be counted/);
  const caveats = idleText.caveats(idle(50, false, 10)).join('\n');
  assert.match(caveats, /does not say which pages processes share/);
  assert.match(
    caveats,
    /median of 10 watches, processor time that of the 10\.0 s that they took, counted in steps of 10 ms/,
  );
  assert.doesNotMatch(idleText.caveats(idle(50, true, 10)).join('\n'), /kernel/);
});

test('pool: the best number, none, or one that may lie beyond those tried', () => {
  const [one, two] = [size(1, 11, sure(0.9)), size(2, 6, sure(1.7))];
  assert.match(
    poolText.shows(pool([one, two, size(4, 6.6, sure(1.5))], 2)),
    /^2 actors served minutes of 1,000 items .* more were no faster\. 4 actors on 2 processors took 1\.10 × /,
  );
  assert.match(poolText.shows(pool([one, two], 2)), /more were not tried \(--actors\)\.$/);
  assert.match(poolText.shows(pool([one], 1)), /^No number of actors was as fast as one process/);
  assert.match(
    poolText.shows(pool([size(1, 10, unsure(1))], 1)),
    /gained nothing .* 1 actor served them 1\.00 ×/,
  );
});

test('a ratio of a single round has no interval', () => {
  assert.equal(ratioText({ value: 7.021, low: 7.021, high: 7.021 }), '7.02 ×');
  assert.equal(ratioText(sure(2)), '2.00 × (1.98–2.02)');
});

test('few rounds and differing answers are told', () => {
  assert.match(commonCaveats({ ...SETTING, rounds: 1 }, SAME, 'more')[0]!, /one round only/);
  assert.match(commonCaveats({ ...SETTING, rounds: 3 }, SAME, 'more')[0]!, /^With 3 rounds/);
  assert.deepEqual(commonCaveats(SETTING, SAME, 'more'), []);
  const differing = { identical: false, maxDifference: 0.25, differingVerdicts: 2 };
  assert.match(commonCaveats(SETTING, differing, 'more')[0]!, /up to 0\.25 apart, with 2 verdicts/);
});

test('every table has a cell for each column, with keys for machines, and backends side by side', () => {
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
  const [header, first] = tableCsv(scenarioTable(summaries[1])).split('\n');
  assert.equal(header, 'way,backend,actors,items,minute_ms,minute_low_ms,minute_high_ms,rounds');
  assert.equal(first, 'wait for each chunk in turn,wasm,2,1000,20,19.8,20.2,10');
});

test('a report: question, on what, table, what each backend shows, and each caveat once', () => {
  const node = { ...gather(sure(1.8)), backend: { ...backend, name: 'node' as const } };
  const text = scenarioReport({ scenario: 'gather', results: [gather(sure(1.5)), node] });
  const lines = text.split('\n');
  assert.equal(lines[0], 'gather: What does it cost to wait for each chunk before the next one is sent?');
  assert.equal(lines[1], 'fake 1 (graph-model) on wasm, 2 actors, 1,000 items');
  assert.equal(lines[2], 'fake 1 (graph-model) on node, 2 actors, 1,000 items');
  assert.match(text, /\nOn wasm: Waiting in turn took 1\.50 ×.*\nOn node: Waiting in turn took 1\.80 ×/);
  assert.equal(text.split('Note: The calling process needs').length, 2);
});
