import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { manifestSchema, type FixedSpec, type OutputSpec } from '#build/model/manifest.js';
import { createNormalizer } from '#build/model/normalize.js';
import { createScorer } from '#build/model/score.js';
import { ROOT } from '../support/cli.js';

/** What scripts/model/formulas.py wrote: textbook formulas in NumPy, in doubles, nothing shared with src/. */
interface Formulas {
  readonly normalize: readonly NormalizeCase[];
  readonly rounding: {
    readonly spec: FixedSpec;
    readonly values: readonly number[];
    readonly newest: number;
    readonly newestOfRounded: number;
  };
  readonly score: readonly ScoreCase[];
}

interface NormalizeCase {
  readonly name: string;
  readonly intervals: number;
  readonly width: number;
  readonly basis: number;
  /** `[intervals, width]` */
  readonly values: readonly number[];
  readonly results: readonly {
    readonly spec: FixedSpec;
    /** What divides each column: `[width]` */
    readonly scale: readonly number[];
    /** `[intervals, width]`, not rounded to Float32 */
    readonly normalized: readonly number[];
  }[];
}

interface ScoreCase {
  readonly output: OutputSpec;
  readonly intervals: number;
  readonly width: number;
  readonly item: readonly number[];
  readonly outputs: readonly number[];
  readonly score: number | null;
}

const FORMULAS = JSON.parse(readFileSync(join(ROOT, 'fixtures/golden/formulas.json'), 'utf8')) as Formulas;

/** Half the distance of neighbouring numbers at 1. */
const DOUBLE_ROUNDING = 2 ** -53;
const FLOAT32_ROUNDING = 2 ** -24;

function normalize(
  spec: FixedSpec,
  values: readonly number[],
  { width, basis }: { readonly width: number; readonly basis: number },
): Float32Array {
  const out = new Float32Array(values.length);
  const shape = { intervals: values.length / width, width };
  assert.ok(createNormalizer(spec, shape, basis)(Float64Array.from(values), out, 0));
  return out;
}

/**
 * Kinds without sums over the window are the same few operations in both, so that their Float32 has the same
 * bits. Window statistics are added up in another order, and src/ counts from the first value: the mean of n
 * doubles is then off by up to n roundings of the largest (Higham, "Accuracy and Stability of Numerical
 * Algorithms", 2002, 4.2), which the scale divides; both sides may err. The result is within one Float32 step.
 */
function tolerance(kind: FixedSpec['kind'], expected: number, basis: number, reach: number): number {
  if (kind !== 'window-zscore' && kind !== 'window-robust') return 0;
  const centre = kind === 'window-robust' ? 0 : 2 * basis * DOUBLE_ROUNDING * reach;
  return 2 * FLOAT32_ROUNDING * Math.abs(expected) + centre;
}

suite('formulas: normalize', () => {
  for (const { name, intervals, width, basis, values, results } of FORMULAS.normalize) {
    test(name, () => {
      assert.equal(values.length, intervals * width);
      const largest = Math.max(...values.map(Math.abs));
      for (const { spec, scale, normalized } of results) {
        const found = normalize(spec, values, { width, basis });
        for (const [i, exact] of normalized.entries()) {
          const expected = Math.fround(exact);
          const allowed = tolerance(spec.kind, exact, basis, largest / (scale[i % width] || 1));
          assert.ok(
            Math.abs(found[i]! - expected) <= allowed,
            `${JSON.stringify(spec)}, number ${i}: ${found[i]}, not ${expected} ± ${allowed}`,
          );
        }
      }
    });
  }

  test('covers every kind, with one column and with several', () => {
    const kinds = manifestSchema.shape.input.shape.normalize.options.map((option) =>
      'shape' in option ? option.shape.kind.value : option.options[0].shape.kind.value,
    );
    for (const kind of kinds) {
      const widths = FORMULAS.normalize
        .filter(({ results }) => results.some(({ spec }) => spec.kind === kind))
        .map(({ width }) => width);
      assert.deepEqual([...new Set(widths)], [1, 3, 4], kind);
    }
  });

  test('values rounded to Float32 before normalizing would be noticed', () => {
    const { spec, values, newest, newestOfRounded } = FORMULAS.rounding;
    const size = { width: 1, basis: values.length };
    const last = values.length - 1;
    const close = (found: number, expected: number): boolean => Math.abs(found - expected) < 1e-6;
    assert.ok(close(normalize(spec, values, size)[last]!, newest));
    assert.ok(close(normalize(spec, values.map(Math.fround), size)[last]!, newestOfRounded));
    assert.equal(newest.toFixed(2), '6.26');
    assert.equal(newestOfRounded.toFixed(2), '5.01');
  });
});

suite('formulas: score', () => {
  for (const { output, intervals, width, item, outputs, score } of FORMULAS.score) {
    const size = Math.max(...outputs.map(Math.abs)).toExponential(0);
    test(`${JSON.stringify(output)}, ${intervals} × ${width}, numbers to ${size}`, () => {
      const found = createScorer(
        output,
        { intervals, width },
        outputs.length,
      )({ outputs: Float32Array.from(outputs), outputAt: 0, item: Float32Array.from(item), itemAt: 0 });
      if (score === null || found === null) assert.equal(found, score);
      // n squares added up in another order: at most n roundings of the sum.
      else
        assert.ok(Math.abs(found - score) <= item.length * DOUBLE_ROUNDING * score, `${found}, not ${score}`);
    });
  }
});
