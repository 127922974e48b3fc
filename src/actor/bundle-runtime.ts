import { performance } from 'node:perf_hooks';

import { AiopsError } from '../core/errors.js';
import type { BackendName } from '../core/types.js';
import type { AnalyzerContext } from '../model/analyzer.js';
import { openBundle, type Bundle } from '../model/bundle.js';
import { itemWidth, seenIntervals, type Manifest } from '../model/manifest.js';
import type { Backend, BatchPlan, LoadedModel } from './backends/backend.js';
import { choosePlan, perItemPlan, predictInBatches } from './backends/batches.js';
import { candidates, type Candidate } from './backends/formats.js';
import { openNode } from './backends/node.js';
import { openWasm } from './backends/wasm.js';
import { BundleAnalyzer } from './bundle-analyzer.js';
import type { LoadRequest, LoadRuntime, Runtime } from './runtime.js';

const OPEN: Readonly<Record<BackendName, (threads: number) => Promise<Backend>>> = {
  node: (threads) => openNode(threads),
  wasm: () => openWasm(),
};

/**
 * Loads a bundle on the first backend that is there and warms it up.
 *
 * @throws AiopsError 'model' if the bundle or its model is at fault, 'backend' if no backend is there
 */
export const loadBundleRuntime: LoadRuntime = async (request, context) => {
  const startedAt = performance.now();
  const bundle = await openBundle(request.bundle, 'manifest');
  const choices = candidates(request.backend, bundle.manifest.formats);
  const runtime = await firstThere(choices, async (candidate) => {
    const backend = await OPEN[candidate.backend](request.threads);
    return loadOn(backend, candidate, bundle, { request, context, startedAt });
  });
  const hasSavedModel = bundle.manifest.formats['saved-model'] !== undefined;
  if (request.backend !== 'auto' || !hasSavedModel || choices[0]?.format === 'saved-model') return runtime;
  const unused = `the bundle's SavedModel is not used: no backend here runs it, so its ${runtime.model.format} does`;
  return { ...runtime, notices: [...runtime.notices, unused] };
};

/**
 * The first candidate whose backend is there; the notices say why others were passed over.
 *
 * @throws AiopsError of the last candidate, or at once what is not about a backend
 */
export async function firstThere(
  choices: readonly Candidate[],
  load: (candidate: Candidate) => Promise<Runtime>,
): Promise<Runtime> {
  const notices: string[] = [];
  for (const [i, candidate] of choices.entries()) {
    try {
      const runtime = await load(candidate);
      return { ...runtime, notices: [...notices, ...runtime.notices] };
    } catch (error) {
      const next = choices[i + 1];
      if (next === undefined || !(error instanceof AiopsError) || error.code !== 'backend') throw error;
      notices.push(`${next.backend} in place of ${candidate.backend}: ${error.message}`);
    }
  }
  throw new RangeError('no backend to choose from');
}

interface Loading {
  readonly request: LoadRequest;
  readonly context: AnalyzerContext;
  readonly startedAt: number;
}

async function loadOn(
  backend: Backend,
  { format }: Candidate,
  bundle: Bundle,
  { request, context, startedAt }: Loading,
): Promise<Runtime> {
  const { manifest, digest } = bundle;
  const itemDims = itemDimsOf(manifest);
  const model = await backend.load(bundle, format, itemDims);
  const { plan, notices } = choosePlan(request.batchSize, backend, model.declaredBatch);
  const loadedAt = performance.now();
  const outputWidth = await warmUp(model, plan, itemDims, manifest);
  const warmAt = performance.now();
  return {
    analyzer: new BundleAnalyzer({
      manifest,
      model,
      plan,
      outputWidth,
      measure: context.measure.bind(context),
    }),
    backend: { ...backend.facts, batchSize: plan.size },
    model: { name: manifest.name, version: manifest.version, format, digest },
    loadMs: loadedAt - startedAt,
    warmupMs: warmAt - loadedAt,
    notices,
  };
}

/** Shape of one item as the model sees it. */
function itemDimsOf(manifest: Manifest): readonly number[] {
  const seen = seenIntervals(manifest);
  return manifest.input.shape === '[window]' ? [seen] : [seen, itemWidth(manifest.input)];
}

/** Items of the warm-up where calls take a whole chunk. */
const WARM_UP_ITEMS = 64;

/**
 * Predicts on zeros and on ones, in the batch shapes to come.
 *
 * @returns numbers that the model gives for one item
 * @throws AiopsError 'model' if it does not predict
 */
async function warmUp(
  model: LoadedModel,
  plan: BatchPlan,
  itemDims: readonly number[],
  { name }: Manifest,
): Promise<number> {
  const itemSize = itemDims.reduce((product, size) => product * size, 1);
  const batch = plan.size ?? WARM_UP_ITEMS;
  try {
    await predictInBatches(model, new Float32Array(itemSize), 1, perItemPlan(model.declaredBatch));
    const ones = new Float32Array(batch * itemSize).fill(1);
    return (await predictInBatches(model, ones, batch, plan)).width;
  } catch (cause) {
    if (cause instanceof AiopsError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AiopsError('model', `the model ${name} loads, but its first prediction fails: ${reason}`, {
      hint: 'the backend may lack an operation of the model: try another --backend or format',
      cause,
    });
  }
}
