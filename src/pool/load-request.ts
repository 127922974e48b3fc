import type { LoadSettings, ModelSource } from '../core/model-source.js';
import type { LoadRequest } from '../protocol/messages.js';

/** What every actor of a run is asked to load; `native`: the folder of an installed native TensorFlow, if any. */
export function loadRequest(settings: LoadSettings, model: ModelSource, native: string | null): LoadRequest {
  const { backend, modelFormat, threadsPerActor, batchSize, batchShape, params } = settings;
  return { model, native, backend, modelFormat, threadsPerActor, batchSize, batchShape, params };
}
