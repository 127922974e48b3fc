import { protobufMessage, type Message } from './protobuf.js';

/** An input or output of a signature. */
export interface SignatureTensor {
  readonly name: string;
  /** Without `DT_`, in lower case: `float`, `int64`, `bfloat16`. */
  readonly type: string;
  /** In the graph, such as `StatefulPartitionedCall:0`. */
  readonly tensor: string;
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
  const graphs = protobufMessage(bytes).messages(2 /* meta_graphs */);
  const serving = graphs.find((graph) =>
    graph.messages(1 /* meta_info_def */).some((info) => info.texts(4 /* tags */).includes('serve')),
  );
  const graph = serving ?? graphs[0];
  if (graph === undefined) throw new RangeError('there is no graph in it');
  const signatures = graph.messages(5 /* signature_def */).map(signatureOf);
  return {
    signatures: signatures.filter(({ name }) => !TRAINING_SIGNATURES.has(name)),
    operations: new Set(graph.messages(2 /* graph_def */).flatMap(operationsOf)),
  };
}

function operationsOf(graphDef: Message): string[] {
  const functions = graphDef
    .messages(2 /* library */)
    .flatMap((library) => library.messages(1 /* function */));
  const nodes = [
    ...graphDef.messages(1 /* node */),
    ...functions.flatMap((one) => one.messages(3 /* node_def */)),
  ];
  return nodes.map((node) => node.text(2 /* op */));
}

function signatureOf(entry: Message): ModelSignature {
  const [definition] = entry.messages(2 /* value */);
  return {
    name: entry.text(1 /* key */),
    inputs: tensorsOf(definition?.messages(1 /* inputs */) ?? []),
    outputs: tensorsOf(definition?.messages(2 /* outputs */) ?? []),
  };
}

/** In code-unit order, in which the outputs of an item are joined. */
function tensorsOf(entries: readonly Message[]): SignatureTensor[] {
  const tensors = entries.map((entry) => {
    const [info] = entry.messages(2 /* value */);
    const number = numberOf(info, 2 /* dtype */);
    return {
      name: entry.text(1 /* key */),
      type: TYPES[number] ?? `type ${number}`,
      tensor: info?.text(1 /* name */) ?? '',
      shape: shapeOf(info),
    };
  });
  return tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function shapeOf(info: Message | undefined): SignatureTensor['shape'] {
  const [shape] = info?.messages(3 /* tensor_shape */) ?? [];
  if (shape === undefined || numberOf(shape, 3 /* unknown_rank */) === 1) return null;
  return shape.messages(2 /* dim */).map((dimension) => {
    const size = numberOf(dimension, 1 /* size */);
    return size >= 2 ** 63 ? null : size; // -1, which a varint holds as 2⁶⁴ − 1
  });
}

/** The last value; 0, protobuf's default, if there is none. */
function numberOf(message: Message | undefined, field: number): number {
  return message?.numbers(field).at(-1) ?? 0;
}

/** TensorFlow's data types by their number. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'float', 2: 'double', 3: 'int32', 4: 'uint8', 5: 'int16', 6: 'int8', 7: 'string', 8: 'complex64' },
  ...{ 9: 'int64', 10: 'bool', 11: 'qint8', 12: 'quint8', 13: 'qint32', 14: 'bfloat16', 15: 'qint16' },
  ...{ 16: 'quint16', 17: 'uint16', 18: 'complex128', 19: 'half', 20: 'resource', 21: 'variant' },
  ...{ 22: 'uint32', 23: 'uint64', 24: 'float8_e5m2', 25: 'float8_e4m3fn', 29: 'int4', 30: 'uint4' },
};
