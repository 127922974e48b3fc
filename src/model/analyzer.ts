/**
 * What an analyzer is: a module of yours that answers items inside an actor (docs/analyzers.md).
 * These types are what `import type { … } from 'aiops-serve'` gives.
 */
import type { CallStyle, InputSpec, ItemError } from '../core/types.js';

export type { CallStyle, InputSpec, ItemError };

/** What an analyzer is handed: one window of one target (or of one column of it). */
export interface AnalyzerItem {
  readonly target: string;
  /** Null for an item of several columns. */
  readonly column: string | null;
  /** Start of the newest interval, epoch ms. */
  readonly minute: number;
  /** `[window, width]` row-major, oldest interval first, raw units, no NaN. Valid during the call only. */
  readonly values: Float64Array;
  /** `[window, width]` */
  readonly shape: readonly [window: number, width: number];
  /** What `--param key=value` gave. */
  readonly params: Readonly<Record<string, string>>;
}

/** A prediction, or why there is none for this item. */
export type AnalyzerAnswer = Prediction | ItemError;

export interface Prediction {
  /** Null when the model scores nothing. */
  readonly score: number | null;
  /** Null when there is no threshold to compare with. */
  readonly anomaly: boolean | null;
  readonly output: ArrayLike<number>;
}

/** The phases that a timing report tells apart inside an actor. */
export type AnalyzerPhase = 'normalize' | 'predict';

/** Runs `work` and books its duration under `phase` in the chunk's timing. */
export type Measure = <T>(phase: AnalyzerPhase, work: () => T) => T;

export interface AnalyzerContext {
  readonly params: Readonly<Record<string, string>>;
  readonly measure: Measure;
  /**
   * Loads a model bundle on the run's backend and warms it up. Its files are checked as those of `--model` are,
   * and it counts into what the run is known by (digest). Only while `createAnalyzer` is at work: await it there.
   * Ends with the analyzer; there is nothing to free.
   *
   * @param folder a path from the current folder, or a URL: `new URL('./my-bundle/', import.meta.url)`
   * @throws if the bundle, its model or the backend is at fault; let it pass: it says what to do
   */
  loadBundle(folder: string | URL): Promise<LoadedBundle>;
}

/**
 * What answers items inside an actor. It may keep caches, not state that changes answers:
 * the same item gets the same answer in any chunk of any actor.
 */
export interface Analyzer extends Partial<Pick<InputSpec, 'columns' | 'missing'>> {
  /** For reports; the module's file name if absent. */
  readonly name?: string;
  readonly version?: string;
  /** Intervals in a window, a whole number ≥ 1. `columns` is `each` and `missing` is `hold` if absent. */
  readonly window: number;
  /** One answer per item, in order. `per-item` asks for one model call per item. */
  predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle },
  ): readonly AnalyzerAnswer[] | Promise<readonly AnalyzerAnswer[]>;
  /** Called when the run is over. */
  dispose?(): void | Promise<void>;
}

/** A model bundle, which is an analyzer itself. Calls may overlap: each waits for those before it. */
export interface LoadedBundle extends InputSpec, Omit<Analyzer, keyof InputSpec> {
  readonly name: string;
  readonly version: string;
  predict(
    items: readonly AnalyzerItem[],
    call?: { readonly style: CallStyle },
  ): Promise<readonly AnalyzerAnswer[]>;
}

/** The function that an analyzer's module exports under the name `createAnalyzer`; called once in each actor. */
export type CreateAnalyzer = (context: AnalyzerContext) => Analyzer | Promise<Analyzer>;
