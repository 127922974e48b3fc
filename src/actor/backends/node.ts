import { AiopsError } from '../../core/errors.js';
import type { Backend } from './backend.js';
import { loadTfjsNode, processorFeatures, TFJS_NODE, tensorflowVersion } from './node-package.js';
import { loadTfjsModel } from './tfjs-model.js';

/**
 * Items per call on native TensorFlow. Its kernels choose their blocking by the batch's shape, so only calls
 * of one shape give the same bits however a minute is cut.
 */
const NODE_BATCH_SIZE = 64;

/**
 * Starts native TensorFlow through tfjs-node.
 *
 * @param threads that TensorFlow may use; it read them from its environment
 * @param from the module that tfjs-node is looked for from
 * @throws AiopsError 'backend' that says why it is not there and what to do
 */
export async function openNode(threads: number, from: string | URL = import.meta.url): Promise<Backend> {
  const tf = loadTfjsNode(from);
  let product = NaN;
  tf.tidy(() => {
    const pair = tf.tensor([3, 4], [1, 2]);
    product = tf.matMul(pair, pair, false, true).dataSync()[0] ?? NaN;
  });
  if (product !== 25)
    throw new AiopsError('backend', `${TFJS_NODE} multiplies [3 4] by itself to ${product}`);
  return {
    facts: {
      name: 'node',
      versions: { 'tfjs-node': tf.version['tfjs-node'] ?? 'unknown', tensorflow: tensorflowVersion(tf) },
      threads,
      features: processorFeatures(),
    },
    defaultPlan: { size: NODE_BATCH_SIZE, pad: true },
    shapeMatters: true,
    load(bundle, format, itemDims) {
      if (format !== 'saved-model') return loadTfjsModel(tf, bundle, format, itemDims);
      throw new RangeError('formats.ts does not list saved-model for node');
    },
  };
}
