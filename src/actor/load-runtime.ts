import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import type { Analyzer, LoadedBundle, Measure } from '../model/analyzer.js';
import { openBundle, restoreBundle } from '../model/bundle.js';
import { inputSpec } from '../model/manifest.js';
import type { LoadRequest } from '../protocol/messages.js';
import { AnalyzerFiles } from './analyzer-files.js';
import { importAnalyzer } from './analyzer-module.js';
import { AnalyzerRunner } from './analyzer-runner.js';
import type { BlockRunner } from './block-runner.js';
import { BundleLoader } from './bundle-loader.js';
import { BundleRunner } from './bundle-runner.js';
import type { Notice } from '../core/errors.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../core/types.js';

/** A loaded and warmed-up model. */
export interface Runtime {
  readonly analyzer: Analyzer;
  /** Answers blocks with it. */
  readonly runner: BlockRunner;
  readonly input: InputSpec;
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly loadMs: number;
  readonly warmupMs: number;
  /** What was downgraded while loading, such as why `auto` did not choose `node`. */
  readonly notices: readonly Notice[];
}

/** Loads the runtime for the message loop. */
export type LoadRuntime = (request: LoadRequest, measure: Measure) => Promise<Runtime>;

type Loaded = Pick<Runtime, 'analyzer' | 'runner' | 'input' | 'model'>;

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
    const { bundle: warm, analyzer, model: facts } = await loader.load(() => Promise.resolve(bundle));
    return { analyzer, runner: new BundleRunner(warm), input: inputSpec(bundle.manifest), model: facts };
  }
  const loadBundle = async (folder: string | URL): Promise<LoadedBundle> => {
    const path = folder instanceof URL ? fileURLToPath(folder) : folder;
    return (await loader.load(() => openBundle(path, 'manifest'))).analyzer;
  };
  const files = new AnalyzerFiles(model.module);
  const file = (path: string | URL): Promise<string> => files.add(path);
  const module = await importAnalyzer(model.module, { params, measure, loadBundle, file });
  const { analyzer, input } = module;
  const runner = new AnalyzerRunner(analyzer, params);
  return { analyzer, runner, input, model: loader.factsOf(module, await files.close()) };
}
