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
