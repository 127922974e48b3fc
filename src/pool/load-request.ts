import type { BackendName, ModelFormat } from '../core/types.js';
import type { BatchShape, ModelSource } from '../core/model-source.js';
import type { LoadRequest } from '../protocol/messages.js';

/** Settings that decide what actors load. */
export interface LoadSettings {
  readonly backend: BackendName | 'auto';
  readonly threadsPerActor: number;
  readonly modelFormat: ModelFormat | 'auto';
  readonly batchSize: number | 'auto';
  readonly batchShape: BatchShape;
  /** For an analyzer. */
  readonly params: Readonly<Record<string, string>>;
}

/** What every actor of a run is asked to load; `native`: the folder of an installed native TensorFlow, if any. */
export function loadRequest(config: LoadSettings, model: ModelSource, native: string | null): LoadRequest {
  return {
    model,
    backend: config.backend,
    format: config.modelFormat,
    threads: config.threadsPerActor,
    batchSize: config.batchSize,
    batchShape: config.batchShape,
    native,
    params: config.params,
  };
}
