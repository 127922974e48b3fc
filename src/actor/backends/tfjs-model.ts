import type * as converter from '@tensorflow/tfjs-converter';
import type * as core from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

import { AiopsError } from '../../core/errors.js';
import { readFormat, type Bundle, type TfjsFormat } from '../../model/bundle.js';
import type { ModelArtifacts } from '../../model/model-json.js';
import type { LoadedModel, Outputs } from './backend.js';
import { fitInput, type DeclaredShape } from './input-shape.js';

/** What this program uses of TF.js: three packages on wasm, one namespace on node. */
export type TensorFlow = Pick<typeof core, 'dispose' | 'tensor' | 'tidy'> &
  Pick<typeof converter, 'loadGraphModel'> &
  Pick<typeof layers, 'loadLayersModel'>;

/** What both kinds of TF.js models have in common here. */
interface Model {
  readonly inputs: readonly { readonly shape?: DeclaredShape; readonly dtype?: string }[];
  /** In the order of `call`'s tensors. */
  readonly outputNames: readonly string[];
  call(x: Tensor): readonly Tensor[];
  /** For models with control flow, which can't be called otherwise. */
  callAsync: ((x: Tensor) => Promise<readonly Tensor[]>) | null;
  dispose(): void;
}

/**
 * Loads one of a bundle's formats from checked bytes in memory.
 *
 * @param itemDims shape of one item as the manifest has it
 * @throws AiopsError 'model' naming the file and what is wrong with it
 */
export async function loadTfjsModel(
  tf: TensorFlow,
  bundle: Bundle,
  format: TfjsFormat,
  itemDims: readonly number[],
): Promise<LoadedModel> {
  const file = `the ${format} of ${bundle.manifest.name}`;
  const artifacts = await readFormat(bundle, format);
  const model = await LOADERS[format](tf, artifacts).catch((cause: unknown) => {
    if (cause instanceof AiopsError) throw cause;
    throw new AiopsError('model', `TensorFlow.js cannot load ${file} (${bundle.dir}): ${reasonOf(cause)}`, {
      hint: 'convert it with tensorflowjs_converter, for instance to a graph-model',
      cause,
    });
  });
  try {
    const input = fitInput(itemDims, soleInput(model, file).shape, file);
    const predict = predictor(tf, model, [...input.dims], file);
    return { declaredBatch: input.batch, predict, dispose: () => model.dispose() };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

const LOADERS: Readonly<Record<TfjsFormat, (tf: TensorFlow, artifacts: ModelArtifacts) => Promise<Model>>> = {
  'graph-model': loadGraph,
  'layers-model': loadLayers,
};

async function loadGraph(tf: TensorFlow, artifacts: ModelArtifacts): Promise<Model> {
  const model = await tf.loadGraphModel(handler(artifacts));
  const outputNames = model.outputNodes;
  const names = [...outputNames];
  const loaded: Model = {
    inputs: model.inputs,
    outputNames,
    call: (x) => asList(model.execute(x, names)),
    callAsync: null,
    dispose: () => model.dispose(),
  };
  if (needsAsync(artifacts)) loaded.callAsync = async (x) => asList(await model.executeAsync(x, names));
  return loaded;
}

/** TF.js runs these operations only in `executeAsync`, which costs every other graph twice the time. */
const ASYNC_OPERATIONS = new Set([
  ...['Switch', 'Merge', 'Enter', 'Exit', 'NextIteration'],
  ...['If', 'StatelessIf', 'While', 'StatelessWhile'],
  ...['Where', 'ListDiff'],
  ...['NonMaxSuppressionV2', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5'],
]);

function needsAsync({ json }: ModelArtifacts): boolean {
  const nodes: unknown = json.modelTopology['node'];
  if (!Array.isArray(nodes)) return false;
  return nodes.some(
    (node: { readonly op?: unknown }) => typeof node.op === 'string' && ASYNC_OPERATIONS.has(node.op),
  );
}

async function loadLayers(tf: TensorFlow, artifacts: ModelArtifacts): Promise<Model> {
  const model = await tf.loadLayersModel(handler(artifacts));
  const stateful = model.layers.find((layer) => layer.stateful);
  if (stateful !== undefined) {
    model.dispose();
    throw new AiopsError(
      'model',
      `the layer ${stateful.name} is stateful: an answer would depend on the items that came before it`,
      { hint: 'save the model with stateful=False; the weights stay the same' },
    );
  }
  return {
    inputs: model.inputs,
    // A Sequential leaves its own outputNames empty.
    outputNames: model.outputNames.length > 0 ? model.outputNames : model.outputs.map(({ name }) => name),
    // Not predict(), which cuts its input into batches of 32.
    call: (x) => asList(model.predictOnBatch(x)),
    callAsync: null,
    dispose: () => void model.dispose(),
  };
}

function handler({ json, weightSpecs, weightData }: ModelArtifacts) {
  const { modelTopology, format, signature, userDefinedMetadata, modelInitializer, initializerSignature } =
    json;
  const given = { format, signature, userDefinedMetadata, modelInitializer, initializerSignature };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const specs = weightSpecs.map(({ quantization, ...spec }) =>
    // The scale and minimum of a quantization, which TF.js reads, are loose members that the type does not name.
    quantization === undefined ? spec : { ...spec, quantization },
  );
  return { load: async () => ({ modelTopology, weightSpecs: specs, weightData, ...present }) };
}

function soleInput(model: Model, file: string): Model['inputs'][number] {
  const [input] = model.inputs;
  const types = model.inputs.map(({ dtype }) => dtype ?? 'unknown').join(', ');
  if (input !== undefined && model.inputs.length === 1 && (input.dtype ?? 'float32') === 'float32')
    return input;
  throw new AiopsError(
    'model',
    `${file} has ${model.inputs.length} inputs (${types}), expected one of float32`,
    {
      hint: 'give the model one input with the windows',
    },
  );
}

function predictor(
  tf: TensorFlow,
  model: Model,
  dims: readonly number[],
  file: string,
): LoadedModel['predict'] {
  const order = model.outputNames.map((name, i) => ({ name, i })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = order.map(({ name }) => name);
  const collect = (tensors: readonly Tensor[], items: number): Outputs => {
    const parts = order.map(({ name, i }) => flattened(tensors[i], items, `output ${name} of ${file}`));
    return { names, ...interleaved(parts, items) };
  };
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
    // Nothing is returned through tidy: it would look for a tensor in every element of an array.
    const outputs: Outputs[] = [];
    tf.tidy(() => void outputs.push(collect(model.call(tf.tensor(input, [items, ...dims])), items)));
    return outputs[0]!;
  };
}

interface Flat {
  readonly width: number;
  readonly values: Float32Array;
}

function flattened(tensor: Tensor | undefined, items: number, what: string): Flat {
  const shape = tensor?.shape ?? [];
  if (
    tensor === undefined ||
    shape[0] !== items ||
    tensor.dtype === 'string' ||
    tensor.dtype === 'complex64'
  ) {
    throw new AiopsError(
      'model',
      `${what} has shape [${shape.join(',')}] and type ${tensor?.dtype ?? 'none'} for ${items} items; ` +
        `expected real numbers of shape [${items},…]`,
      { hint: 'a model has to answer item by item, the items being its first dimension' },
    );
  }
  const data = tensor.dataSync();
  return {
    width: data.length / items,
    values: data instanceof Float32Array ? data : Float32Array.from(data),
  };
}

/** Item by item, one output after another. */
function interleaved(parts: readonly Flat[], items: number): Flat {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const width = parts.reduce((total, part) => total + part.width, 0);
  const values = new Float32Array(items * width);
  let column = 0;
  for (const part of parts) {
    for (let item = 0; item < items; item++) {
      const own = part.values.subarray(item * part.width, (item + 1) * part.width);
      values.set(own, item * width + column);
    }
    column += part.width;
  }
  return { width, values };
}

function asList(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  return result instanceof Array ? result : [result];
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
