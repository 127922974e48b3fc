import type { CallStyle, ItemError } from '../core/types.js';
import type { Analyzer, AnalyzerAnswer, AnalyzerContext, AnalyzerItem } from '../model/analyzer.js';
import { itemWidth, seenIntervals, type Manifest } from '../model/manifest.js';
import { createNormalizer, type NormalizeItem } from '../model/normalize.js';
import { createScorer, scoreProblem, verdict, type ScoreItem } from '../model/score.js';
import type { BatchPlan, LoadedModel, Outputs } from './backends/backend.js';
import { perItemPlan, predictInBatches } from './backends/batches.js';

export interface BundleAnalyzerSettings {
  readonly manifest: Manifest;
  readonly model: LoadedModel;
  readonly plan: BatchPlan;
  /** Numbers that the model gives for one item, as the warm-up found. */
  readonly outputWidth: number;
  readonly measure: AnalyzerContext['measure'];
}

/** Runs a bundle's model over windows: normalize → predict → score. */
export class BundleAnalyzer implements Analyzer {
  readonly window: number;
  readonly #settings: BundleAnalyzerSettings;
  readonly #perItem: BatchPlan;
  readonly #normalize: NormalizeItem;
  readonly #score: ScoreItem;
  readonly #itemSize: number;
  /** Numbers of an item that the model sees; fewer than `#itemSize` for a forecast. */
  readonly #seenSize: number;
  /** `[items, window, width]`, kept for the next chunk. */
  #normalized = new Float32Array(0);
  /** `[items, seen]`, the same array unless the model sees less. */
  #input = this.#normalized;

  /** @throws AiopsError 'model' where the model's output does not fit the manifest */
  constructor(settings: BundleAnalyzerSettings) {
    const { manifest, model, outputWidth } = settings;
    const { window } = manifest.input;
    const shape = { intervals: window, width: itemWidth(manifest.input) };
    const seen = seenIntervals(manifest);
    this.window = window;
    this.#settings = settings;
    this.#perItem = perItemPlan(model.declaredBatch);
    this.#normalize = createNormalizer(manifest.input.normalize, shape, seen);
    this.#score = createScorer(manifest.output, shape, outputWidth);
    this.#itemSize = window * shape.width;
    this.#seenSize = seen * shape.width;
  }

  async predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle },
  ): Promise<AnalyzerAnswer[]> {
    const { measure, model } = this.#settings;
    const plan = call.style === 'per-item' ? this.#perItem : this.#settings.plan;
    const unfit = measure('normalize', () => this.#normalizeAll(items));
    const input = this.#input.subarray(0, items.length * this.#seenSize);
    const outputs = await measure('predict', () => predictInBatches(model, input, items.length, plan));
    if (items.length > 0 && outputs.width !== this.#settings.outputWidth) {
      throw new Error(
        `the model gave ${outputs.width} numbers an item, ${this.#settings.outputWidth} at its warm-up`,
      );
    }
    return items.map((_, i) => unfit.get(i) ?? this.#answer(outputs, i));
  }

  dispose(): void {
    this.#settings.model.dispose();
  }

  /** Fills `#normalized` and `#input`; tells the items that can't be put to the model. */
  #normalizeAll(items: readonly AnalyzerItem[]): Map<number, ItemError> {
    const size = this.#itemSize;
    const seen = this.#seenSize;
    if (this.#normalized.length < items.length * size) {
      this.#normalized = new Float32Array(items.length * size);
      this.#input = seen === size ? this.#normalized : new Float32Array(items.length * seen);
    }
    const normalized = this.#normalized;
    const input = this.#input;
    const unfit = new Map<number, ItemError>();
    for (let i = 0; i < items.length; i++) {
      const { values } = items[i]!;
      if (values.length !== size) throw new RangeError(`an item has ${values.length} numbers, not ${size}`);
      if (!this.#normalize(values, normalized, i * size)) {
        normalized.fill(0, i * size, (i + 1) * size); // whatever its neighbours' call does with it, it is harmless
        unfit.set(i, NOT_FINITE);
      }
      if (input !== normalized)
        for (let k = 0; k < seen; k++) input[i * seen + k] = normalized[i * size + k]!;
    }
    return unfit;
  }

  #answer({ values, width }: Outputs, i: number): AnalyzerAnswer {
    const { output } = this.#settings.manifest;
    const score = this.#score({
      outputs: values,
      outputAt: i * width,
      item: this.#normalized,
      itemAt: i * this.#itemSize,
    });
    const problem = scoreProblem(output, score);
    if (problem !== null) return problem;
    const own = values.subarray(i * width, (i + 1) * width);
    return { score, anomaly: verdict(output, score), output: own };
  }
}

const NOT_FINITE: ItemError = {
  errno: 'non_finite_input',
  errmsg: 'normalized, a value of the window is beyond what Float32 holds',
};
