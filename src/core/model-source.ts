import type { BackendName, ModelFormat } from './types.js';

/** `fixed`: where the shape of a predict call can change an answer, all calls have the same; `free`: as items come. */
export type BatchShape = 'fixed' | 'free';

/** What answers items: a bundle, with the manifest that the parent has read, or a user's module. */
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
  /** The bundle's format to load; `auto`: the first that the backend supports. */
  readonly modelFormat: ModelFormat | 'auto';
  /** Threads of native TensorFlow in each actor. */
  readonly threadsPerActor: number;
  /** Items per predict call; `auto`: the backend's default. */
  readonly batchSize: number | 'auto';
  readonly batchShape: BatchShape;
  /** Passed to an analyzer. */
  readonly params: Readonly<Record<string, string>>;
}
