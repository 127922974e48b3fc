import { installedNative } from '../../host/native/location.js';
import type { LoadRequest } from '../../protocol/messages.js';
import type { ModelSource } from '../../core/model-source.js';
import { loadRequest } from '../../pool/load-request.js';
import type { LoadSettings } from '../../core/model-source.js';
import type { PriorRun } from './prior-run.js';

/** What actors are asked to load: where settings leave the choice open, what the run chose when it began. */
export function pinnedLoad(config: LoadSettings, model: ModelSource, prior: PriorRun | null): LoadRequest {
  const load = loadRequest(config, model, installedNative()?.folder ?? null);
  if (prior === null) return load;
  const { backend, model: known } = prior.facts;
  // Who asks for another model or backend is told so once it is loaded, which must not fail for what was chosen then.
  if ((known.format === 'analyzer') !== (model.kind === 'analyzer') || backend.name === 'js') return load;
  if (load.backend !== 'auto' && load.backend !== backend.name) return load;
  return {
    ...load,
    backend: backend.name,
    modelFormat: load.modelFormat === 'auto' && known.format !== 'analyzer' ? known.format : load.modelFormat,
    batchSize: load.batchSize === 'auto' ? (backend.batchSize ?? 'auto') : load.batchSize,
  };
}
