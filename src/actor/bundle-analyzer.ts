import type { CallStyle, InputSpec, ItemError, ModelOutput } from '../core/types.js';
import type { AnalyzerAnswer, AnalyzerItem, LoadedBundle, Measure } from '../model/analyzer.js';
import { itemWidth, seenIntervals, type Manifest } from '../model/manifest.js';
import { createNormalizer, type NormalizeItem } from '../model/normalize.js';
import { createScorer, scoredOutput, scoreProblem, verdict, type ScoreItem } from '../model/score.js';
import type { BatchPlan, LoadedModel, Outputs } from './backends/backend.js';
import { perItemPlan, predictInBatches } from './backends/batches.js';
import type { SerialQueue } from './turns.js';

export interface BundleAnalyzerSettings {
  readonly manifest: Manifest;
  readonly model: LoadedModel;
  readonly plan: BatchPlan;
  /** The model's outputs for one item, as observed during warm-up. */
  readonly outputs: readonly ModelOutput[];
  /** A prediction waits for earlier ones, also of other bundles. */
  readonly serial: SerialQueue;
  readonly measure: Measure;
}

/** Runs a bundle's model over windows: normalize → predict → score. */
export class BundleAnalyzer implements LoadedBundle {
  readonly name: string;
  readonly version: string;
  readonly window: number;
  readonly columns: InputSpec['columns'];
  readonly missing: InputSpec['missing'];
  readonly #settings: BundleAnalyzerSettings;
  readonly #perItem: BatchPlan;
  readonly #normalize: NormalizeItem;
  readonly #score: ScoreItem;
  /** Where the scored output starts among an item's numbers. */
  readonly #scoredAt: number;
  readonly #outputWidth: number;
  readonly #itemSize: number;
  /** Numbers of an item that the model sees; fewer than `#itemSize` for a forecast. */
  readonly #seenSize: number;
  /** `[items, window, width]`, kept for the next chunk. */
  #normalized = new Float32Array(0);
  /** `[items, seen]`; the same array if the model sees whole items. */
  #input = this.#normalized;

  /** @throws AiopsError 'model' if the model's output does not match the manifest */
  constructor(settings: BundleAnalyzerSettings) {
    const { manifest, model, outputs } = settings;
    const { window, columns, missing } = manifest.input;
    const scored = scoredOutput(manifest.output, outputs);
    const shape = { intervals: window, width: itemWidth(manifest.input) };
    const seen = seenIntervals(manifest);
    this.name = manifest.name;
    this.version = manifest.version;
    this.window = window;
    this.columns = columns;
    this.missing = missing;
    this.#settings = settings;
    this.#perItem = perItemPlan(model.declaredBatch);
    this.#normalize = createNormalizer(manifest.input.normalize, shape, seen);
    this.#score = createScorer(manifest.output, shape, scored.size);
    this.#scoredAt = scored.at;
    this.#outputWidth = outputs.reduce((total, { size }) => total + size, 0);
    this.#itemSize = window * shape.width;
    this.#seenSize = seen * shape.width;
  }

  predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle } = { style: 'batched' },
  ): Promise<AnalyzerAnswer[]> {
    return this.#settings.serial.run(() => this.#predict(items, call));
  }

  async #predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle },
  ): Promise<AnalyzerAnswer[]> {
    const { measure, model } = this.#settings;
    const plan = call.style === 'per-item' ? this.#perItem : this.#settings.plan;
    const unfit = measure('normalize', () => this.#normalizeAll(items));
    const input = this.#input.subarray(0, items.length * this.#seenSize);
    const outputs = await measure('predict', () => predictInBatches(model, input, items.length, plan));
    if (items.length > 0 && outputs.width !== this.#outputWidth) {
      throw new Error(
        `the model gave ${outputs.width} numbers per item, but ${this.#outputWidth} during warm-up`,
      );
    }
    return items.map((_, i) => unfit.get(i) ?? this.#answer(outputs, i));
  }

  dispose(): void {
    this.#settings.model.dispose();
  }

  /** Fills `#normalized` and `#input`; returns the items that cannot be sent to the model. */
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
        normalized.fill(0, i * size, (i + 1) * size); // still part of the call, so make it harmless
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
      outputAt: i * width + this.#scoredAt,
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
  errmsg: 'after normalization, a value of the window exceeds the range of Float32',
};
