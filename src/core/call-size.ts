/**
 * Items per call on native TensorFlow. Its kernels choose their blocking by the batch shape, so answers only have the
 * same bits, however a block is cut, if all calls have the same shape. Larger calls are cheaper for blocks of thousands
 * of items, but a minute of a few items pays for a whole call (docs/benchmarks.md, "Batch shape").
 */
export const NODE_BATCH_SIZE = 128;
