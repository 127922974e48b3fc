import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadRuntime } from '#dist/actor/load-runtime.js';
import { manifestText, openBundle } from '#dist/model/bundle.js';
import type { LoadRequest } from '#dist/protocol/messages.js';
import { analyzerItem } from './bundles.js';
import { ROOT } from './cli.js';
import { loadOf } from './fake-runtime.js';

/** The bundles under fixtures/, each with a golden file beside it. */
export const GOLDEN_BUNDLES = ['builtin', 'mlp-autoencoder', 'lstm-forecast'] as const;

export type GoldenBundle = (typeof GOLDEN_BUNDLES)[number];

/** One line of a golden file, written by scripts/model/golden.py. */
export interface GoldenCase {
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

export const folderOf = (name: GoldenBundle): string => join(ROOT, 'fixtures/bundles', name);

export function goldenCases(name: GoldenBundle): readonly GoldenCase[] {
  return JSON.parse(readFileSync(`${folderOf(name)}.golden.json`, 'utf8')) as GoldenCase[];
}

/** Predicts a bundle's golden items and holds outputs, scores and verdicts to those of Keras. */
export async function assertGolden(
  name: GoldenBundle,
  way: Pick<LoadRequest, 'backend' | 'format'>,
): Promise<void> {
  const manifest = manifestText(await openBundle(folderOf(name)));
  const model = { kind: 'bundle', folder: folderOf(name), manifest } as const;
  const runtime = await loadRuntime({ ...loadOf(), model, ...way }, (_phase, work) => work());
  assert.equal(runtime.model.format, way.format);
  const width = runtime.input.columns === 'each' ? 1 : runtime.input.columns.length;
  const golden = goldenCases(name);
  const items = golden.map(({ values }) => analyzerItem(values, width));
  const answers = await runtime.analyzer.predict(items, { style: 'batched' });
  for (const [i, { name, output, score, anomaly }] of golden.entries()) {
    const answer = answers[i]!;
    assert.ok('score' in answer && answer.score !== null, name);
    const allowed = TOLERANCE * Math.max(...output.map(Math.abs));
    assert.equal(answer.output.length, output.length, name);
    for (const [k, expected] of output.entries()) {
      const found = answer.output[k]!;
      assert.ok(Math.abs(found - expected) <= allowed, `${name}, ${k}: ${found}, not ${expected}`);
    }
    // An rmse moves by no more than the largest move of what it compares, but for its own rounding.
    const moved = allowed + 2 ** -23 * score;
    assert.ok(Math.abs(answer.score - score) <= moved, `${name}: ${answer.score}, not ${score}`);
    assert.equal(answer.anomaly, anomaly, name);
  }
}
