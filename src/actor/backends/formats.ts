import { AiopsError } from '../../core/errors.js';
import type { BackendName, ModelFormat } from '../../core/types.js';
import type { Manifest } from '../../model/manifest.js';
import type { LoadRequest } from '../../protocol/messages.js';

/** Which formats a backend runs, the preferred one first. */
const FORMATS: Readonly<Record<BackendName, readonly ModelFormat[]>> = {
  node: ['saved-model', 'graph-model', 'layers-model'],
  wasm: ['graph-model', 'layers-model'],
};

/** A backend to try, with the bundle's format that it would run. */
export interface Candidate {
  readonly backend: BackendName;
  readonly format: ModelFormat;
}

/**
 * The backends to try in turn, the second only where the first is not there. `auto` is a fixed rule, so that
 * results do not depend on chance: native TensorFlow for a SavedModel, else wasm.
 *
 * @throws AiopsError 'backend' when nothing asked for can run what the bundle has
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
    `the ${backend} backend does not run the ${wanted.join(' or ')} of ${name}`,
    { hint: 'use --backend node (aiops-serve native install), or convert it with tensorflowjs_converter' },
  );
}
