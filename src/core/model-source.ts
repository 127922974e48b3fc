import type { BackendName, ModelFormat } from './types.js';

/** Whether every predict call has the same shape where that can change an answer, or the shape of its items. */
export type BatchShape = 'fixed' | 'free';

/** What answers items: a bundle, with the manifest as the parent read it, or a module of the user's. */
export type ModelSource =
  | {
      readonly kind: 'bundle';
      /** Absolute path of its folder. */
      readonly folder: string;
      /** JSON */
      readonly manifest: string;
    }
  | {
      readonly kind: 'analyzer';
      /** Absolute path of an ES module. */
      readonly module: string;
    };

/** Settings that decide what actors load; `auto` leaves a choice to them. */
export interface LoadSettings {
  readonly backend: BackendName | 'auto';
  /** Which of a bundle's formats; `auto`: the first that the backend runs. */
  readonly modelFormat: ModelFormat | 'auto';
  /** Threads of native TensorFlow in each actor. */
  readonly threadsPerActor: number;
  /** Items per predict call; `auto`: the backend's default. */
  readonly batchSize: number | 'auto';
  readonly batchShape: BatchShape;
  /** For an analyzer. */
  readonly params: Readonly<Record<string, string>>;
}
