import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { loadBundleRuntime } from '#dist/actor/bundle-runtime.js';
import type { Runtime } from '#dist/actor/runtime.js';
import { openBundle, type Bundle } from '#dist/model/bundle.js';
import { itemWidth, seenIntervals } from '#dist/model/manifest.js';
import { createNormalizer } from '#dist/model/normalize.js';
import { analyzerItem, writeBundle, type ManifestJson } from '../support/bundles.js';
import { ROOT, temporaryFolder } from '../support/cli.js';

/** One line of a golden file, written by scripts/model/golden.py. */
interface GoldenCase {
  readonly name: string;
  /** Raw, `[window, columns]` */
  readonly values: readonly number[];
  /** The same as Float32 */
  readonly normalized: readonly number[];
  readonly output: readonly number[];
  readonly score: number;
  readonly anomaly: boolean;
}

/**
 * Of the largest number of an answer. Another library adds up in another order; 4.3e-6 is the most that was
 * found on wasm.
 */
const TOLERANCE = 1e-5;

const folderOf = (name: string): string => join(ROOT, 'fixtures/bundles', name);

/** The bundle with one of its formats only, so that no rule chooses another. */
async function only(
  t: TestContext,
  bundle: Bundle,
  format: 'graph-model' | 'layers-model',
): Promise<Runtime> {
  const folder = join(bundle.dir, dirname(bundle.manifest.formats[format] ?? ''));
  const read = (name: string): [string, Buffer] => [name, readFileSync(join(folder, name))];
  const model = Object.fromEntries(['model.json', 'weights.bin'].map(read));
  const { input, output } = bundle.manifest as unknown as Record<'input' | 'output', ManifestJson>;
  const copy = writeBundle(temporaryFolder(t), { format, model, input, output });
  return loadBundleRuntime(
    { bundle: copy, backend: 'wasm', threads: 1, batchSize: 'auto', params: {} },
    { params: {}, measure: (_phase, work) => work() },
  );
}

for (const name of ['mlp-autoencoder', 'lstm-forecast']) {
  suite(`example bundle ${name}`, () => {
    const golden = JSON.parse(readFileSync(`${folderOf(name)}.golden.json`, 'utf8')) as GoldenCase[];

    test('normalized: the bits of the Python that trained it', async () => {
      const { manifest } = await openBundle(folderOf(name));
      const { window: intervals, normalize } = manifest.input;
      const shape = { intervals, width: itemWidth(manifest.input) };
      const normalizeItem = createNormalizer(normalize, shape, seenIntervals(manifest));
      for (const { name, values, normalized } of golden) {
        const out = new Float32Array(values.length);
        assert.ok(normalizeItem(Float64Array.from(values), out, 0), name);
        assert.deepEqual([...out], normalized, name);
      }
    });

    for (const format of ['graph-model', 'layers-model'] as const) {
      test(`${format}: outputs, scores and verdicts of the Python that trained it`, async (t) => {
        const bundle = await openBundle(folderOf(name));
        const width = itemWidth(bundle.manifest.input);
        const { analyzer, model } = await only(t, bundle, format);
        assert.equal(model.format, format);
        const items = golden.map(({ values }) => analyzerItem(values, width));
        const answers = await analyzer.predict(items, { style: 'batched' });
        for (const [i, { name, output, score, anomaly }] of golden.entries()) {
          const answer = answers[i]!;
          assert.ok('score' in answer && answer.score !== null, name);
          const allowed = TOLERANCE * Math.max(...output.map(Math.abs));
          assert.equal(answer.output.length, output.length, name);
          for (const [k, expected] of output.entries()) {
            const found = answer.output[k]!;
            assert.ok(Math.abs(found - expected) <= allowed, `${name}, ${k}: ${found}, not ${expected}`);
          }
          // No error measure moves by more than the largest move of what it compares, but for its own rounding.
          const moved = allowed + 2 ** -23 * score;
          assert.ok(Math.abs(answer.score - score) <= moved, `${name}: ${answer.score}, not ${score}`);
          assert.equal(answer.anomaly, anomaly, name);
        }
      });
    }

    test('the golden items are of both verdicts', () => {
      assert.ok(golden.length >= 20);
      assert.deepEqual(new Set(golden.map(({ anomaly }) => anomaly)), new Set([true, false]));
    });
  });
}
