import { fieldBytes, fieldTexts, protobufFields } from './protobuf.js';

/** An input or output of a signature. */
export interface SignatureTensor {
  readonly name: string;
  /** Without `DT_`, in lower case: `float`, `int64`, `bfloat16`. */
  readonly type: string;
  /** null: any size; the whole shape is null where its rank is unknown. */
  readonly shape: readonly (number | null)[] | null;
}

export interface ModelSignature {
  readonly name: string;
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
}

/** What a `saved_model.pb` says about its graph for serving. */
export interface SavedModelContent {
  readonly signatures: readonly ModelSignature[];
  /** Names of its operations, those of its functions included. */
  readonly operations: ReadonlySet<string>;
}

const TRAINING_SIGNATURES = new Set(['__saved_model_train_op', '__saved_model_init_op']);

/**
 * Reads a `saved_model.pb` without TensorFlow: its first graph with the tag `serve`, or its first one.
 *
 * Source: tensorflow/core/protobuf/{saved_model,meta_graph}.proto, tensorflow/core/framework/{graph,function,
 * node_def,types,tensor_shape}.proto
 *
 * @throws RangeError if the bytes are not a SavedModel
 */
export function readSavedModel(bytes: Uint8Array): SavedModelContent {
  const graphs = fieldBytes(bytes, 2);
  const serving = graphs.find((graph) =>
    fieldBytes(graph, 1).some((info) => fieldTexts(info, 4).includes('serve')),
  );
  const graph = serving ?? graphs[0];
  if (graph === undefined) throw new RangeError('there is no graph in it');
  const signatures = fieldBytes(graph, 5).map(signatureOf);
  return {
    signatures: signatures.filter(({ name }) => !TRAINING_SIGNATURES.has(name)),
    operations: new Set(fieldBytes(graph, 2).flatMap(operationsOf)),
  };
}

function operationsOf(graphDef: Uint8Array): string[] {
  const functions = fieldBytes(graphDef, 2).flatMap((library) => fieldBytes(library, 1));
  const nodes = [...fieldBytes(graphDef, 1), ...functions.flatMap((one) => fieldBytes(one, 3))];
  return nodes.map((node) => textOf(node, 2));
}

function signatureOf(entry: Uint8Array): ModelSignature {
  const [definition = new Uint8Array()] = fieldBytes(entry, 2);
  return {
    name: textOf(entry, 1),
    inputs: tensorsOf(definition, 1),
    outputs: tensorsOf(definition, 2),
  };
}

/** In code-unit order, in which the outputs of an item are joined. */
function tensorsOf(definition: Uint8Array, field: number): SignatureTensor[] {
  const tensors = fieldBytes(definition, field).map((entry) => {
    const [info = new Uint8Array()] = fieldBytes(entry, 2);
    const number = numberOf(info, 2);
    return { name: textOf(entry, 1), type: TYPES[number] ?? `type ${number}`, shape: shapeOf(info) };
  });
  return tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function shapeOf(info: Uint8Array): SignatureTensor['shape'] {
  const [shape] = fieldBytes(info, 3);
  if (shape === undefined || numberOf(shape, 3) === 1) return null;
  return fieldBytes(shape, 2).map((dimension) => {
    const size = numberOf(dimension, 1);
    return size >= 2 ** 63 ? null : size; // -1, which a varint holds as 2⁶⁴ − 1
  });
}

/** The last value; '', protobuf's default, if there is none. */
function textOf(message: Uint8Array, field: number): string {
  return fieldTexts(message, field).at(-1) ?? '';
}

/** The last value; 0, protobuf's default, if there is none. */
function numberOf(message: Uint8Array, field: number): number {
  let found = 0;
  for (const [number, value] of protobufFields(message))
    if (number === field && typeof value === 'number') found = value;
  return found;
}

/** TensorFlow's data types by their number. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'float', 2: 'double', 3: 'int32', 4: 'uint8', 5: 'int16', 6: 'int8', 7: 'string', 8: 'complex64' },
  ...{ 9: 'int64', 10: 'bool', 11: 'qint8', 12: 'quint8', 13: 'qint32', 14: 'bfloat16', 15: 'qint16' },
  ...{ 16: 'quint16', 17: 'uint16', 18: 'complex128', 19: 'half', 20: 'resource', 21: 'variant' },
  ...{ 22: 'uint32', 23: 'uint64', 24: 'float8_e5m2', 25: 'float8_e4m3fn', 29: 'int4', 30: 'uint4' },
};
