import type { BackendFacts, ModelFormat, ModelOutput } from '../../core/types.js';
import type { Bundle } from '../../model/bundle.js';

/** What a model gives for some items. */
export interface Outputs {
  /** The model's outputs in code-unit order, which is the order of their numbers within an item. */
  readonly layout: readonly ModelOutput[];
  /** Numbers of one item, all outputs together. */
  readonly width: number;
  /** `[items, width]` */
  readonly values: Float32Array;
}

/** A model in a backend's memory. */
export interface LoadedModel {
  /** Items that the model itself demands in each call; null: any number. */
  readonly declaredBatch: number | null;
  /**
   * One call of the model; keeps no tensor and nothing of `input`.
   *
   * @param input `[items, …]`, as many numbers an item as the manifest says
   * @throws AiopsError 'model' if the model does not answer item by item
   */
  predict(input: Float32Array, items: number): Promise<Outputs>;
  dispose(): void;
}

/** How a chunk's items are put into predict calls. */
export interface BatchPlan {
  /** Items per call; null: as many as the chunk has. */
  readonly size: number | null;
  /** Fill the last call up with zeros, so that all have one shape. */
  readonly pad: boolean;
}

/** Something that computes; it is only handed out after a computation ran on it. */
export interface Backend {
  readonly facts: Omit<BackendFacts, 'batchSize' | 'reproducible'>;
  /** Items per call that `--batch-size auto` means here; null: as many as the chunk has. */
  readonly defaultBatchSize: number | null;
  /** Whether answers have the same bits only if every call has the same batch shape. */
  readonly shapeMatters: boolean;
  /**
   * @param itemDims shape of one item as the manifest has it
   * @throws AiopsError 'model' naming what can't be loaded or does not fit
   */
  load(bundle: Bundle, format: ModelFormat, itemDims: readonly number[]): Promise<LoadedModel>;
}
