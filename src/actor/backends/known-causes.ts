import { AiopsError, messageOf } from '../../core/errors.js';

/** An error of TensorFlow or TensorFlow.js whose text does not say what to do about it. */
interface KnownCause {
  readonly sign: RegExp;
  /** Follows the model's name; `$1` stands for the first group of `sign`. */
  readonly says: string;
  readonly hint: string;
}

const RECURRENT =
  'use its SavedModel with --backend node; for wasm save it as .h5 with Keras 2 (tf_keras), and convert that with tensorflowjs_converter --input_format=keras to a layers-model';
const PYTHON = 'compute that with TensorFlow operations, or call Python from an analyzer (docs/analyzers.md)';

const KNOWN_CAUSES: readonly KnownCause[] = [
  {
    sign: /Could not find variable (\S+?)\. /,
    says: 'was saved without a value for its variable $1',
    hint: 'tf.saved_model.save loses the variables of Keras 3 models: save with model.export("folder") instead',
  },
  {
    sign: /XlaCallModule/,
    says: 'was exported from JAX, as a program that only a newer TensorFlow runs',
    hint: 'with Keras, set KERAS_BACKEND=tensorflow, load the .keras file, and model.export("folder"); otherwise call JAX from an analyzer (docs/analyzers.md)',
  },
  {
    sign: /No OpKernel was registered to support Op '(\w*PyFunc\w*)'/,
    says: 'calls Python (operation $1: tf.py_function or tf.numpy_function)',
    hint: PYTHON,
  },
  {
    sign: /Op type not registered '(\w+)'/,
    says: 'uses $1, which is not one of TensorFlow’s own operations, or is newer than the installed TensorFlow',
    hint: PYTHON,
  },
  {
    sign: /_FusedMatMul only supports rank-1 bias/,
    says: 'adds the product of two matrices to another one, as recurrent graph-models do; TensorFlow.js only adds a bias',
    hint: RECURRENT,
  },
  {
    sign: /Cannot compute the outputs \[|Cannot read properties of undefined \(reading 'backend'\)/,
    says: 'has a loop that TensorFlow.js cannot follow, as recurrent graph-models do',
    hint: RECURRENT,
  },
  {
    sign: /InputLayer should be passed/,
    says: 'was written by Keras 3, whose layers TensorFlow.js does not read',
    hint: 'export it with model.export("folder"), and use that SavedModel or convert it to a graph-model; or save it as .h5 with Keras 2 (tf_keras), and convert that',
  },
  {
    sign: /GRUCell does not support reset_after/,
    says: 'has a GRU with reset_after=True, Keras’s default, which layers-models cannot have',
    hint: 'use its SavedModel or a graph-model, or train it with GRU(…, reset_after=False)',
  },
  {
    sign: /Unhandled TF_DataType/,
    says: 'returns a type of number that tfjs-node does not support',
    hint: 'cast its outputs to float32',
  },
];

/**
 * The error that explains why a model does not load or predict.
 *
 * @param what names the model
 * @returns null if the cause is none of the known ones
 */
export function knownCause(what: string, cause: unknown): AiopsError | null {
  const text = messageOf(cause);
  for (const { sign, says, hint } of KNOWN_CAUSES) {
    const found = sign.exec(text);
    if (found !== null)
      return new AiopsError('model', `${what} ${says.replace('$1', found[1] ?? '')}`, { hint, cause });
  }
  return null;
}
