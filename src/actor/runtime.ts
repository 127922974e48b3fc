import type { BackendFacts, BackendName, ModelFacts } from '../core/types.js';
import type { Analyzer, AnalyzerContext } from '../model/analyzer.js';

/** What the parent asks an actor to load. */
export interface LoadRequest {
  /** Absolute path of the bundle folder. */
  readonly bundle: string;
  readonly backend: BackendName | 'auto';
  /** Threads that native TensorFlow may use; its environment was set before the process started. */
  readonly threads: number;
  /** Items per predict call; `free`: as many as the chunk has; `auto`: the backend's own default. */
  readonly batchSize: number | 'free' | 'auto';
  readonly params: Readonly<Record<string, string>>;
}

/** A loaded and warmed-up model behind the analyzer contract. */
export interface Runtime {
  readonly analyzer: Analyzer;
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly loadMs: number;
  readonly warmupMs: number;
  /** What was downgraded on the way, for instance why `auto` did not take `node`. */
  readonly notices: readonly string[];
}

/** How the message loop gets its runtime; the loop's tests inject a fake one. */
export type LoadRuntime = (request: LoadRequest, context: AnalyzerContext) => Promise<Runtime>;
