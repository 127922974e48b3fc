import type { LoadRequest } from '../../protocol/messages.js';
import type { RunFacts } from './run-facts.js';

/** What the settings leave open is loaded as it was chosen when the run began. */
export function loadLike(
  load: LoadRequest,
  { backend, model }: Pick<RunFacts, 'backend' | 'model'>,
): LoadRequest {
  // A command that asks for another model or backend is refused once that is loaded, so loading must not fail for
  // what was chosen when the run began.
  if ((model.format === 'analyzer') !== (load.model.kind === 'analyzer') || backend.name === 'js')
    return load;
  if (load.backend !== 'auto' && load.backend !== backend.name) return load;
  return {
    ...load,
    backend: backend.name,
    modelFormat: load.modelFormat === 'auto' && model.format !== 'analyzer' ? model.format : load.modelFormat,
    batchSize: load.batchSize === 'auto' ? (backend.batchSize ?? 'auto') : load.batchSize,
  };
}
