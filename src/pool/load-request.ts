import { installedNative } from '../host/native/location.js';
import type { LoadRequest, ModelSource } from '../protocol/messages.js';
import type { ReplayConfig } from '../replay/replay-config.js';

/** The settings that actors load by. */
export type LoadSettings = Pick<
  ReplayConfig,
  'backend' | 'modelFormat' | 'threadsPerActor' | 'batchSize' | 'batchShape' | 'params'
>;

/** What every actor of a run is asked to load. */
export function loadRequest(config: LoadSettings, model: ModelSource): LoadRequest {
  return {
    model,
    backend: config.backend,
    format: config.modelFormat,
    threads: config.threadsPerActor,
    batchSize: config.batchSize,
    batchShape: config.batchShape,
    native: installedNative()?.folder ?? null,
    params: config.params,
  };
}
