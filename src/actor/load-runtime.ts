import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import type { LoadedBundle, Measure } from '../model/analyzer.js';
import { openBundle, restoreBundle } from '../model/bundle.js';
import { inputSpec } from '../model/manifest.js';
import type { LoadRequest } from '../protocol/messages.js';
import { importAnalyzer } from './analyzer-module.js';
import { BundleLoader } from './bundle-loader.js';
import type { LoadRuntime, Runtime } from './runtime.js';

type Loaded = Pick<Runtime, 'analyzer' | 'input' | 'model'>;

/**
 * Loads a bundle or a user's module; both are analyzers.
 *
 * @throws AiopsError 'model' if the bundle, its model or the module is invalid, 'backend' or 'backend_missing' if no
 *   backend is available
 */
export const loadRuntime: LoadRuntime = async (request, measure) => {
  const startedAt = performance.now();
  const loader = new BundleLoader(request, measure);
  const loaded = await load(loader, request, measure);
  loader.close();
  const { warmupMs } = loader;
  return {
    ...loaded,
    backend: loader.backend(),
    loadMs: performance.now() - startedAt - warmupMs,
    warmupMs,
    notices: loader.notices,
  };
};

async function load(loader: BundleLoader, { model, params }: LoadRequest, measure: Measure): Promise<Loaded> {
  if (model.kind === 'bundle') {
    const bundle = restoreBundle(model.folder, model.manifest);
    return { ...(await loader.load(() => Promise.resolve(bundle))), input: inputSpec(bundle.manifest) };
  }
  const loadBundle = async (folder: string | URL): Promise<LoadedBundle> => {
    const path = folder instanceof URL ? fileURLToPath(folder) : folder;
    return (await loader.load(() => openBundle(path, 'manifest'))).analyzer;
  };
  const module = await importAnalyzer(model.module, { params, measure, loadBundle });
  const { analyzer, input } = module;
  return { analyzer, input, model: loader.factsOf(module) };
}
