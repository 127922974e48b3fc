import type { CallStyle, ItemError } from '../core/types.js';

/** What an analyzer is handed: one window of one target (or of one column of it). */
export interface AnalyzerItem {
  readonly target: string;
  /** Null for a multivariate item. */
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
export type AnalyzerAnswer =
  | {
      /** Null when the model scores nothing. */
      readonly score: number | null;
      /** Null when there is no threshold to compare with. */
      readonly anomaly: boolean | null;
      readonly output: ArrayLike<number>;
    }
  | ItemError;

/** The phases that a timing report tells apart inside an actor. */
export type AnalyzerPhase = 'normalize' | 'predict';

export interface AnalyzerContext {
  readonly params: Readonly<Record<string, string>>;
  /** Runs `work` and books its duration under `phase` in the chunk's timing. */
  measure<T>(phase: AnalyzerPhase, work: () => T): T;
}

/**
 * What answers items inside an actor. It may keep caches, not state that changes answers:
 * the same item gets the same answer in any chunk of any actor.
 */
export interface Analyzer {
  /** Intervals in a window. */
  readonly window: number;
  /** One answer per item, in order. `per-item` asks for one model call per item. */
  predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle },
  ): readonly AnalyzerAnswer[] | Promise<readonly AnalyzerAnswer[]>;
  dispose?(): void | Promise<void>;
}
