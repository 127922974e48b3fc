import type { BackendFacts, ModelFacts } from '../core/types.js';
import type { Analyzer, AnalyzerContext } from '../model/analyzer.js';
import type { LoadRequest } from '../protocol/messages.js';

export type { LoadRequest };

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
