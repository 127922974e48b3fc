import type { BackendFacts, ModelFormat, ModelOutput } from '../../core/types.js';
import type { Bundle } from '../../model/bundle.js';

/** A model's outputs for some items. */
export interface Outputs {
  /** The outputs in code-unit order, which is the order of their numbers within an item. */
  readonly layout: readonly ModelOutput[];
  /** Numbers per item, over all outputs. */
  readonly width: number;
  /** `[items, width]` */
  readonly values: Float32Array;
}

/** A model in a backend's memory. */
export interface LoadedModel {
  /** Items that the model requires in each call; null: any number. */
  readonly declaredBatch: number | null;
  /** Names of TensorFlow operations; none: unknown. */
  readonly operations: ReadonlySet<string>;
  /**
   * Calls the model; retains neither tensors nor `input`.
   *
   * @param input `[items, …]`, with as many numbers per item as the manifest says
   * @throws AiopsError 'model' if the model does not answer item by item
   */
  predict(input: Float32Array, items: number): Promise<Outputs>;
  dispose(): void;
}

/** How the items of a chunk are divided into predict calls. */
export interface BatchPlan {
  /** Items per call; null: any number. */
  readonly size: number | null;
  /** Whether to pad the last call with zeros, so that all calls have the same shape. */
  readonly pad: boolean;
  /** The most items of a larger call, which must give the bits of calls of `size`; absent: no call is larger. */
  readonly mostWithSameBits?: number;
}

/** A TensorFlow implementation that has passed a test computation. */
export interface Backend {
  readonly facts: Omit<BackendFacts, 'batchSize' | 'reproducible'>;
  /** Items per call with `--batch-size auto`; null: any number. */
  readonly defaultBatchSize: number | null;
  /** Whether the bits of an answer depend on the batch shape of the call. */
  readonly shapeMatters: boolean;
  /**
   * @param itemDims shape of one item according to the manifest
   * @throws AiopsError 'model' naming what cannot be loaded or does not match
   */
  load(bundle: Bundle, format: ModelFormat, itemDims: readonly number[]): Promise<LoadedModel>;
}
