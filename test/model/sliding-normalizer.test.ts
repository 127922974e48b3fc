import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import type { FixedSpec } from '#build/model/manifest.js';
import { createNormalizer } from '#build/model/normalize.js';
import { createSlidingNormalizer } from '#build/model/sliding-normalizer.js';

const ROBUST = { kind: 'window-robust', madScale: 1.4826, spreadFloor: 0.1, levelFloor: 1e-10 } as const;

/** Each kind, for so many columns. */
function specsOf(width: number): FixedSpec[] {
  const column = (value: number): number[] => new Array<number>(width).fill(value);
  return [
    ROBUST,
    { ...ROBUST, limit: 30 },
    { ...ROBUST, spreadFloor: 0, levelFloor: 0 },
    { kind: 'window-zscore', epsilon: 1e-8 },
    { kind: 'zscore', mean: column(0.1), std: column(3) },
    { kind: 'minmax', min: column(-1), max: column(5) },
    { kind: 'none' },
  ];
}

const values = fc.oneof(
  fc.constantFrom(0, -0, 1, -1),
  fc.constantFrom(-0, 5e-324, -5e-324, 1e-323),
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: 0, max: 9 }).map((x) => 1.7e12 + x / 8),
  fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Numbers that meet in one series: zeros of both signs, denormals, sums that overflow, a constant. */
const awkward = fc.constantFrom(
  [0, -0, 1, -1],
  [0, -0],
  [-0, 5e-324, -5e-324, 1e-323, 1.5e-323],
  [1e308, -1e308, 1.7e308],
  [7],
);
const columns = fc.oneof(
  awkward.chain((numbers) => fc.array(fc.constantFrom(...numbers), { minLength: 40, maxLength: 40 })),
  fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 40, maxLength: 40 }),
  fc.array(fc.double({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 40, maxLength: 40 }),
  fc.array(values, { minLength: 40, maxLength: 40 }),
);

const cases = fc
  .record({
    columns: fc.array(columns, { minLength: 1, maxLength: 3 }),
    window: fc.integer({ min: 1, max: 20 }),
    unseen: fc.constantFrom(0, 0, 1, 3),
    kind: fc.nat({ max: 6 }),
    /** Where windows start: steps from one to the next, and back to the start after the end. */
    steps: fc.array(fc.constantFrom(1, 1, 1, 1, 1, 0, 2, 9), { minLength: 1, maxLength: 40 }),
  })
  .filter(({ window, unseen }) => unseen < window);

suite('sliding normalizer', () => {
  test('gives the bits of each window alone, whatever the series and the order of windows', () => {
    fc.assert(
      fc.property(cases, ({ columns, window, unseen, kind, steps }) => {
        const width = columns.length;
        const series = Float64Array.from(
          { length: 40 * width },
          (_, i) => columns[i % width]![Math.floor(i / width)]!,
        );
        const shape = { intervals: window, width };
        const spec = specsOf(width)[kind]!;
        const alone = createNormalizer(spec, shape, window - unseen);
        const sliding = createSlidingNormalizer(spec, shape, window - unseen);
        const expected = new Float32Array(window * width);
        const out = new Float32Array(window * width + 2);
        sliding.begin(series);
        let from = 0;
        for (const step of steps) {
          from = (from + step) % (40 - window + 1);
          const isFinite = alone(series.slice(from * width, (from + window) * width), expected, 0);
          assert.equal(sliding.normalize(from, out, 1), isFinite);
          if (isFinite) assert.deepEqual(out, Float32Array.of(0, ...expected, 0));
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a zero that has left the window does not change the sign of results', () => {
    const series = Float64Array.of(9, 9, -1, -0, 1, 0, -1, -0);
    const shape = { intervals: 4, width: 1 };
    const sliding = createSlidingNormalizer(ROBUST, shape, 3);
    const [out, expected] = [new Float32Array(4), new Float32Array(4)];
    createNormalizer(ROBUST, shape, 3)(series.slice(4), expected, 0);
    assert.ok(Object.is(expected[3], -0));
    for (const first of [0, 2]) {
      sliding.begin(series);
      for (let from = first; from <= 4; from++) sliding.normalize(from, out, 0);
      assert.deepEqual(out, expected);
    }
  });

  test('starts over with each series', () => {
    const shape = { intervals: 3, width: 1 };
    const sliding = createSlidingNormalizer(ROBUST, shape, 3);
    const out = new Float32Array(3);
    const expected = new Float32Array(3);
    for (const series of [Float64Array.of(1, 2, 4, 8), Float64Array.of(3, 1, 2, 7)]) {
      sliding.begin(series);
      for (const from of [0, 1]) {
        assert.equal(sliding.normalize(from, out, 0), true);
        createNormalizer(ROBUST, shape, 3)(series.slice(from, from + 3), expected, 0);
        assert.deepEqual(out, expected);
      }
    }
    // The second series starts at the interval after the last one of the first.
    sliding.begin(Float64Array.of(5, 5, 9, 2, 6));
    sliding.normalize(2, out, 0);
    createNormalizer(ROBUST, shape, 3)(Float64Array.of(9, 2, 6), expected, 0);
    assert.deepEqual(out, expected);
  });
});
