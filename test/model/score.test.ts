import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { OutputSpec } from '#build/model/manifest.js';
import { createScorer, scoreProblem, verdict } from '#build/model/score.js';
import { refusal } from '../support/refusals.js';

function score(
  output: OutputSpec,
  shape: readonly [intervals: number, width: number],
  item: readonly number[],
  outputs: readonly number[],
): number | null {
  const [intervals, width] = shape;
  // Behind another item's numbers, so that an offset that is left out shows.
  return createScorer(
    output,
    { intervals, width },
    outputs.length,
  )({
    outputs: Float32Array.from([77, 77, ...outputs]),
    outputAt: 2,
    item: Float32Array.from([88, ...item]),
    itemAt: 1,
  });
}

const refused = (
  output: OutputSpec,
  shape: readonly [number, number],
  count: number,
  message: RegExp,
): void => {
  assert.throws(() => score(output, shape, [], new Array<number>(count).fill(0)), refusal('model', message));
};

suite('score', () => {
  test('raw: one number is the score, several are none', () => {
    assert.equal(score({ kind: 'raw' }, [2, 1], [1, 2], [5]), 5);
    assert.equal(score({ kind: 'raw', threshold: 1 }, [2, 1], [1, 2], [5]), 5);
    assert.equal(score({ kind: 'raw' }, [2, 1], [1, 2], [5, 6]), null);
    refused({ kind: 'raw', threshold: 1 }, [2, 1], 2, /takes 1 number per item, but the model gives 2/);
  });

  test('probability: the only number, the second of two, or the class’s', () => {
    assert.equal(score({ kind: 'probability' }, [2, 1], [1, 2], [0.25]), 0.25);
    assert.equal(score({ kind: 'probability' }, [2, 1], [1, 2], [0.25, 0.75]), 0.75);
    assert.equal(score({ kind: 'probability', class: 0 }, [2, 1], [1, 2], [0.25, 0.75]), 0.25);
    assert.equal(score({ kind: 'probability', class: 2 }, [2, 1], [1, 2], [0, 0.25, 0.5, 0.25]), 0.5);
    refused({ kind: 'probability' }, [2, 1], 3, /1 or 2 numbers/);
    refused({ kind: 'probability', class: 3 }, [2, 1], 3, /at least 4 numbers/);
  });

  test('forecast: against the newest interval', () => {
    const item = [1, 2, 3, 4, 10, 20];
    assert.equal(score({ kind: 'forecast', error: 'rmse' }, [6, 1], item, [23]), 3);
    // 10 − 6 = 4, 20 − 23 = −3
    assert.equal(score({ kind: 'forecast', error: 'mae' }, [3, 2], item, [6, 23]), 3.5);
    assert.equal(score({ kind: 'forecast', error: 'mse' }, [3, 2], item, [6, 23]), 12.5);
    assert.equal(score({ kind: 'forecast', error: 'rmse' }, [3, 2], item, [6, 23]), Math.sqrt(12.5));
    refused({ kind: 'forecast', error: 'rmse' }, [3, 2], 1, /2 numbers, one for each column/);
  });

  test('reconstruction: over the window, or its newest interval', () => {
    const item = [1, 2, 3, 4];
    const again = [1, 0, 3, 8];
    assert.equal(score({ kind: 'reconstruction', error: 'mae', over: 'window' }, [4, 1], item, again), 1.5);
    assert.equal(score({ kind: 'reconstruction', error: 'mse', over: 'window' }, [2, 2], item, again), 5);
    assert.equal(score({ kind: 'reconstruction', error: 'rmse', over: 'last' }, [4, 1], item, again), 4);
    assert.equal(score({ kind: 'reconstruction', error: 'mae', over: 'last' }, [2, 2], item, again), 2);
    refused({ kind: 'reconstruction', error: 'mae', over: 'last' }, [2, 2], 2, /4 numbers \[2,2\]/);
  });

  test('errors are taken in double precision', () => {
    const item = [16_777_216, 3]; // 2²⁴: adding 1² to its square is lost in Float32
    const mse = score({ kind: 'reconstruction', error: 'mse', over: 'window' }, [2, 1], item, [0, 2]);
    assert.equal(mse, (2 ** 48 + 1) / 2);
  });

  test('an anomaly is above the threshold, as Float32', () => {
    const output: OutputSpec = { kind: 'raw', threshold: 0.6 };
    assert.equal(verdict(output, 0.61), true);
    assert.equal(verdict(output, 0.59), false);
    assert.equal(verdict(output, Math.fround(0.6)), false); // results show it as 0.6
    assert.equal(verdict(output, 0.6), false);
    assert.equal(verdict(output, null), null);
    assert.equal(verdict({ kind: 'raw' }, 0.6), null);
  });

  test('logits are no probabilities', () => {
    assert.equal(scoreProblem({ kind: 'probability' }, 1.0000001), null);
    assert.equal(scoreProblem({ kind: 'probability' }, 2.5)?.errno, 'not_a_probability');
    assert.equal(scoreProblem({ kind: 'probability' }, -0.5)?.errno, 'not_a_probability');
    assert.equal(scoreProblem({ kind: 'raw' }, 2.5), null);
  });
});
