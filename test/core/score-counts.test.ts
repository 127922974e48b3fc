import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { RandomStream } from '#build/core/random.js';
import { ScoreCounts, type ScoreSeries } from '#build/core/score-counts.js';

test('scores are exact up to the limit, then coarse, and no record is lost', () => {
  const counts = new ScoreCounts(64);
  const [a, b] = [counts.open(), counts.open()];
  for (let i = 1; i <= 64; i++) a.add(i / 64, i % 8 === 0);
  assert.equal(a.ranking().positives, 8);
  assert.deepEqual([counts.droppedBits, counts.entries], [0, 64]);
  for (let i = 1; i <= 5000; i++) {
    (i % 2 === 0 ? a : b).add(Math.fround(i / 5000), i % 8 === 0);
    assert.ok(counts.entries <= 64);
  }
  assert.ok(counts.droppedBits > 0);
  const [ofA, ofB] = [a.ranking(), b.ranking()];
  assert.deepEqual([ofA.positives, ofA.negatives], [8 + 625, 56 + 1875]);
  assert.deepEqual([ofB.positives, ofB.negatives], [0, 2500]);
});

test('however many series there are, each keeps a step an exponent at the most', () => {
  const counts = new ScoreCounts(8);
  const series = Array.from({ length: 50 }, () => counts.open());
  for (const one of series) for (let i = 0; i < 1000; i++) one.add(Math.fround(1 + i / 1000), i % 2 === 0);
  assert.deepEqual([counts.droppedBits, counts.entries], [23, 100]);
  assert.deepEqual(series[49]?.ranking(), {
    positives: 500,
    negatives: 500,
    averagePrecision: 1 / 2,
    best: { threshold: 0.5, precision: 1 / 2, recall: 1, f1: 2 / 3 },
  });
});

test('figures of coarse scores are near the exact ones', () => {
  const random = new RandomStream(1);
  const [exact, coarse] = [new ScoreCounts(100_000), new ScoreCounts(4000)];
  const [a, b] = [exact.open(), coarse.open()];
  for (let i = 0; i < 20_000; i++) {
    const isPositive = random.next() < 0.05;
    const score = Math.fround(isPositive ? 1 - random.next() ** 2 : random.next() ** 2);
    for (const series of [a, b]) series.add(score, isPositive);
  }
  assert.equal(exact.droppedBits, 0);
  assert.ok(coarse.droppedBits > 0);
  const [wanted, found] = [a.ranking(), b.ranking()];
  assert.ok(Math.abs((wanted.averagePrecision ?? NaN) - (found.averagePrecision ?? NaN)) < 0.01);
  assert.ok(Math.abs((wanted.best?.f1 ?? NaN) - (found.best?.f1 ?? NaN)) < 0.01);
});

interface Scored {
  readonly series: number;
  readonly score: number;
  readonly isPositive: boolean;
}

const SERIES = 3;
const scored: fc.Arbitrary<Scored> = fc.record({
  series: fc.nat(SERIES - 1),
  score: fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-0, 0, 0.5, 0.25)),
  isPositive: fc.boolean(),
});

/** Counts records in `parts` of at most `limit` different scores each, which are joined. */
function countedIn(parts: readonly (readonly Scored[])[], limit: number): [ScoreCounts, ScoreSeries[]] {
  const open = (counts: ScoreCounts): ScoreSeries[] => Array.from({ length: SERIES }, () => counts.open());
  const sum = new ScoreCounts(limit);
  const sums = open(sum);
  for (const records of parts) {
    const own = open(new ScoreCounts(limit));
    for (const { series, score, isPositive } of records) own[series]?.add(score, isPositive);
    for (const [i, series] of sums.entries()) series.join(own[i]!.tally());
  }
  return [sum, sums];
}

test('counts of parts add up to those of the whole, coarse ones to what was dropped', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(scored, { maxLength: 80 })),
      fc.constantFrom(4, 40, 1e6),
      (parts, limit) => {
        const [sum, sums] = countedIn(parts, limit);
        if (limit === 1e6) assert.equal(sum.droppedBits, 0);
        const [whole, wholes] = countedIn([parts.flat()], 1e6);
        const empty = { keys: new Int32Array(0), counts: new Float64Array(0) };
        wholes[0]!.join({ droppedBits: sum.droppedBits, positives: empty, negatives: empty });
        assert.equal(whole.droppedBits, sum.droppedBits);
        assert.deepEqual(
          sums.map((series) => series.tally()),
          wholes.map((series) => series.tally()),
        );
        assert.deepEqual(
          sums.map((series) => series.ranking()),
          wholes.map((series) => series.ranking()),
        );
      },
    ),
  );
});

test('a series that is closed no longer counts against the limit', () => {
  const counts = new ScoreCounts(128);
  for (let turn = 0; turn < 50; turn++) {
    const series = counts.open();
    for (let i = 0; i < 100; i++) series.add(Math.fround(i / 100), true);
    series.tally();
    assert.equal(counts.entries, 100);
    series.close();
    assert.equal(counts.entries, 0);
  }
  assert.equal(counts.droppedBits, 0);
});
