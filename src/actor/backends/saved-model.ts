import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Tensor } from '@tensorflow/tfjs-core';

import { AiopsError, messageOf } from '../../core/errors.js';
import { checkSavedModel, type Bundle } from '../../model/bundle.js';
import { operationsOf } from '../../model/graph.js';
import { savedModelGraphs, type TaggedGraph } from '../../model/saved-model-graph.js';
import { readSavedModel, type SavedModelContent } from '../../model/signatures.js';
import type { LoadedModel } from './backend.js';
import { knownCause } from './known-causes.js';
import { expectStateless } from './stateless.js';
import { fittedModel, type TensorFlow, type TfModel } from './tf-model.js';

/** tfjs-node's functions for SavedModels; dimensions are protobuf messages. */
export interface SavedModels {
  getMetaGraphsFromSavedModel(path: string): Promise<readonly MetaGraph[]>;
  loadSavedModel(path: string, tags: string[], signature: string): Promise<NativeModel>;
}

interface MetaGraph {
  readonly tags: string[];
  readonly signatureDefs: Readonly<Record<string, Signature>>;
}

interface Signature {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
}

interface TensorInfo {
  /** Of the tensor in the graph. */
  readonly name: string;
  readonly dtype: string;
  readonly tfDtype: string;
  readonly shape: readonly { getSize(): number }[];
}

interface NativeModel {
  predict(inputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
  dispose(): void;
}

/**
 * Loads a bundle's SavedModel into a native session. TensorFlow reads the files itself, right after they were checked.
 *
 * @param itemDims shape of one item according to the manifest
 * @throws AiopsError 'model' naming the folder and what is wrong with it
 */
export async function loadSavedModel(
  tf: TensorFlow & { readonly node: SavedModels },
  bundle: Bundle,
  itemDims: readonly number[],
): Promise<LoadedModel> {
  const what = `the saved-model of ${bundle.manifest.name}`;
  const path = await checkSavedModel(bundle);
  const bytes = await readFile(join(path, 'saved_model.pb'));
  const content = contentOf(bytes);
  if (content !== null) checkContent(content, path, what);
  try {
    const { tags, signatureDefs } = servingGraph(await tf.node.getMetaGraphsFromSavedModel(path), what);
    const [name, signature] = chooseSignature(signatureDefs, bundle.manifest.signature, what);
    const graphs = savedModelGraphs(bytes);
    expectStatelessSignature(graphs, tags, signature, `${what} (signature ${name})`);
    const model = await tf.node.loadSavedModel(path, tags, name);
    const operations = new Set(graphs.flatMap(({ graph }) => [...operationsOf(graph)]));
    return fittedModel(
      tf,
      signedModel(model, signature, operations),
      itemDims,
      `${what} (signature ${name})`,
    );
  } catch (cause) {
    if (cause instanceof AiopsError) throw cause;
    throw (
      knownCause(what, cause) ??
      new AiopsError('model', `TensorFlow cannot load ${what} (${path}): ${messageOf(cause)}`, {
        hint: 'save it again, using only operations of the TensorFlow version that `aiops-serve native status` shows',
        cause,
      })
    );
  }
}

/** Null: the file is not understood, and TensorFlow says why. */
function contentOf(bytes: Uint8Array): SavedModelContent | null {
  try {
    return readSavedModel(bytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Types of inputs and outputs that tfjs-node knows; it refuses a model that has others in any signature. */
const KNOWN_TYPES = new Set(['float', 'int32', 'int64', 'uint8', 'bool', 'complex64', 'string']);

/** @throws AiopsError 'model' for faults that TensorFlow would report late, or without saying where they are */
function checkContent({ signatures, operations }: SavedModelContent, path: string, what: string): void {
  if (operations.has('VarHandleOp') && !existsSync(join(path, 'variables', 'variables.index'))) {
    throw new AiopsError(
      'model',
      `${what} has no weights: ${join(path, 'variables')} lacks variables.index`,
      {
        hint: 'copy the whole folder that model.export(folder) or tf.saved_model.save wrote, variables/ included',
      },
    );
  }
  for (const { name, inputs, outputs } of signatures) {
    const sides = [
      ...inputs.map((one) => ['input', one] as const),
      ...outputs.map((one) => ['output', one] as const),
    ];
    for (const [side, tensor] of sides) {
      if (KNOWN_TYPES.has(tensor.type)) continue;
      throw new AiopsError(
        'model',
        `${side} ${tensor.name} of the signature ${name} of ${what} is of type ${tensor.type}, which tfjs-node does not support`,
        { hint: 'cast inputs and outputs to float32 in every signature that is saved with it' },
      );
    }
  }
}

/** The graph that was saved for serving, or the only one. */
function servingGraph(graphs: readonly MetaGraph[], what: string): MetaGraph {
  const serving = graphs.find(({ tags }) => tags.length === 1 && tags[0] === 'serve');
  const [first] = graphs;
  const chosen = serving ?? (graphs.length === 1 ? first : undefined);
  if (chosen !== undefined) return chosen;
  const found = graphs.map(({ tags }) => `{${tags.join(', ')}}`).join(' and ');
  throw new AiopsError('model', `${what} has no graph with the tag serve, only ${found || 'none at all'}`, {
    hint: 'save it with tf.saved_model.save, which sets that tag',
  });
}

/**
 * The signature that the manifest names, or `serving_default`, or the only one.
 *
 * @throws AiopsError 'model' that lists the existing ones
 */
function chooseSignature(
  signatures: MetaGraph['signatureDefs'],
  wanted: string | undefined,
  what: string,
): [name: string, Signature] {
  const names = Object.keys(signatures).filter((name) => name !== '__saved_model_train_op');
  const name =
    wanted ?? (names.includes(DEFAULT_SIGNATURE) || names.length !== 1 ? DEFAULT_SIGNATURE : names[0]!);
  const found = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (found !== undefined) return [name, found];
  const lacking = names.length === 0 ? 'no signature' : `no signature ${name}, only ${names.join(', ')}`;
  throw new AiopsError('model', `${what} has ${lacking}`, {
    hint:
      names.length === 0
        ? 'save it with tf.saved_model.save(model, folder, signatures=…)'
        : 'name one of them: "signature" in aiops-model.json, --signature for a model without one',
  });
}

const DEFAULT_SIGNATURE = 'serving_default';

function expectStatelessSignature(
  graphs: readonly TaggedGraph[],
  tags: readonly string[],
  { outputs }: Signature,
  what: string,
): void {
  const tensors = Object.values(outputs).map(({ name }) => name);
  for (const { graph, tags: found } of graphs)
    if (found.join() === tags.join()) expectStateless(graph, tensors, what);
}

function signedModel(
  model: NativeModel,
  { inputs, outputs }: Signature,
  operations: ReadonlySet<string>,
): TfModel {
  const outputNames = Object.keys(outputs);
  const [inputName = ''] = Object.keys(inputs);
  return {
    inputs: Object.values(inputs).map(({ dtype, tfDtype, shape }) => ({
      dtype: tfDtype === 'DT_FLOAT' ? dtype : tfDtype,
      // A tensor of unknown rank also has no dimensions; a model that takes a scalar fails during warm-up.
      shape: shape.length === 0 ? undefined : shape.map((dim) => dim.getSize()),
    })),
    outputNames,
    operations,
    call: (x) => {
      const answers = model.predict({ [inputName]: x });
      return outputNames.map((name) => answers[name]!);
    },
    callAsync: null,
    dispose: () => model.dispose(),
  };
}
