import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ratesOf, type Ranking } from '#build/core/detection.js';
import { ScoreCounts } from '#build/core/score-counts.js';

interface Labelled {
  readonly score: number;
  readonly label: 0 | 1;
}

const labelled = (scores: readonly number[], labels: readonly (0 | 1)[]): Labelled[] =>
  scores.map((score, i) => ({ score: Math.fround(score), label: labels[i] ?? 0 }));

function ranked(records: readonly Labelled[], limit = 1000): Ranking {
  const counts = new ScoreCounts(limit);
  const series = counts.open();
  for (const { score, label } of records) series.add(score, label === 1);
  return series.ranking();
}

/** Precision, recall and F1 of `score > threshold`, the program's rule for verdicts. */
function applied(records: readonly Labelled[], threshold: number): ReturnType<typeof ratesOf> {
  const flagged = (one: Labelled): boolean => one.score > Math.fround(threshold);
  return ratesOf({
    truePositives: records.filter((one) => flagged(one) && one.label === 1).length,
    falsePositives: records.filter((one) => flagged(one) && one.label === 0).length,
    falseNegatives: records.filter((one) => !flagged(one) && one.label === 1).length,
  });
}

test('rates of verdicts, and null where there is nothing to take a share of', () => {
  assert.deepEqual(ratesOf({ truePositives: 3, falsePositives: 1, falseNegatives: 2 }), {
    precision: 3 / 4,
    recall: 3 / 5,
    f1: 6 / 9,
  });
  assert.deepEqual(ratesOf({ truePositives: 0, falsePositives: 2, falseNegatives: 0 }), {
    precision: 0,
    recall: null,
    f1: null,
  });
  assert.deepEqual(ratesOf({ truePositives: 0, falsePositives: 0, falseNegatives: 2 }), {
    precision: null,
    recall: 0,
    f1: 0,
  });
});

test('average precision of the example in scikit-learn’s documentation', () => {
  // Precision 1 at recall 0.5, then 2/3 at recall 1: 0.5 · 1 + 0.5 · 2/3, which it prints as 0.83.
  const { averagePrecision } = ranked(labelled([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]));
  assert.equal(averagePrecision, (1 + 2 / 3) / 2);
});

test('equal scores are one step, whatever their order', () => {
  // 0.5: precision 1/2 at recall 1/2; 0.2: precision 2/3 at recall 1.
  for (const records of [labelled([0.5, 0.5, 0.2], [1, 0, 1]), labelled([0.2, 0.5, 0.5], [1, 0, 1])]) {
    assert.equal(ranked(records).averagePrecision, (1 / 2 + 2 / 3) / 2);
  }
  assert.equal(ranked(labelled([0, -0], [1, 0])).averagePrecision, 1 / 2);
});

test('the best threshold, by hand', () => {
  const records = labelled([0.9, 0.8, 0.7, 0.3, 0.1], [1, 0, 1, 0, 0]);
  // F1 by cut: above 0.8 2/3, above 0.7 1/2, above 0.3 4/5.
  assert.deepEqual(ranked(records).best, { threshold: 0.5, precision: 2 / 3, recall: 1, f1: 4 / 5 });
});

test('of equally good thresholds the highest, since it raises fewer alarms', () => {
  // Above 0.5: one of three found and no false alarm, F1 1/2. Above 0.2: all three with six false ones, F1 1/2.
  const records = labelled([0.9, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3], [1, 1, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(ranked(records).best, { threshold: 0.6, precision: 1, recall: 1 / 3, f1: 1 / 2 });
});

test('without an anomaly there is nothing to rank', () => {
  assert.deepEqual(ranked(labelled([0.9, 0.1], [0, 0])), {
    positives: 0,
    negatives: 2,
    averagePrecision: null,
    best: null,
  });
  assert.equal(ranked([]).averagePrecision, null);
});

test('neighbouring Float32 scores have a threshold between them', () => {
  const low = Math.fround(0.1);
  const high = Math.fround(0.1 + 2 ** -27);
  assert.ok(high > low);
  const records: Labelled[] = [
    { score: high, label: 1 },
    { score: low, label: 0 },
  ];
  const best = ranked(records).best;
  assert.deepEqual(applied(records, best?.threshold ?? NaN), { precision: 1, recall: 1, f1: 1 });
});

const anyScore = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: 0, max: 1 }),
  fc.constantFrom(-0, 0, 0.25, 0.5, 1),
);
const anyRecords = fc.array(fc.record({ score: anyScore, label: fc.constantFrom(0 as const, 1 as const) }), {
  minLength: 1,
  maxLength: 60,
});

test('average precision is the sum over all distinct scores of recall gained × precision', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const positives = records.filter(({ label }) => label === 1).length;
      const { averagePrecision } = ranked(records);
      if (positives === 0) return averagePrecision === null;
      let sum = 0;
      let recall = 0;
      for (const cut of [...new Set(records.map(({ score }) => score + 0))].sort((a, b) => b - a)) {
        const found = records.filter(({ score }) => score >= cut);
        const hits = found.filter(({ label }) => label === 1).length;
        sum += (hits / positives - recall) * (hits / found.length);
        recall = hits / positives;
      }
      return Math.abs((averagePrecision ?? NaN) - sum) < 1e-12;
    }),
  );
});

test('the best threshold, applied, gives what it says, and no other one is better', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const { best } = ranked(records);
      if (best === null) return;
      const { threshold, ...rates } = best;
      assert.deepEqual(applied(records, threshold), rates);
      for (const { score } of records) assert.ok((applied(records, score).f1 ?? 0) <= (rates.f1 ?? 0));
    }),
  );
});

test('figures do not depend on the order in which records come', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      assert.deepEqual(ranked(records.toReversed()), ranked(records));
    }),
  );
});

test('a best threshold out of coarse scores still gives what it says', () => {
  fc.assert(
    fc.property(anyRecords, fc.integer({ min: 2, max: 12 }), (records, limit) => {
      const { best, positives, negatives } = ranked(records, limit);
      assert.equal(positives + negatives, records.length);
      if (best === null) return;
      const { threshold, ...rates } = best;
      assert.deepEqual(applied(records, threshold), rates);
    }),
  );
});
