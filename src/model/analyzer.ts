/**
 * The contract of an analyzer, a module of yours that answers items inside an actor (docs/analyzers.md).
 * `import { … } from 'aiops-serve'` exports these types, and the normalizations of bundles.
 */
import type { CallStyle, InputSpec, ItemError } from '../core/types.js';

export type { CallStyle, InputSpec, ItemError };
export { createNormalizer, type Normalization, type Normalizer } from './normalizers.js';

/** What an analyzer gets: one window of a target, or of one of its columns. */
export interface AnalyzerItem {
  readonly target: string;
  /** Null for an item of several columns. */
  readonly column: string | null;
  /** Start of the newest interval, epoch ms. */
  readonly minute: number;
  /** `[window, width]` row-major, oldest interval first, raw units, no NaN. Valid only during the call. */
  readonly values: Float64Array;
  /** `[window, width]` */
  readonly shape: readonly [window: number, width: number];
  /** From `--param key=value`. */
  readonly params: Readonly<Record<string, string>>;
}

/** A prediction, or why this item has none. */
export type AnalyzerAnswer = Prediction | ItemError;

export interface Prediction {
  /** Null if the model gives no score. */
  readonly score: number | null;
  /** Null if there is no threshold. */
  readonly anomaly: boolean | null;
  readonly output: ArrayLike<number>;
}

/** The phases inside an actor that timing reports distinguish. */
export type AnalyzerPhase = 'normalize' | 'predict';

/** Runs `work` and adds its duration to `phase` in the chunk's timing. */
export type Measure = <T>(phase: AnalyzerPhase, work: () => T) => T;

export interface AnalyzerContext {
  readonly params: Readonly<Record<string, string>>;
  readonly measure: Measure;
  /**
   * Loads a model bundle on the backend of the run and warms it up. Its files are checked like those of `--model`,
   * and its digest becomes part of the analyzer's. Allowed only inside `createAnalyzer`: await it there. It is disposed
   * of with the analyzer.
   *
   * @param folder a path relative to the current folder, or a URL: `new URL('./my-bundle/', import.meta.url)`
   * @throws if the bundle, its model or the backend is at fault; do not catch it, its message says what to do
   */
  loadBundle(folder: string | URL): Promise<LoadedBundle>;
  /**
   * Makes a file that the analyzer reads part of its digest, so that a run with another content is never resumed.
   * Allowed only inside `createAnalyzer`: await it there, and read the file before `createAnalyzer` returns.
   *
   * @param path relative to the module's folder, or absolute, or a `file:` URL
   * @returns its absolute path
   * @throws if the file cannot be read; do not catch it, its message says what to do
   */
  file(path: string | URL): Promise<string>;
}

/**
 * Answers items inside an actor. It may keep caches, but no state that changes answers: an item must get the same
 * answer in any call of any actor, whatever other items the call has.
 */
export interface Analyzer extends Partial<Pick<InputSpec, 'columns' | 'missing'>> {
  /** Shown in reports; by default the module's file name. */
  readonly name?: string;
  readonly version?: string;
  /** Intervals in a window, a whole number ≥ 1. `columns` defaults to `each`, `missing` to `hold`. */
  readonly window: number;
  /**
   * One answer per item, in order. The items are of one or more minutes, those of a minute in the order of their
   * targets, then columns. `per-item` asks for one model call per item.
   */
  predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle },
  ): readonly AnalyzerAnswer[] | Promise<readonly AnalyzerAnswer[]>;
  /** Called at the end of the run. */
  dispose?(): void | Promise<void>;
}

/** A model bundle, which is itself an analyzer. Calls may overlap: each waits for earlier ones. */
export interface LoadedBundle extends InputSpec, Omit<Analyzer, keyof InputSpec> {
  readonly name: string;
  readonly version: string;
  predict(
    items: readonly AnalyzerItem[],
    call?: { readonly style: CallStyle },
  ): Promise<readonly AnalyzerAnswer[]>;
}

/** The function that an analyzer's module exports as `createAnalyzer`; called once in each actor. */
export type CreateAnalyzer = (context: AnalyzerContext) => Analyzer | Promise<Analyzer>;
