import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import { isPerTarget, parseManifest, type FixedSpec } from '#build/model/manifest.js';
import { createNormalizer, medianInPlace } from '#build/model/normalize.js';
import { ROOT } from '../support/cli.js';

const ROBUST = {
  kind: 'window-robust',
  madScale: 1.4826,
  spreadFloor: 0.1,
  levelFloor: 1e-10,
  limit: 30,
} as const;
const ZSCORE = { kind: 'window-zscore', epsilon: 1e-8 } as const;

function normalized(spec: FixedSpec, values: readonly number[], width = 1, basis = values.length / width) {
  const out = new Float32Array(values.length);
  const normalize = createNormalizer(spec, { intervals: values.length / width, width }, basis);
  const finite = normalize(Float64Array.from(values), out, 0);
  return { out: [...out], finite };
}

const float32 = (values: readonly number[]): number[] => [...Float32Array.from(values)];

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

interface GoldenCase {
  readonly name: string;
  readonly values: readonly number[];
  readonly normalized: readonly number[];
}

suite('normalize', () => {
  test('window-robust gives the bits of the Python that trained the built-in model', () => {
    const bundles = join(ROOT, 'fixtures/bundles');
    const manifest = join(bundles, 'builtin/aiops-model.json');
    const spec = parseManifest(JSON.parse(readFileSync(manifest, 'utf8')), manifest).input.normalize;
    assert.ok(!isPerTarget(spec));
    const cases = JSON.parse(readFileSync(join(bundles, 'builtin.golden.json'), 'utf8')) as GoldenCase[];
    assert.ok(cases.length >= 20);
    for (const one of cases) assert.deepEqual(normalized(spec, one.values).out, one.normalized, one.name);
  });

  test('window-robust by hand', () => {
    // Median 3, distances 2 1 0 1 7: MAD 1, mean distance 2.2.
    const spec = { kind: 'window-robust', madScale: 2, spreadFloor: 0.5, levelFloor: 0.1 } as const;
    const scale = 2 * 1 + 0.5 * 2.2 + 0.1 * 3;
    assert.deepEqual(
      normalized(spec, [1, 2, 3, 4, 10]).out,
      float32([-2, -1, 0, 1, 7].map((x) => x / scale)),
    );
    const squashed = [-2, -1, 0, 1, 7].map((x) => x / scale).map((z) => (3 * z) / (3 + Math.abs(z)));
    assert.deepEqual(normalized({ ...spec, limit: 3 }, [1, 2, 3, 4, 10]).out, float32(squashed));
  });

  test('window-zscore by hand', () => {
    // Mean 3, population variance 2.
    const z = [1, 2, 3, 4, 5].map((x) => (x - 3) / (Math.SQRT2 + 0.5));
    assert.deepEqual(normalized({ kind: 'window-zscore', epsilon: 0.5 }, [1, 2, 3, 4, 5]).out, float32(z));
  });

  test('a small noise on a large base keeps its z-score', () => {
    const noise = Array.from({ length: 60 }, (_, i) => Math.round(6e4 * Math.sin(i * i)));
    noise[59] = 500_000;
    const values = noise.map((x) => 1.7e12 + x);
    const centre = mean(noise);
    const sigma = Math.sqrt(mean(noise.map((x) => (x - centre) ** 2)));
    const z = normalized(ZSCORE, values).out[59]!;
    assert.ok(z > 6, `${z}`);
    assert.ok(Math.abs(z - (500_000 - centre) / sigma) < 1e-6, `${z}`);
    // Rounded to Float32 first, as a model would be fed raw values, it is another number.
    const rounded = normalized(ZSCORE, float32(values)).out[59]!;
    assert.ok(Math.abs(rounded - z) > 0.05, `${rounded}`);
  });

  test('a constant window is 0, whatever its level', () => {
    for (const level of [0, 7.1, 0.1 + 0.2, -1.7e12, 1e300, 1e-300]) {
      const values = new Array<number>(60).fill(level);
      const zeros = new Array<number>(60).fill(0);
      for (const spec of [ZSCORE, ROBUST]) {
        const { out, finite } = normalized(spec, values);
        assert.ok(finite);
        assert.deepEqual(out.map(Math.abs), zeros, `${spec.kind} of ${level}`);
      }
    }
  });

  test('zscore and minmax take each column’s own parameters', () => {
    const values = [1, 100, 2, 200, 3, 300];
    const zscore = { kind: 'zscore', mean: [1, 100], std: [2, 50] } as const;
    assert.deepEqual(
      normalized({ ...zscore, mean: [1, 100], std: [2, 50] }, values, 2).out,
      [0, 0, 0.5, 2, 1, 4],
    );
    const minmax: FixedSpec = { kind: 'minmax', min: [1, 100], max: [5, 300] };
    assert.deepEqual(normalized(minmax, values, 2).out, [0, 0, 0.25, 0.5, 0.5, 1]);
  });

  test('a column that was constant in training is only shifted', () => {
    assert.deepEqual(normalized({ kind: 'zscore', mean: [5], std: [0] }, [5, 7]).out, [0, 2]);
    assert.deepEqual(normalized({ kind: 'minmax', min: [5], max: [5] }, [5, 7]).out, [0, 2]);
  });

  test('parameters of another width are refused', () => {
    assert.throws(() => normalized({ kind: 'zscore', mean: [1], std: [1] }, [1, 2], 2), RangeError);
  });

  test('a window’s columns do not touch each other', () => {
    const a = [1, 5, 2, 8, 3, 1];
    const b = [1e6, 3e6, 9e6, 2e6, 2e6, 7e6];
    for (const spec of [ZSCORE, ROBUST]) {
      const { out } = normalized(
        spec,
        a.flatMap((x, i) => [x, b[i]!]),
        2,
      );
      const [alone, other] = [normalized(spec, a).out, normalized(spec, b).out];
      assert.deepEqual(
        out,
        alone.flatMap((x, i) => [x, other[i]!]),
      );
    }
  });

  test('what a forecast is to foresee does not enter its statistics', () => {
    for (const spec of [ZSCORE, ROBUST]) {
      const { out } = normalized(spec, [1, 2, 4, 3, 1000], 1, 4);
      assert.deepEqual(out.slice(0, 4), normalized(spec, [1, 2, 4, 3]).out);
      assert.ok(out[4]! > 20);
    }
  });

  test('writes at its place only', () => {
    const out = new Float32Array(6).fill(9);
    createNormalizer({ kind: 'none' }, { intervals: 2, width: 1 }, 2)(Float64Array.from([1, 2]), out, 3);
    assert.deepEqual([...out], [9, 9, 9, 1, 2, 9]);
  });

  test('tells what Float32 does not hold', () => {
    assert.equal(normalized({ kind: 'none' }, [1, 1e39]).finite, false);
    assert.equal(normalized({ kind: 'none' }, [1, 1e38]).finite, true);
    assert.equal(normalized(ROBUST, [1.7e308, -1.7e308, 1.7e308]).finite, false);
  });

  test('is what the slow definitions say', () => {
    const value = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 70 }), (values) => {
        const centre = median(values);
        const distances = values.map((x) => Math.abs(x - centre));
        const scale = 1.4826 * median(distances) + 0.1 * mean(distances) + 1e-10 * Math.abs(centre);
        const z = values.map((x) => (scale > 0 ? (x - centre) / scale : 0));
        const expected = float32(z.map((one) => (30 * one) / (30 + Math.abs(one))));
        assert.deepEqual(normalized(ROBUST, values).out, expected);
      }),
    );
  });

  test('median of any values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 50 }), (values) => {
        assert.equal(medianInPlace(Float64Array.from(values)) + 0, median(values) + 0);
      }),
    );
  });
});

for (const kind of ['window-zscore', 'window-robust'] as const) {
  test(`${kind}: a spread beyond a double is no window of zeros`, () => {
    const spec = NORMALIZE_DEFAULTS[kind];
    const normalize = createNormalizer(spec, { intervals: 4, width: 1 }, 4);
    const out = new Float32Array(4);
    assert.equal(normalize(Float64Array.of(1, 2, 3, 4), out, 0), true);
    assert.equal(normalize(Float64Array.of(1e308, -1e308, 1e308, 2), out, 0), false);
  });
}

const NORMALIZE_DEFAULTS = {
  'window-zscore': { kind: 'window-zscore', epsilon: 1e-8 },
  'window-robust': { kind: 'window-robust', madScale: 1.4826, spreadFloor: 0.1, levelFloor: 1e-10 },
} as const;
