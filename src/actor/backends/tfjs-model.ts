import { AiopsError, messageOf } from '../../core/errors.js';
import { readFormat, type Bundle, type TfjsFormat } from '../../model/bundle.js';
import { operationsOf } from '../../model/graph.js';
import { graphOfJson } from '../../model/graph-json.js';
import type { ModelArtifacts } from '../../model/model-json.js';
import type { LoadedModel } from './backend.js';
import { knownCause } from './known-causes.js';
import { expectStateless } from './stateless.js';
import { asList, fittedModel, type TensorFlow, type TfModel } from './tf-model.js';

/**
 * Loads a bundle's graph-model or layers-model from checked bytes in memory.
 *
 * @param itemDims shape of one item according to the manifest
 * @throws AiopsError 'model' naming the file and what is wrong with it
 */
export async function loadTfjsModel(
  tf: TensorFlow,
  bundle: Bundle,
  format: TfjsFormat,
  itemDims: readonly number[],
): Promise<LoadedModel> {
  const what = `the ${format} of ${bundle.manifest.name}`;
  const artifacts = await readFormat(bundle, format);
  const model = await LOADERS[format](tf, artifacts).catch((cause: unknown) => {
    if (cause instanceof AiopsError) throw cause;
    throw (
      knownCause(what, cause) ??
      new AiopsError('model', `TensorFlow.js cannot load ${what} (${bundle.dir}): ${messageOf(cause)}`, {
        hint: 'convert it with tensorflowjs_converter, for example to a graph-model',
        cause,
      })
    );
  });
  try {
    if (format === 'graph-model') expectPlainGraph(artifacts, model, what);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return fittedModel(tf, model, itemDims, what);
}

/** @throws AiopsError 'model' for state, or for a lookup table, which TensorFlow.js takes for a second input */
function expectPlainGraph(
  { json }: ModelArtifacts,
  { inputs, outputNames, operations }: TfModel,
  what: string,
): void {
  expectStateless(graphOfJson(json.modelTopology), outputNames, what);
  const table = [...operations].find((name) => /^LookupTable|HashTable/.test(name));
  if (table === undefined || inputs.length < 2) return;
  throw new AiopsError('model', `${what} has a lookup table (${table}), which graph-models cannot use here`, {
    hint: 'use its SavedModel with --backend node, or look values up before the model',
  });
}

const LOADERS: Readonly<Record<TfjsFormat, (tf: TensorFlow, artifacts: ModelArtifacts) => Promise<TfModel>>> =
  {
    'graph-model': loadGraph,
    'layers-model': loadLayers,
  };

async function loadGraph(tf: TensorFlow, artifacts: ModelArtifacts): Promise<TfModel> {
  const model = await tf.loadGraphModel(handler(artifacts));
  const outputNames = model.outputNodes;
  const names = [...outputNames];
  const operations = operationsOf(graphOfJson(artifacts.json.modelTopology));
  const loaded: TfModel = {
    inputs: model.inputs,
    outputNames,
    operations,
    call: (x) => asList(model.execute(x, names)),
    callAsync: null,
    dispose: () => model.dispose(),
  };
  if (needsAsync(operations)) loaded.callAsync = async (x) => asList(await model.executeAsync(x, names));
  return loaded;
}

/** TF.js supports these operations only in `executeAsync`, which takes twice as long for any other graph. */
const ASYNC_OPERATIONS = new Set([
  ...['Switch', 'Merge', 'Enter', 'Exit', 'NextIteration'],
  ...['If', 'StatelessIf', 'While', 'StatelessWhile'],
  ...['Where', 'ListDiff'],
  ...['NonMaxSuppressionV2', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5'],
]);

function needsAsync(operations: ReadonlySet<string>): boolean {
  return [...operations].some((name) => ASYNC_OPERATIONS.has(name));
}

async function loadLayers(tf: TensorFlow, artifacts: ModelArtifacts): Promise<TfModel> {
  const model = await tf.loadLayersModel(handler(artifacts));
  const stateful = model.layers.find((layer) => layer.stateful);
  if (stateful !== undefined) {
    model.dispose();
    throw new AiopsError(
      'model',
      `the layer ${stateful.name} is stateful: an answer would depend on earlier items`,
      { hint: 'save the model with stateful=False; the weights stay the same' },
    );
  }
  return {
    inputs: model.inputs,
    // The outputNames of a Sequential are empty.
    outputNames: model.outputNames.length > 0 ? model.outputNames : model.outputs.map(({ name }) => name),
    operations: new Set(),
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
    // TF.js also reads the scale and minimum of a quantization, which the type does not have.
    quantization === undefined ? spec : { ...spec, quantization },
  );
  return { load: async () => ({ modelTopology, weightSpecs: specs, weightData, ...present }) };
}
