import { AiopsError } from '../../core/errors.js';
import type { BackendName } from '../../core/types.js';
import type { Manifest, ModelFormat } from '../../model/manifest.js';

/** Which formats a backend runs, the preferred one first. */
const FORMATS: Readonly<Record<BackendName, readonly ModelFormat[]>> = {
  node: ['graph-model', 'layers-model'],
  wasm: ['graph-model', 'layers-model'],
};

/** A backend to try, with the bundle's format that it would run. */
export interface Candidate {
  readonly backend: BackendName;
  readonly format: ModelFormat;
}

/**
 * The backends to try in turn, the second only where the first is not there. `auto` is a fixed rule, so that
 * results do not depend on chance: native TensorFlow where it can run the bundle's SavedModel, else wasm.
 *
 * @throws AiopsError 'backend' when nothing asked for can run what the bundle has
 */
export function candidates(
  asked: BackendName | 'auto',
  formats: Manifest['formats'],
  runs: Readonly<Record<BackendName, readonly ModelFormat[]>> = FORMATS,
): readonly Candidate[] {
  const auto: readonly BackendName[] =
    formats['saved-model'] !== undefined && runs.node.includes('saved-model') ? ['node', 'wasm'] : ['wasm'];
  const found = (asked === 'auto' ? auto : [asked]).flatMap((backend) => {
    const format = runs[backend].find((one) => formats[one] !== undefined);
    return format === undefined ? [] : [{ backend, format }];
  });
  if (found.length > 0) return found;
  const present = Object.entries(formats).flatMap(([format, path]) => (path === undefined ? [] : [format]));
  const running = asked === 'auto' ? [...new Set([...runs.node, ...runs.wasm])] : runs[asked];
  const who = asked === 'auto' ? 'the backends run' : `the ${asked} backend runs`;
  throw new AiopsError(
    'backend',
    `the bundle has ${present.join(' and ')}, but ${who} only ${running.join(' and ')}`,
    { hint: 'convert the model with tensorflowjs_converter and name the result under "formats"' },
  );
}
