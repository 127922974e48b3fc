import { AiopsError } from '../../core/errors.js';
import type { Backend } from './backend.js';
import { loadTfjsNode, processorFeatures, TFJS_NODE, tensorflowVersion } from './node-package.js';
import { loadSavedModel } from './saved-model.js';
import { loadTfjsModel } from './tfjs-model.js';

/**
 * Items per call on native TensorFlow. Its kernels choose their blocking by the batch shape, so answers only have the
 * same bits, however a block is cut, if all calls have the same shape. Larger calls are cheaper for blocks of thousands
 * of items, but a minute of a few items pays for a whole call (docs/benchmarks.md, "Batch shape").
 */
const BATCH_SIZE = 128;

/**
 * Starts native TensorFlow through tfjs-node.
 *
 * @param threads that TensorFlow may use, for the report; it reads them from its environment
 * @param native the folder whose `node_modules` has tfjs-node; null: that of this program
 * @throws AiopsError 'backend' or 'backend_missing' that says why it is not available and what to do
 */
export async function openNode(threads: number, native: string | null): Promise<Backend> {
  const tf = loadTfjsNode(native);
  dropInt64Notes();
  let product = NaN;
  tf.tidy(() => {
    const pair = tf.tensor([3, 4], [1, 2]);
    product = tf.matMul(pair, pair, false, true).dataSync()[0] ?? NaN;
  });
  if (product !== 25)
    throw new AiopsError('backend', `${TFJS_NODE} computes wrong results: [3 4] · [3 4] = ${product}`);
  return {
    facts: {
      name: 'node',
      versions: { 'tfjs-node': tf.version['tfjs-node'] ?? 'unknown', tensorflow: tensorflowVersion(tf) },
      threads,
      features: processorFeatures(),
    },
    defaultBatchSize: BATCH_SIZE,
    shapeMatters: true,
    load: (bundle, format, itemDims) =>
      format === 'saved-model'
        ? loadSavedModel(tf, bundle, itemDims)
        : loadTfjsModel(tf, bundle, format, itemDims),
  };
}

const INT64_NOTE = 'INT64 output tensor will be stored as BigInt64Array.';
let dropsInt64Notes = false;

/** tfjs-node prints it in each call of a model with such an output, which this program reads correctly. */
function dropInt64Notes(): void {
  if (dropsInt64Notes) return;
  dropsInt64Notes = true;
  /* eslint-disable no-console -- where tfjs-node prints it */
  const warn = console.warn.bind(console);
  console.warn = (...args: unknown[]) => {
    if (args[0] !== INT64_NOTE) warn(...args);
  };
}
