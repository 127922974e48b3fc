import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import type { Measure } from '../model/analyzer.js';
import { openBundle, restoreBundle } from '../model/bundle.js';
import { inputSpec } from '../model/manifest.js';
import type { LoadRequest } from '../protocol/messages.js';
import { importAnalyzer } from './analyzer-module.js';
import { ModelHost } from './model-host.js';
import type { LoadRuntime, Runtime } from './runtime.js';

type Loaded = Pick<Runtime, 'analyzer' | 'input' | 'model'>;

/**
 * Loads a bundle or a module of the user's; both are analyzers.
 *
 * @throws AiopsError 'model' if the bundle, its model or the module is at fault, 'backend' or
 *   'backend_missing' if no backend is there
 */
export const loadRuntime: LoadRuntime = async (request, measure) => {
  const startedAt = performance.now();
  const host = new ModelHost(request, measure);
  const loaded = await load(host, request, measure);
  const { warmupMs } = host;
  return {
    ...loaded,
    backend: host.backend(),
    loadMs: performance.now() - startedAt - warmupMs,
    warmupMs,
    notices: host.notices,
  };
};

async function load(host: ModelHost, { model, params }: LoadRequest, measure: Measure): Promise<Loaded> {
  if (model.kind === 'analyzer') {
    const loadBundle = async (folder: string | URL) =>
      (await host.load(await openBundle(folder instanceof URL ? fileURLToPath(folder) : folder, 'manifest')))
        .analyzer;
    const module = await importAnalyzer(model.module, { params, measure, loadBundle });
    return { ...module, model: host.factsOf(module) };
  }
  const bundle = restoreBundle(model.folder, model.manifest);
  return { ...(await host.load(bundle)), input: inputSpec(bundle.manifest) };
}
