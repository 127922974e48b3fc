import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Block } from '#build/core/block.js';
import { blockOf } from './blocks.js';
import { ROOT } from './cli.js';

/** The bundles of fixtures/: a convolution, a multilayer perceptron, an LSTM. */
export const BUNDLES = ['builtin', 'mlp-autoencoder', 'lstm-forecast'] as const;

export const bundleFolder = (name: string): string => join(ROOT, 'fixtures/bundles', name);

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

export function goldenCases(name: string): GoldenCase[] {
  return JSON.parse(readFileSync(`${bundleFolder(name)}.golden.json`, 'utf8')) as GoldenCase[];
}

/** The cases as the series of one minute. */
export function goldenBlock(cases: readonly GoldenCase[], window: number): Block {
  return blockOf(
    cases.map(({ name }) => name),
    {
      window,
      width: (cases[0]?.values.length ?? 0) / window,
      values: Float64Array.from(cases.flatMap(({ values }) => values)),
    },
  );
}
