/* Which TensorFlow operations a model consists of, as far as its calls depend on them. */

/**
 * Operations that compute a number in the same way wherever it is in a tensor, or in ways that differ in most numbers,
 * because they add in another order. Their tensors have a multiple of 128 numbers in calls of 128 items and more, which
 * leaves no rest of a vector. Not so those that broadcast and approximate in one kernel (Softmax, Pow, Atan2): Eigen
 * cuts their tensors into tiles, whose last numbers it computes one by one, and one in thousands of these then has
 * another last digit.
 */
const UNIFORM = new Set(
  [
    // sums and the like
    'AddN AvgPool BatchMatMul BatchMatMulV2 BiasAdd Conv2D DepthwiseConv2dNative Einsum FusedBatchNorm',
    'FusedBatchNormV2 FusedBatchNormV3 MatMul Max MaxPool Mean Min Prod Sum',
    'FusedConv2D FusedDepthwiseConv2dNative _FusedConv2D _FusedMatMul',
    // exact, or of a single tensor
    'Abs Add AddV2 Elu Erf Exp Expm1 LeakyRelu Log Log1p Maximum Minimum Mul Neg RealDiv Relu Relu6 Rsqrt Selu',
    'Sigmoid Sign Softplus Softsign Sqrt Square SquaredDifference Sub Tanh',
    // shapes, choices, control flow
    'All Any Cast Concat ConcatOffset ConcatV2 Const Enter Equal Exit ExpandDims Fill FloorMod Gather GatherV2',
    'Greater GreaterEqual Identity IdentityN InvertPermutation IsFinite IsInf IsNan Less LessEqual LogicalAnd',
    'LogicalNot LogicalOr LoopCond Merge MirrorPad NextIteration NotEqual Pack Pad PadV2 PartitionedCall',
    'Placeholder PlaceholderWithDefault Range Rank Reshape ReverseV2 Select SelectV2 Shape Size Slice Split SplitV',
    'Squeeze StatefulPartitionedCall StatelessWhile StopGradient StridedSlice Switch TensorListFromTensor',
    'TensorListGetItem TensorListReserve TensorListSetItem TensorListStack Tile Transpose Unpack While ZerosLike',
    // variables, saving, and what Keras saves for training and for GPUs
    'AssignSubVariableOp AssignVariableOp CudnnRNN CudnnRNNBackprop DisableCopyOnRead MergeV2Checkpoints NoOp',
    'ReadVariableOp RestoreV2 SaveV2 ShardedFilename StaticRegexFullMatch StridedSliceGrad StringJoin VarHandleOp',
  ].flatMap((names) => names.split(' ')),
);

/** Whether calls of several sizes give the same bits if they gave the same bits for thousands of numbers. */
export function areUniform(operations: ReadonlySet<string>): boolean {
  return operations.size > 0 && [...operations].every((name) => UNIFORM.has(name));
}

/** The operations in the `modelTopology` of a graph-model, a GraphDef as JSON. */
export function graphOperations(topology: Readonly<Record<string, unknown>>): Set<string> {
  const { node = [], library } = topology as GraphJson;
  const inFunctions = library?.function?.flatMap(({ nodeDef = [] }) => nodeDef) ?? [];
  return new Set([...node, ...inFunctions].map(({ op = '' }) => op));
}

interface GraphJson {
  readonly node?: readonly NodeJson[];
  readonly library?: { readonly function?: readonly { readonly nodeDef?: readonly NodeJson[] }[] };
}

interface NodeJson {
  readonly op?: string;
}

/** Field numbers from a SavedModel message to the operations of its graphs, and of their functions. */
const META_GRAPHS = 2;
const GRAPH_DEF = 2;
const NODE_OPS = [META_GRAPHS, GRAPH_DEF, 1, 2];
const FUNCTION_OPS = [META_GRAPHS, GRAPH_DEF, 2, 1, 3, 2];

/**
 * The operations in a `saved_model.pb` that TensorFlow was able to load.
 *
 * Source: tensorflow/core/protobuf/{saved_model,meta_graph}.proto, tensorflow/core/framework/{graph,function,node_def}.proto
 */
export function savedModelOperations(bytes: Uint8Array): Set<string> {
  const decoder = new TextDecoder();
  const names = [NODE_OPS, FUNCTION_OPS].flatMap((path) => [...fieldsAt(bytes, path)]);
  return new Set(names.map((name) => decoder.decode(name)));
}

/** The fields that a path of field numbers leads to. */
function* fieldsAt(message: Uint8Array, [number, ...rest]: readonly number[]): Generator<Uint8Array> {
  for (const [field, content] of lengthDelimitedFields(message)) {
    if (field !== number) continue;
    if (rest.length === 0) yield content;
    else yield* fieldsAt(content, rest);
  }
}

/** The fields of a protobuf message that hold messages, strings or bytes. Source: protobuf.dev/programming-guides/encoding */
function* lengthDelimitedFields(message: Uint8Array): Generator<[field: number, content: Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++]!;
      value += (byte % 128) * scale;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag % 8;
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      yield [Math.floor(tag / 8), message.subarray(at, at + length)];
      at += length;
    } else throw new RangeError(`a protobuf field of type ${type}`);
  }
}
