import { AiopsError } from '../core/errors.js';
import type { ItemError, ModelOutput } from '../core/types.js';
import type { OutputSpec } from './manifest.js';
import type { ItemShape } from './normalize.js';

/** The position of one item in larger arrays, in normalized units. */
export interface ScoreInput {
  /** Holds the model's output for the item, from `outputAt`. */
  readonly outputs: Float32Array;
  readonly outputAt: number;
  /** Holds the whole normalized item `[intervals, width]`, from `itemAt`; for a forecast with the newest interval. */
  readonly item: Float32Array;
  readonly itemAt: number;
}

/** The score of one item, in double precision; null if the model gives no score. */
export type ScoreItem = (input: ScoreInput) => number | null;

/**
 * Creates the score of a bundle. What the model sees, and what its output is compared with:
 *
 * - `raw`: sees the whole window; its one number is the score. Several numbers are passed on unscored.
 * - `probability`: sees the whole window; the score is its only number, the second of two (normal, anomaly), or the
 *   one that `class` selects (from 0).
 * - `forecast`: sees the window without its newest interval and outputs `[width]`, which is compared with the newest
 *   interval, normalized with statistics of the seen part only.
 * - `reconstruction`: sees the whole window and outputs `[window, width]`, which is compared with it; with `over: last`
 *   only the newest interval counts.
 *
 * The score of a forecast or reconstruction is the error over n compared numbers, e = actual − predicted, in
 * normalized units (squared ones for mse): `rmse` √(Σe²/n), `mse` Σe²/n, `mae` Σ|e|/n. For one column a
 * forecast's rmse is |e|. (Forecast errors: Hundman et al., KDD 2018; reconstruction errors over the window:
 * Malhotra et al., "LSTM-based Encoder-Decoder for Multi-sensor Anomaly Detection", 2016; of the newest
 * interval: Su et al., KDD 2019.)
 *
 * @param outputWidth numbers of the scored output per item
 * @throws AiopsError 'model' if the model's output does not match the manifest
 */
export function createScorer(output: OutputSpec, shape: ItemShape, outputWidth: number): ScoreItem {
  const { intervals, width } = shape;
  switch (output.kind) {
    case 'raw':
      if (outputWidth === 1) return firstNumber(0);
      if (output.threshold === undefined) return () => null;
      throw unfitting('raw with a threshold', '1 number', outputWidth);
    case 'probability':
      return firstNumber(classIndex(output, outputWidth));
    case 'forecast':
      if (outputWidth !== width)
        throw unfitting('forecast', `${width} numbers, one for each column`, outputWidth);
      return errorScore(output.error, width, { itemSkip: (intervals - 1) * width, outputSkip: 0 });
    case 'reconstruction': {
      const size = intervals * width;
      if (outputWidth !== size)
        throw unfitting('reconstruction', `${size} numbers [${intervals},${width}]`, outputWidth);
      if (output.over === 'window') return errorScore(output.error, size, { itemSkip: 0, outputSkip: 0 });
      return errorScore(output.error, width, { itemSkip: size - width, outputSkip: size - width });
    }
  }
}

/** The position of the scored numbers among all outputs of an item. */
export interface ScoredOutput {
  readonly at: number;
  readonly size: number;
}

/**
 * The output that the manifest names, or the only one. If there are several and none is named, all are passed on
 * unscored, provided that the manifest does not ask for a score.
 *
 * @throws AiopsError 'model' that lists the model's outputs
 */
export function scoredOutput(output: OutputSpec, outputs: readonly ModelOutput[]): ScoredOutput {
  const named = outputs.findIndex(({ name }) => name === output.name);
  const place = output.name === undefined && outputs.length === 1 ? 0 : named;
  if (place >= 0) return { at: sizeOf(outputs.slice(0, place)), size: outputs[place]!.size };
  if (output.name === undefined && output.kind === 'raw' && output.threshold === undefined)
    return { at: 0, size: sizeOf(outputs) };
  const list = outputs.map(({ name, size }) => `${name} [${size}]`).join(', ');
  const asked = output.name === undefined ? 'none of them by output.name' : `${output.name} by output.name`;
  throw new AiopsError('model', `the model has the outputs ${list}, but the manifest names ${asked}`, {
    hint: 'name the one to score in aiops-model.json: "output": { "name": … }; a bare model with several outputs can only pass them on',
  });
}

function sizeOf(outputs: readonly ModelOutput[]): number {
  return outputs.reduce((total, { size }) => total + size, 0);
}

/** Whether a score is an anomaly: above the threshold, both as the Float32 that results show. */
export function verdict(output: OutputSpec, score: number | null): boolean | null {
  if (score === null || output.threshold === undefined) return null;
  return Math.fround(score) > Math.fround(output.threshold);
}

/** A Float32 softmax may be slightly above 1; logits are far off. */
const PROBABILITY_SLACK = 1e-5;

/** Why a finite score is invalid; null if it is valid. */
export function scoreProblem(output: OutputSpec, score: number | null): ItemError | null {
  if (output.kind !== 'probability' || score === null || !Number.isFinite(score)) return null;
  if (score >= -PROBABILITY_SLACK && score <= 1 + PROBABILITY_SLACK) return null;
  return {
    errno: 'not_a_probability',
    errmsg: `the model gave ${score} where its manifest promises a probability (logits need a sigmoid or softmax)`,
  };
}

function firstNumber(index: number): ScoreItem {
  return ({ outputs, outputAt }) => outputs[outputAt + index]!;
}

function classIndex(output: Extract<OutputSpec, { kind: 'probability' }>, outputWidth: number): number {
  if (output.class === undefined) {
    if (outputWidth > 2) throw unfitting('probability without a class', '1 or 2 numbers', outputWidth);
    return outputWidth - 1;
  }
  if (output.class < outputWidth) return output.class;
  throw unfitting(
    `probability of class ${output.class}`,
    `at least ${output.class + 1} numbers`,
    outputWidth,
  );
}

function errorScore(
  measure: 'rmse' | 'mse' | 'mae',
  count: number,
  { itemSkip, outputSkip }: { readonly itemSkip: number; readonly outputSkip: number },
): ScoreItem {
  return ({ outputs, outputAt, item, itemAt }) => {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const error = item[itemAt + itemSkip + i]! - outputs[outputAt + outputSkip + i]!;
      total += measure === 'mae' ? Math.abs(error) : error * error;
    }
    const mean = total / count;
    return measure === 'rmse' ? Math.sqrt(mean) : mean;
  };
}

function unfitting(kind: string, expected: string, found: number): AiopsError {
  return new AiopsError(
    'model',
    `the manifest's output.kind is ${kind}, which takes ${expected} per item, but the model gives ${found}`,
    {
      hint: 'set output.kind in aiops-model.json (docs/bundle.md, "output"), or --output-kind of a bare model, to match the model',
    },
  );
}
