import type * as converter from '@tensorflow/tfjs-converter';
import type * as core from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

import { plural } from '../../core/count-text.js';
import { AiopsError } from '../../core/errors.js';
import type { ModelOutput } from '../../core/types.js';
import type { LoadedModel, Outputs } from './backend.js';
import { fitInput, type DeclaredShape } from './input-shape.js';
import { knownCause } from './known-causes.js';

/** The part of TF.js that is used here: three packages on wasm, one namespace on node. */
export interface TensorFlow extends Pick<typeof core, 'dispose' | 'tensor' | 'tidy'> {
  loadGraphModel(handler: core.io.IOHandler): Promise<converter.GraphModel>;
  loadLayersModel(handler: core.io.IOHandler): Promise<layers.LayersModel>;
}

/** A loaded model of any format. */
export interface TfModel {
  readonly inputs: readonly { readonly shape?: DeclaredShape; readonly dtype?: string }[];
  /** In the order of `call`'s tensors. */
  readonly outputNames: readonly string[];
  /** Names of TensorFlow operations; none: unknown. */
  readonly operations: ReadonlySet<string>;
  call(x: Tensor): readonly Tensor[];
  /** For models with control flow, which cannot be called otherwise. */
  callAsync: ((x: Tensor) => Promise<readonly Tensor[]>) | null;
  dispose(): void;
}

/**
 * Wraps a model to work on flat arrays, after matching its input with the manifest's item. Disposes of a model that
 * does not match.
 *
 * @param itemDims shape of one item according to the manifest
 * @param what names the model in messages
 * @throws AiopsError 'model' with both shapes
 */
export function fittedModel(
  tf: TensorFlow,
  model: TfModel,
  itemDims: readonly number[],
  what: string,
): LoadedModel {
  try {
    const input = fitInput(itemDims, soleInput(model, what).shape, what);
    const predict = explained(predictor(tf, model, [...input.dims], what), what);
    const { operations } = model;
    return { declaredBatch: input.batch, operations, predict, dispose: () => model.dispose() };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Names the cause of failures whose own text does not. */
function explained(predict: LoadedModel['predict'], what: string): LoadedModel['predict'] {
  return (input, items) =>
    predict(input, items).catch((cause: unknown) => {
      throw cause instanceof AiopsError ? cause : (knownCause(what, cause) ?? cause);
    });
}

export function asList(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  return result instanceof Array ? result : [result];
}

function soleInput(model: TfModel, what: string): TfModel['inputs'][number] {
  const [input] = model.inputs;
  const types = model.inputs.map(({ dtype }) => dtype ?? 'unknown').join(', ');
  if (input !== undefined && model.inputs.length === 1 && (input.dtype ?? 'float32') === 'float32')
    return input;
  if (model.inputs.length === 1) {
    throw new AiopsError('model', `${what} takes ${types}, expected float32`, {
      hint: 'cast it inside the model: windows are float32',
    });
  }
  throw new AiopsError(
    'model',
    `${what} has ${model.inputs.length} inputs (${types}), expected one of float32`,
    {
      hint: 'give the model one input with the windows',
    },
  );
}

function predictor(
  tf: TensorFlow,
  model: TfModel,
  dims: readonly number[],
  what: string,
): LoadedModel['predict'] {
  const order = model.outputNames.map((name, i) => ({ name, i })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const collect = (tensors: readonly Tensor[], items: number): Outputs =>
    interleaved(
      order.map(({ name, i }) => flattened(tensors[i], items, name, what)),
      items,
    );
  return async (input, items) => {
    if (model.callAsync !== null) {
      const x = tf.tensor(input, [items, ...dims]);
      const tensors = await model.callAsync(x).finally(() => x.dispose());
      try {
        return collect(tensors, items);
      } finally {
        tf.dispose([...tensors]);
      }
    }
    // Nothing is returned from tidy, because it would look for a tensor in every element of an array.
    const outputs: Outputs[] = [];
    tf.tidy(() => void outputs.push(collect(model.call(tf.tensor(input, [items, ...dims])), items)));
    return outputs[0]!;
  };
}

interface Flat extends ModelOutput {
  /** `[items, size]` */
  readonly values: Float32Array;
}

function flattened(tensor: Tensor | undefined, items: number, name: string, what: string): Flat {
  const shape = tensor?.shape ?? [];
  if (
    tensor === undefined ||
    shape[0] !== items ||
    tensor.dtype === 'string' ||
    tensor.dtype === 'complex64'
  ) {
    throw new AiopsError(
      'model',
      `output ${name} of ${what} has shape [${shape.join(',')}] and type ${tensor?.dtype ?? 'none'} ` +
        `for ${plural(items, 'item')}; expected real numbers of shape [${items},…]`,
      { hint: 'a model has to answer item by item; items are the first dimension' },
    );
  }
  const data = tensor.dataSync();
  // Native TensorFlow returns 64-bit integers as BigInt.
  const values = data instanceof Float32Array ? data : Float32Array.from(data, Number);
  return { name, size: values.length / items, values };
}

/** Joins the outputs item by item. */
function interleaved(parts: readonly Flat[], items: number): Outputs {
  const layout = parts.map(({ name, size }) => ({ name, size }));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return { layout, width: only.size, values: only.values };
  const width = parts.reduce((total, part) => total + part.size, 0);
  const values = new Float32Array(items * width);
  let column = 0;
  for (const part of parts) {
    for (let item = 0; item < items; item++) {
      const own = part.values.subarray(item * part.size, (item + 1) * part.size);
      values.set(own, item * width + column);
    }
    column += part.size;
  }
  return { layout, width, values };
}
