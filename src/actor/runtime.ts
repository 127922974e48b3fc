import type { Notice } from '../core/errors.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../core/types.js';
import type { Analyzer, Measure } from '../model/analyzer.js';
import type { LoadRequest } from '../protocol/messages.js';

/** A loaded and warmed-up model behind the analyzer contract. */
export interface Runtime {
  readonly analyzer: Analyzer;
  readonly input: InputSpec;
  readonly backend: BackendFacts;
  readonly model: ModelFacts;
  readonly loadMs: number;
  readonly warmupMs: number;
  /** What was downgraded on the way, for instance why `auto` did not take `node`. */
  readonly notices: readonly Notice[];
}

/** How the message loop gets its runtime; the loop's tests inject a fake one. */
export type LoadRuntime = (request: LoadRequest, measure: Measure) => Promise<Runtime>;
