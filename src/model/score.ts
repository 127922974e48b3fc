import { AiopsError } from '../core/errors.js';
import type { ItemError, ModelOutput } from '../core/types.js';
import type { OutputSpec } from './manifest.js';
import type { ItemShape } from './normalize.js';

/** One item's numbers inside larger arrays, all as Float32, all in normalized units. */
export interface ScoreInput {
  /** The model's output for the item starts here. */
  readonly outputs: Float32Array;
  readonly outputAt: number;
  /** The whole normalized item `[intervals, width]` starts here, for a forecast with the newest interval. */
  readonly item: Float32Array;
  readonly itemAt: number;
}

/** The score of one item, in double precision; null where the model scores nothing. */
export type ScoreItem = (input: ScoreInput) => number | null;

/**
 * Builds the score of a bundle. What the model sees, and what its output is held against:
 *
 * - `raw`: sees the whole window; its one number is the score. Several numbers are passed on unscored.
 * - `probability`: sees the whole window; the score is the one number it gives, of two (normal, anomaly) the
 *   second, of several the one that `class` names (from 0).
 * - `forecast`: sees the window without its newest interval, gives `[width]`, and is held against the newest
 *   interval, normalized with what the seen part alone yields.
 * - `reconstruction`: sees the whole window, gives `[window, width]`, and is held against that; with
 *   `over: last` only the newest interval counts.
 *
 * A forecast's or reconstruction's score is the error over n compared numbers, e = actual − predicted, in
 * normalized units (squared ones for mse): `rmse` √(Σe²/n), `mse` Σe²/n, `mae` Σ|e|/n. For one column a
 * forecast's rmse is |e|. (Forecast errors: Hundman et al., KDD 2018; reconstruction errors over the window:
 * Malhotra et al., "LSTM-based Encoder-Decoder for Multi-sensor Anomaly Detection", 2016; of the newest
 * interval: Su et al., KDD 2019.)
 *
 * @param outputWidth numbers of the output that is scored, for one item
 * @throws AiopsError 'model' where the model's output does not fit the manifest
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

/** Where the numbers that are scored stand among all that the model gives for an item. */
export interface ScoredOutput {
  readonly at: number;
  readonly size: number;
}

/**
 * The output that the manifest names, or the only one. Of several without a name all are passed on unscored,
 * as long as nothing else is asked for.
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
    hint: 'name the one that is to be scored in aiops-model.json: "output": { "name": … }; a bare model with several outputs can only pass them on',
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

/** A softmax of Float32 may come out a little above 1; logits come out far from it. */
const PROBABILITY_SLACK = 1e-5;

/** Why a finite score can't be one; null if it can. */
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
    `the manifest's output.kind is ${kind}, which takes ${expected} an item, but the model gives ${found}`,
    {
      hint: 'set output.kind in aiops-model.json to what the model gives (docs/bundle.md, "output"); of a bare model --output-kind',
    },
  );
}
