import { AiopsError } from '../../core/errors.js';
import type { BackendName, ModelFormat } from '../../core/types.js';
import type { Manifest } from '../../model/manifest.js';
import type { LoadRequest } from '../../protocol/messages.js';

/** The formats that a backend supports, the preferred one first. */
const FORMATS: Readonly<Record<BackendName, readonly ModelFormat[]>> = {
  node: ['saved-model', 'graph-model', 'layers-model'],
  wasm: ['graph-model', 'layers-model'],
};

/** A backend to try, and the format of the bundle to load on it. */
export interface Candidate {
  readonly backend: BackendName;
  readonly format: ModelFormat;
}

/**
 * The backends to try in order; the second is used only if the first is not available. `auto` is a fixed rule: native
 * TensorFlow for a SavedModel, otherwise wasm.
 *
 * @throws AiopsError 'backend' if no selected backend supports a selected format of the bundle
 */
export function candidates(
  { backend, modelFormat }: Pick<LoadRequest, 'backend' | 'modelFormat'>,
  { name, formats }: Pick<Manifest, 'name' | 'formats'>,
): readonly Candidate[] {
  const present = FORMATS.node.filter((one) => formats[one] !== undefined);
  const wanted = present.filter((one) => modelFormat === 'auto' || modelFormat === one);
  if (wanted.length === 0) {
    throw new AiopsError(
      'backend',
      `the bundle ${name} has no ${modelFormat}, only ${present.join(' and ')}`,
      {
        hint: 'drop --model-format, or add that format to the bundle',
      },
    );
  }
  const auto: readonly BackendName[] = wanted.includes('saved-model') ? ['node', 'wasm'] : ['wasm'];
  const found = (backend === 'auto' ? auto : [backend]).flatMap((one) => {
    const runnable = FORMATS[one].find((candidate) => wanted.includes(candidate));
    return runnable === undefined ? [] : [{ backend: one, format: runnable }];
  });
  if (found.length > 0) return found;
  throw new AiopsError(
    'backend',
    `the ${backend} backend does not support the ${wanted.join(' or ')} of ${name}`,
    { hint: 'use --backend node (aiops-serve native install), or convert it with tensorflowjs_converter' },
  );
}
