import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import { AiopsError, type Notice } from '../core/errors.js';
import type { BackendFacts, BackendName, ModelFacts, ModelFile } from '../core/types.js';
import type { Measure } from '../model/analyzer.js';
import type { Bundle } from '../model/bundle.js';
import { itemWidth, seenIntervals, type Manifest } from '../model/manifest.js';
import { readTargetScalers } from '../model/target-scalers.js';
import type { LoadRequest } from '../protocol/messages.js';
import type { AnalyzerModule } from './analyzer-module.js';
import type { Backend } from './backends/backend.js';
import { choosePlan } from './backends/batches.js';
import { candidates, type Candidate } from './backends/formats.js';
import { openNode } from './backends/node.js';
import { openWasm } from './backends/wasm.js';
import { BundleAnalyzer, SerialQueue } from './bundle-analyzer.js';
import { BundleModel } from './bundle-model.js';
import { warmUp } from './warm-up.js';

/** A bundle that is loaded and warmed up. */
export interface WarmBundle {
  readonly bundle: BundleModel;
  /** Answers items with the same model. */
  readonly analyzer: BundleAnalyzer;
  readonly model: ModelFacts;
}

const OPEN: Readonly<Record<BackendName, (request: LoadRequest) => Promise<Backend>>> = {
  node: ({ threadsPerActor, native }) => openNode(threadsPerActor, native),
  wasm: () => openWasm(),
};

/** The backend of an analyzer without a model. */
const PLAIN_JAVASCRIPT: BackendFacts = {
  name: 'js',
  versions: { node: process.version.slice(1) },
  threads: 1,
  batchSize: null,
  reproducible: true,
  features: [],
};

/**
 * Loads an actor's bundles, all on one backend, and records their facts. Loads and predictions run one at a time:
 * an analyzer may start several at once, but neither TF.js nor phase timing supports that.
 */
export class BundleLoader {
  readonly #request: LoadRequest;
  readonly #measure: Measure;
  readonly #opened = new Map<BackendName, Backend>();
  readonly #loaded: { readonly model: ModelFacts; readonly backend: BackendFacts }[] = [];
  readonly #notices: Notice[] = [];
  readonly #serial = new SerialQueue();
  #inUse: BackendName | null = null;
  #warmupMs = 0;
  #isClosed = false;

  constructor(request: LoadRequest, measure: Measure) {
    this.#request = request;
    this.#measure = measure;
  }

  /** Time of the warm-up predictions of all bundles, ms. */
  get warmupMs(): number {
    return this.#warmupMs;
  }

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /** Refuses further bundles: the digest of a run must not change while it is running. */
  close(): void {
    this.#isClosed = true;
  }

  /** The backend of the loaded bundles; `batchSize` is null unless all have the same. */
  backend(): BackendFacts {
    const all = this.#loaded.map(({ backend }) => backend);
    const [first] = all;
    if (first === undefined) {
      const { backend, modelFormat, batchSize, batchShape } = this.#request;
      const flags = {
        backend,
        'model-format': modelFormat,
        'batch-size': batchSize,
        'batch-shape': batchShape,
      };
      for (const [flag, value] of Object.entries(flags)) {
        if (value === 'auto' || value === 'fixed') continue;
        const text = `--${flag} ${value} has no effect: the analyzer loaded no bundle`;
        this.#notices.push({ level: 'warning', text });
      }
      return PLAIN_JAVASCRIPT;
    }
    const { batchSize } = first;
    return {
      ...first,
      batchSize: all.every((one) => one.batchSize === batchSize) ? batchSize : null,
      reproducible: all.every(({ reproducible }) => reproducible),
    };
  }

  /** The facts of a user's module; its digest covers its text, its files and the bundles that it loaded. */
  factsOf({ name, version, moduleSum }: AnalyzerModule, files: readonly ModelFile[]): ModelFacts {
    const bundles = this.#loaded.map(({ model }) => model);
    const hash = createHash('sha256');
    for (const sum of [moduleSum, ...bundles.map(({ digest }) => digest)]) hash.update(sum);
    for (const file of files) hash.update(JSON.stringify([file.name, file.sha256]));
    const facts = {
      name,
      version,
      format: 'analyzer',
      digest: hash.digest('hex'),
      outputs: [],
      bundles,
    } as const;
    return files.length === 0 ? facts : { ...facts, files };
  }

  /**
   * Loads a bundle on the first available backend, or on that of earlier bundles, because a report names one backend
   * and TF.js uses one per process. Warms it up.
   *
   * @throws AiopsError 'model' if the bundle or its model is invalid, or the loader is closed; 'backend' or
   *   'backend_missing' if no backend is available
   */
  load(open: () => Promise<Bundle>): Promise<WarmBundle> {
    return this.#serial.run(async () => {
      this.#checkOpen();
      const loaded = await this.#loadFirst(await open());
      this.#checkOpen();
      return loaded;
    });
  }

  #checkOpen(): void {
    if (!this.#isClosed) return;
    throw new AiopsError('model', 'the analyzer loads a bundle after createAnalyzer has returned', {
      hint: 'load all bundles in createAnalyzer, and await them there',
    });
  }

  async #loadFirst(bundle: Bundle): Promise<WarmBundle> {
    const backend = this.#inUse ?? this.#request.backend;
    const choices = candidates({ ...this.#request, backend }, bundle.manifest);
    const { result, notices } = await firstAvailable(choices, (candidate) => this.#loadOn(candidate, bundle));
    this.#notices.push(...notices);
    return result;
  }

  async #open(name: BackendName): Promise<Backend> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const backend = await OPEN[name](this.#request);
    this.#opened.set(name, backend);
    const { threadsPerActor: threads } = this.#request;
    const text = `--threads-per-actor ${threads} has no effect: TensorFlow.js uses one thread on ${name}`;
    if (threads > backend.facts.threads) this.#notices.push({ level: 'warning', text });
    return backend;
  }

  async #loadOn({ format, backend: backendName }: Candidate, bundle: Bundle): Promise<WarmBundle> {
    const { manifest, digest } = bundle;
    const scalers = await readTargetScalers(bundle);
    const backend = await this.#open(backendName);
    const itemDims = itemDimsOf(manifest);
    const loaded = await backend.load(bundle, format, itemDims);
    const { plan, reproducible, warnings } = choosePlan(this.#request, backend, loaded);
    for (const text of warnings) this.#notices.push({ level: 'warning', text });
    const startedAt = performance.now();
    const { checkItems = true } = this.#request;
    const { outputs, hasSameBits, notices } = await warmUp(loaded, plan, itemDims, manifest, checkItems);
    this.#warmupMs += performance.now() - startedAt;
    this.#notices.push(...notices);
    const measure = this.#measure;
    const now = (): number => performance.now();
    const warm = new BundleModel({ manifest, scalers, model: loaded, plan, outputs, measure, now });
    const { name, version } = manifest;
    const { declaredBatch } = loaded;
    const model: ModelFacts = {
      ...{ name, version, format, digest, outputs, bundles: [] },
      ...(declaredBatch === null ? {} : { declaredBatch }),
    };
    this.#inUse = backendName;
    const isReproducible = reproducible && hasSameBits;
    const facts = { ...backend.facts, batchSize: plan.size, reproducible: isReproducible };
    this.#loaded.push({ model, backend: facts });
    return { bundle: warm, analyzer: new BundleAnalyzer(warm, this.#serial), model };
  }
}

/**
 * The result of the first candidate whose backend is available; the notices say why others were skipped.
 *
 * @throws AiopsError of the last candidate, or immediately any error that is not about a backend
 */
export async function firstAvailable<T>(
  choices: readonly Candidate[],
  load: (candidate: Candidate) => Promise<T>,
): Promise<{ readonly result: T; readonly notices: readonly Notice[] }> {
  const notices: Notice[] = [];
  for (const [i, candidate] of choices.entries()) {
    try {
      return { result: await load(candidate), notices };
    } catch (error) {
      const next = choices[i + 1];
      if (next === undefined || !isAboutBackend(error)) throw error;
      // Most machines neither have nor need it; if it is installed but broken, the user expects it to work.
      const level = error.code === 'backend_missing' ? 'info' : 'warning';
      notices.push({
        level,
        text: `using ${next.backend} instead of ${candidate.backend}: ${error.message}`,
      });
    }
  }
  throw new RangeError('no backend to choose from');
}

function isAboutBackend(error: unknown): error is AiopsError {
  return error instanceof AiopsError && (error.code === 'backend' || error.code === 'backend_missing');
}

/** Shape of one item as the model sees it. */
function itemDimsOf(manifest: Manifest): readonly number[] {
  const seen = seenIntervals(manifest);
  return manifest.input.shape === '[window]' ? [seen] : [seen, itemWidth(manifest.input)];
}
