import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RandomStream } from '#build/core/random.js';
import { ScoreCounts } from '#build/core/score-counts.js';

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
