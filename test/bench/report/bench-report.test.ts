import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareBaseline, type BaselineRun } from '#build/bench/report/baseline.js';
import { benchCsv, benchMarkdown, benchReport } from '#build/bench/report/bench-report.js';
import { benchJson, type BenchSummary } from '#build/bench/report/bench-summary.js';
import { answerWarnings, steadinessWarnings, takenTimeWarnings } from '#build/bench/report/bench-warnings.js';
import type { VariantPlan } from '#build/bench/bench-plan.js';
import { benchCase, benchSummary } from '../../support/bench.js';
import { golden } from '../../support/golden.js';

/** 2 ms of overhead for a pool, an item 0.2 ms; item by item ten times as much. */
function msOf(items: number): (arm: VariantPlan) => number {
  return ({ mode, style, actors }) => {
    const workMs = items * 0.2 * (style === 'per-item' ? 10 : 1);
    return mode === 'sequential' ? workMs : 2 + workMs / Math.min(actors, 2);
  };
}

/** Where handing out pays: two processors. */
function gaining(): BenchSummary {
  const probes = [100, 2000].map((items) => benchCase(msOf(items), { items, kind: 'probe' }));
  return benchSummary([benchCase(msOf(500)), ...probes]);
}

/** Where it does not: every actor more costs. */
function losing(): BenchSummary {
  const cost = (items: number) => {
    return ({ mode, actors }: VariantPlan) => (mode === 'sequential' ? items / 500 : items / 1000 + actors);
  };
  const probes = [100, 2000].map((items) => benchCase(cost(items), { items, kind: 'probe' }));
  return benchSummary([benchCase(cost(500)), ...probes]);
}

function asBaseline(summary: BenchSummary): BaselineRun {
  const parsed = JSON.parse(benchJson(summary)) as Omit<BaselineRun, 'file'>;
  return { ...parsed, file: 'old/bench.json' };
}

const current = (summary: BenchSummary) => ({ ...summary, settings: {} });

test('the report on a terminal, as Markdown and as CSV', () => {
  golden('bench-report.txt', benchReport(gaining()));
  golden('bench-report.md', benchMarkdown(gaining()));
  golden('bench-arms.csv', benchCsv(gaining()));
});

test('where actors pay, the advice is the fewest that are fastest, with their speed-up', () => {
  const { cases, advice, breakEven } = gaining();
  assert.equal(cases[0]?.winner, '2 actors, batched');
  assert.equal(cases[0].bestActors, 2);
  // 100 ms against 2 + 50.
  assert.match(
    advice,
    /^Run 2 actors \(--actors 2\): 1\.92 × as fast as one process with batches, .*96\.2 %/,
  );
  assert.match(advice, /A minute of 500 items fits/);
  // 0.2 n = 2 + 0.1 n at 20 items, but for rounding.
  const pays = breakEven.find(({ actors }) => actors === 2)?.items ?? NaN;
  assert.ok(pays === 20 || pays === 21, String(pays));
});

test('where one process is enough, the advice says so, and up to how many items', () => {
  const { cases, advice } = losing();
  assert.equal(cases[0]?.bestActors, 1);
  // n / 500 = n / 1000 + 2 at 2,000 items.
  assert.match(
    advice,
    /^One process with batches is enough \(--mode sequential\): 2 actors took 2\.50 times as long\./,
  );
  assert.match(advice, /2 actors would pay from about 2,000 items a minute on\./);
});

test('where one process with all threads wins, the advice has the flags for that', () => {
  const one = losing().cases[0]!;
  const name = 'sequential, batched, 4 threads';
  const winner = { ...one.arms[1]!, name, threads: 4 };
  const { advice } = benchSummary([{ ...one, winner: name, arms: [...one.arms, winner] }]);
  assert.match(
    advice,
    /^One process with batches and 4 threads is enough \(--mode sequential --threads-per-actor 4\): /,
  );
});

test('where a pool of one actor is fastest, the advice is one actor', () => {
  const one = benchCase(({ mode, actors }) => (mode === 'sequential' ? 20 : 10 * actors));
  assert.match(benchSummary([one]).advice, /^One process with batches is enough \(--actors 1\): 2 actors/);
});

test('answers are identical only with the same bits: 0 and −0 are not', () => {
  const one = benchCase(msOf(500));
  assert.match(benchReport(benchSummary([one])), /^answers: identical$/m);
  const zeros = { identical: false, maxDifference: 0, differingVerdicts: 0 };
  const arms = one.arms.map((arm, i) => (i === 1 ? { ...arm, answers: zeros } : arm));
  const report = benchReport(benchSummary([{ ...one, arms }]));
  assert.match(report, /^answers: the same, max difference 0\.0e\+0$/m);
});

test('a pool that pays at any cost of an item has no break-even cost of zero in its text', () => {
  const one = benchCase(({ mode, actors }) => (mode === 'sequential' ? 100 : 90 / actors));
  assert.equal(one.breakEvenItemMs, 0);
  const report = benchReport(benchSummary([one]));
  assert.match(report, /more than one actor pays at any cost of an item \(here 209 µs\)/);
});

test('with one actor there is no text about the cost from which more of them pay', () => {
  const one = benchCase(msOf(500), { actors: [1] });
  assert.equal(one.breakEvenItemMs, null);
  assert.doesNotMatch(benchReport(benchSummary([one])), /more than one actor pays/);
});

test('no line of Markdown becomes an item of a list', () => {
  assert.doesNotMatch(benchMarkdown(gaining()), /^[*+-] /m);
});

test('the advice says when a minute does not fit', () => {
  const slow = benchSummary([benchCase(() => 100_000, { actors: [2] })]);
  assert.match(slow.advice, /A minute of 500 items does not fit: .* of 60 s/);
});

test('a run compared with itself has no real difference in times, machine or settings', () => {
  const summary = gaining();
  const compared = compareBaseline(current(summary), asBaseline(summary));
  assert.deepEqual(compared.differences, []);
  assert.equal(compared.arms.length, 8 + 4 + 4);
  assert.ok(
    compared.arms.every(({ verdict, ratio }) => verdict === 'no real difference' && ratio.value === 1),
  );
});

test('a run that took twice the time is slower, and other changes are listed', () => {
  const then = gaining();
  const now = benchSummary([benchCase((arm) => 2 * msOf(500)(arm))], {
    host: { ...then.host, node: 'v1', processors: 4 },
  });
  const compared = compareBaseline(current(now), asBaseline(then));
  assert.ok(compared.arms.every(({ verdict }) => verdict === 'slower'));
  assert.deepEqual(compared.differences, [
    'Node: v0 then, v1 now',
    'usable processors: 2 then, 4 now',
    '100 items on wasm: measured then, not now',
    '2,000 items on wasm: measured then, not now',
  ]);
  assert.equal(compared.unpairedArms, 0);
  const back = compareBaseline(current(then), asBaseline(now));
  assert.ok(back.arms.every(({ verdict }) => verdict === 'faster'));
  assert.ok(back.differences.includes('100 items on wasm: measured now, not then'));
  assert.equal(back.unpairedArms, 0, 'probes do not count');
  assert.match(benchReport({ ...now, baseline: compared }), /not like with like: Node: v0 then, v1 now/);
});

test('variants and cases that only one run has are listed, and those of full cases counted', () => {
  const then = benchSummary([benchCase(msOf(500), { actors: [2, 8] })]);
  const now = benchSummary([benchCase(msOf(500), { actors: [2, 4] }), benchCase(msOf(50), { items: 50 })]);
  const compared = compareBaseline(current(now), asBaseline(then));
  assert.deepEqual(compared.differences, [
    '500 items on wasm, 4 actors, per item: measured now, not then',
    '500 items on wasm, 4 actors, batched: measured now, not then',
    '50 items on wasm: measured now, not then',
    '500 items on wasm, 8 actors, per item: measured then, not now',
    '500 items on wasm, 8 actors, batched: measured then, not now',
  ]);
  assert.equal(compared.unpairedArms, 2 + now.cases[1]!.arms.length);
});

test('parameters of the analyzer are compared by value, in any order', () => {
  const summary = gaining();
  const withParams = (params: object): BaselineRun => ({ ...asBaseline(summary), settings: { params } });
  const compared = compareBaseline(
    { ...summary, settings: { params: { a: '1', b: '2' } } },
    withParams({ b: '2', a: '1' }),
  );
  assert.deepEqual(compared.differences, []);
  const other = compareBaseline({ ...summary, settings: { params: { a: '1' } } }, withParams({ a: '2' }));
  assert.deepEqual(other.differences, ['params: [["a","2"]] then, [["a","1"]] now']);
});

test('outliers, drift, few rounds and lost processor time are warnings; steady figures are not', () => {
  const steady = benchCase(msOf(500));
  assert.deepEqual(steadinessWarnings([steady]), []);
  const arms = steady.arms.map((arm) => ({
    ...arm,
    outliers: 3,
    roundMs: arm.roundMs.map((ms, i) => (i < 5 ? ms : 2 * ms)),
  }));
  const [outliers, drift] = steadinessWarnings([{ ...steady, arms }]);
  assert.match(outliers?.text ?? '', /up to 30\.0 % .* close other programs/);
  assert.match(drift?.text ?? '', /later rounds were 1\d\d % slower/);
  assert.match(steadinessWarnings([{ ...steady, rounds: 2 }])[0]?.text ?? '', /^2 rounds are too few/);
  assert.deepEqual(takenTimeWarnings({ stealMs: 0, throttledMs: 0 }, 1000, 2), []);
  assert.equal(takenTimeWarnings({ stealMs: 500, throttledMs: 500 }, 1000, 2).length, 2);
});

test('a warning names the variant whose answers differ from the first one’s', () => {
  const one = benchCase(msOf(500));
  assert.deepEqual(answerWarnings(one), []);
  const differing = { identical: false, maxDifference: 0.5, differingVerdicts: 1 };
  const arms = one.arms.map((arm, i) => (i === 7 ? { ...arm, answers: differing } : arm));
  assert.match(
    answerWarnings({ ...one, arms })[0]?.text ?? '',
    /"4 actors, batched" gave other answers than "sequential, per item"/,
  );
});
