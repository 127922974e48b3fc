import type { CallStyle, ItemError, ModelOutput } from '../core/types.js';
import type { Measure } from '../model/analyzer.js';
import { itemWidth, seenIntervals, type Manifest } from '../model/manifest.js';
import type { ItemShape } from '../model/normalize.js';
import { createSeriesNormalizer, type SeriesNormalizer } from '../model/series-normalizer.js';
import { createScorer, scoredOutput, type ScoreItem } from '../model/score.js';
import type { TargetScalers } from '../model/target-scalers.js';
import type { BatchPlan, LoadedModel, Outputs } from './backends/backend.js';
import { perItemPlan, predictInBatches } from './backends/batches.js';
import { PaddedCalls } from './backends/padded-calls.js';

const NOT_FINITE: ItemError = {
  errno: 'non_finite_input',
  errmsg: 'after normalization, a value of the window exceeds the range of Float32',
};

export interface BundleModelSettings {
  readonly manifest: Manifest;
  /** Where the manifest's normalization has parameters for each target. */
  readonly scalers: TargetScalers | null;
  readonly model: LoadedModel;
  readonly plan: BatchPlan;
  /** The model's outputs for one item, as observed during warm-up. */
  readonly outputs: readonly ModelOutput[];
  readonly measure: Measure;
  /** A monotonic clock, ms. */
  readonly now: () => number;
}

/** Writes an item's normalized window `[window, width]` to `out` from `at`; false if it is not finite as Float32. */
export type WriteWindow = (item: number, out: Float32Array, at: number) => boolean;

/** A bundle's model, which takes normalized windows and scores its outputs. Keeps the windows of one call at a time. */
export class BundleModel {
  readonly manifest: Manifest;
  readonly shape: ItemShape;
  /** Intervals of an item that the model sees, the oldest ones: for a forecast all but the newest. */
  readonly seen: number;
  readonly plan: BatchPlan;
  readonly normalizer: SeriesNormalizer;
  readonly #perItem: BatchPlan;
  readonly #model: LoadedModel;
  readonly #paddedCalls: PaddedCalls | null;
  readonly #measure: Measure;
  readonly #score: ScoreItem;
  /** Where the scored output starts among an item's numbers. */
  readonly #scoredAt: number;
  readonly #outputWidth: number;
  readonly #itemSize: number;
  readonly #seenSize: number;
  /** `[items, window, width]` */
  #normalized = new Float32Array(0);
  /** `[items, seen, width]`; the same array if the model sees whole items. */
  #input = this.#normalized;

  /** @throws AiopsError 'model' if the model's output does not match the manifest */
  constructor({ manifest, scalers, model, plan, outputs, measure, now }: BundleModelSettings) {
    const scored = scoredOutput(manifest.output, outputs);
    this.manifest = manifest;
    this.shape = { intervals: manifest.input.window, width: itemWidth(manifest.input) };
    this.seen = seenIntervals(manifest);
    this.plan = plan;
    this.normalizer = createSeriesNormalizer(manifest.input, this.shape, this.seen, scalers);
    this.#perItem = perItemPlan(model.declaredBatch);
    this.#model = model;
    const { size, mostWithSameBits: most } = plan;
    this.#paddedCalls = size === null || most === undefined ? null : new PaddedCalls(model, size, most, now);
    this.#measure = measure;
    this.#score = createScorer(manifest.output, this.shape, scored.size);
    this.#scoredAt = scored.at;
    this.#outputWidth = outputs.reduce((total, { size }) => total + size, 0);
    this.#itemSize = this.shape.intervals * this.shape.width;
    this.#seenSize = this.seen * this.shape.width;
  }

  /** Why an item of a series cannot be sent to the model. */
  whyUnfit(target: string, column: string | null): ItemError {
    return this.normalizer.problemOf(target, column) ?? NOT_FINITE;
  }

  /** Has `write` fill in the windows of `items` items; returns those that cannot be sent to the model. */
  fill(items: number, write: WriteWindow): ReadonlySet<number> {
    return this.#measure('normalize', () => this.#fill(items, write));
  }

  /** Predicts the first `items` windows; `outputs.width` is the same in each call. */
  async predict(items: number, style: CallStyle): Promise<Outputs> {
    const input = this.#input.subarray(0, items * this.#seenSize);
    const outputs = await this.#measure('predict', () => this.#predict(input, items, style));
    if (items > 0 && outputs.width !== this.#outputWidth) {
      throw new Error(
        `the model gave ${outputs.width} numbers per item, but ${this.#outputWidth} during warm-up`,
      );
    }
    return outputs;
  }

  /** The score of one of the windows that were predicted last; null if the model gives none. */
  score({ values, width }: Outputs, item: number): number | null {
    const [outputAt, itemAt] = [item * width + this.#scoredAt, item * this.#itemSize];
    return this.#score({ outputs: values, outputAt, item: this.#normalized, itemAt });
  }

  dispose(): void {
    this.#model.dispose();
  }

  #predict(input: Float32Array, items: number, style: CallStyle): Promise<Outputs> {
    if (style === 'per-item') return predictInBatches(this.#model, input, items, this.#perItem);
    if (this.#paddedCalls !== null) return this.#paddedCalls.predict(input, items);
    return predictInBatches(this.#model, input, items, this.plan);
  }

  #fill(items: number, write: WriteWindow): Set<number> {
    const [size, seen] = [this.#itemSize, this.#seenSize];
    if (this.#normalized.length < items * size) {
      this.#normalized = new Float32Array(items * size);
      this.#input = seen === size ? this.#normalized : new Float32Array(items * seen);
    }
    const normalized = this.#normalized;
    const input = this.#input;
    const unfit = new Set<number>();
    for (let item = 0, at = 0; item < items; item++, at += size) {
      if (!write(item, normalized, at)) {
        normalized.fill(0, at, at + size); // still part of the call, so make it harmless
        unfit.add(item);
      }
      if (input !== normalized) for (let k = 0; k < seen; k++) input[item * seen + k] = normalized[at + k]!;
    }
    return unfit;
  }
}
