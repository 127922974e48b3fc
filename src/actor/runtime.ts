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
  /** What was downgraded while loading, such as why `auto` did not choose `node`. */
  readonly notices: readonly Notice[];
}

/** Loads the runtime for the message loop. */
export type LoadRuntime = (request: LoadRequest, measure: Measure) => Promise<Runtime>;
