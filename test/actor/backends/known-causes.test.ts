import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { knownCause } from '#build/actor/backends/known-causes.js';

/** Texts of tfjs-node 4.22 with TensorFlow 2.15.1, and of TensorFlow.js 4.22, shortened after what identifies them. */
const TEXTS = {
  'a Keras 3 model saved with tf.saved_model.save': [
    'Session fail to run with error: Could not find variable sequential/dense_1/bias. This could mean that the variable has been deleted. In TF1, it can also mean the variable is uninitialized.',
    /variable sequential\/dense_1\/bias$/,
    /model\.export/,
  ],
  'a function of JAX': [
    'Session fail to run with error: Cannot deserialize computation\n\t [[{{function_node __inference_converted_fun_tf_11}}{{node XlaCallModule}}]]',
    /exported from JAX/,
    /KERAS_BACKEND=tensorflow.*docs\/analyzers\.md/,
  ],
  'tf.numpy_function': [
    "Session fail to run with error: No OpKernel was registered to support Op 'PyFunc' used by {{node StatefulPartitionedCall/PyFunc}} with these attrs: [Tin=[DT_FLOAT]]",
    /calls Python \(operation PyFunc/,
    /docs\/analyzers\.md/,
  ],
  'a TensorFlow Decision Forest': [
    "Failed to load SavedModel: Op type not registered 'SimpleMLCreateModelResource' in binary running on vm.",
    /uses SimpleMLCreateModelResource/,
    /docs\/analyzers\.md/,
  ],
  'an LSTM as a graph-model': [
    '_FusedMatMul only supports rank-1 bias but got rank 3.',
    /recurrent graph-models/,
    /--backend node; for wasm .* layers-model/,
  ],
  'a GRU of Keras 3 as a graph-model': [
    'Cannot compute the outputs [Identity] from the provided inputs [keras_tensor_8:0]. Consider providing the following inputs: [].',
    /recurrent graph-models/,
    /--backend node; for wasm .* layers-model/,
  ],
  'another recurrent graph-model': [
    "Cannot read properties of undefined (reading 'backend')",
    /recurrent graph-models/,
    /--backend node; for wasm .* layers-model/,
  ],
  'a layers-model of Keras 3': [
    'An InputLayer should be passed either a `batchInputShape` or an `inputShape`.',
    /written by Keras 3/,
    /model\.export.*Keras 2/,
  ],
  'a GRU as a layers-model': [
    'GRUCell does not support reset_after parameter set to true.',
    /GRU with reset_after=True/,
    /reset_after=False/,
  ],
  'a number type that tfjs-node does not return': ['Unhandled TF_DataType: 14', /type of number/, /float32/],
} as const;

suite('known causes of failures', () => {
  for (const [what, [text, message, hint]] of Object.entries(TEXTS)) {
    test(what, () => {
      const error = knownCause('the model', new Error(text));
      assert.equal(error?.code, 'model');
      assert.match(error.message, message);
      assert.match(error.hint ?? '', hint);
    });
  }

  test('other errors are not explained', () => {
    assert.equal(knownCause('the model', new Error('out of memory')), null);
  });
});
