import assert from 'node:assert/strict';
import { test } from 'node:test';

import { verdictOf } from '#build/core/label.js';

test('numbers and clear words are verdicts, in any case', () => {
  for (const label of [1, 'anomaly', 'Anomalous', 'ATTACK', 'A ttack', 'yes', 'outlier', 'fail', 'malicious'])
    assert.equal(verdictOf(label), 1, String(label));
  for (const label of [0, 'normal', 'Benign', 'OK', 'no', 'inlier', 'healthy', 'none'])
    assert.equal(verdictOf(label), 0, String(label));
});

test('other numbers and words say neither', () => {
  for (const label of [null, -1, 2, 0.5, 'DDoS', 'unknown', 'normally', ''])
    assert.equal(verdictOf(label), null, String(label));
});
