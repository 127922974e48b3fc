import type { Notice } from '../../core/errors.js';
import type { SealedPlan } from '../plan/plan-file.js';

/** A slice that failed for good. */
export interface FailedSlice {
  readonly number: number;
  readonly status: number;
}

/** Runs the slices of a plan while a merge follows. */
export interface Engine {
  /** Tells that the run holds the slices up to this one. */
  merged: number;
  /**
   * Keeps slices running until all are merged, one fails for good, or `stop` is called; resolves to the one that
   * failed.
   *
   * @throws AiopsError `tool_failed` where a slice runs again and again, or the engine cannot be reached; `output_io`
   */
  run(): Promise<FailedSlice | null>;
  /** Ends everything that runs; resolves once it is gone. @param killed aborted: at once */
  stop(killed: AbortSignal): Promise<void>;
}

/** What an engine is to run. */
export interface EngineWork {
  readonly plan: SealedPlan;
  /** Of the run. */
  readonly folder: string;
  readonly onNotice: (notice: Notice) => void;
  /** Gets the lines that slices print. */
  readonly onSliceLine: (slice: number, line: string) => void;
}

export type StartEngine = (work: EngineWork) => Engine;

/** A slice may run so often where its part is damaged, or began with other quarantines than the run has there. */
export const MOST_STARTS = 8;

/** How often a slice that failed runs again, and a job of which no slice did. */
export const MOST_RETRIES = 3;

/** Exit statuses that running again may mend; usage, input and what a machine cannot mend are not. */
export const RETRIED: readonly number[] = [69, 74, 75];
