import type { Notice } from '../../core/errors.js';
import type { Distribution, Estimate } from '../../core/statistics.js';
import type { BackendFacts, CallStyle, InputSpec, ModelFacts } from '../../core/types.js';
import type { Agreement } from '../../core/comparison.js';
import type { GateResult } from '../../report/gates.js';
import type { ActorShare, Breakdown } from '../../core/timing.js';
import type { HostFacts, ProgramFacts } from '../../core/machine-facts.js';

/** One way to serve the minutes of a case; an `arm` in `bench.json`. */
export interface BenchVariant {
  /** Unique within its case: `sequential, per item`, `sequential, batched, 2 threads`, `4 actors, batched`. */
  readonly name: string;
  readonly mode: 'sequential' | 'parallel';
  readonly style: CallStyle;
  /** Processes that compute; 1 where sequential. */
  readonly actors: number;
  /** Threads of each of them. */
  readonly threads: number;
  /** Service times of all timed minutes. */
  readonly wallMs: Distribution;
  /** Of those minutes, how many took longer than the deadline. */
  readonly late: number;
  /** `[rounds]`: the median minute of each round, in order; variants are paired by round. */
  readonly roundMs: readonly number[];
  /** Median of `roundMs` with its interval. */
  readonly medianMs: Estimate;
  /** Paired by round: `sequential batched time / this variant's time`; null for that variant. */
  readonly speedup: Estimate | null;
  /** The same over sequential per item; null where the case lacks that, and for that variant. */
  readonly speedupPerItem: Estimate | null;
  /** Of that speed-up over sequential batched by `actors`; null where sequential. */
  readonly efficiency: number | null;
  /** Karp and Flatt's; null where sequential and for one actor. */
  readonly serialFraction: number | null;
  /** Items per minute that fit the deadline at the 99th percentile of the cost per item. */
  readonly capacityItems: number;
  /** Where an average minute's time went, ms summed over its chunks. */
  readonly breakdownMs: Breakdown;
  /** The same by actor, summed over all timed minutes. */
  readonly perActor: readonly ActorShare[];
  /** Outlying minutes, by median absolute deviation. */
  readonly outliers: number;
  /** With the answers of the case's first variant. */
  readonly answers: Agreement;
}

/** Variants that served the same minutes, in turn. */
export interface BenchCase {
  readonly model: ModelFacts & InputSpec;
  readonly backend: BackendFacts;
  readonly items: number;
  /** Full: all variants. Probe: batched ones only, to see how times grow with the items. */
  readonly kind: 'full' | 'probe';
  readonly rounds: number;
  readonly arms: readonly BenchVariant[];
  /** Answers that differ by at most this much agree, on this backend. */
  readonly tolerance: number;
  /** Name of the winning variant: no other is measurably faster. */
  readonly winner: string;
  /** The fewest actors than which no measured number is measurably faster. */
  readonly bestActors: number;
  /**
   * Cost of an item in one process, ms, from which `bestActors` (or if that is one, the next larger number measured)
   * pay; 0: at any cost; null: not measured, since no variant has two actors.
   */
  readonly breakEvenItemMs: number | null;
}

/** From how many items a number of actors is faster than one process with batches, over the cases of a backend. */
export interface BreakEven {
  readonly backend: string;
  readonly batchSize: number | null;
  readonly actors: number;
  /** Null: at no number of items. */
  readonly items: number | null;
}

/** The content of `bench.json`; times in ms. */
export interface BenchSummary {
  readonly program: ProgramFacts;
  readonly host: HostFacts;
  readonly settings: unknown;
  /** The recording whose minutes were served; null: synthetic ones. */
  readonly input: string | null;
  readonly deadlineMs: number;
  readonly elapsedMs: number;
  readonly cases: readonly BenchCase[];
  readonly breakEven: readonly BreakEven[];
  /** What `--baseline` found; null without it. */
  readonly baseline: BaselineComparison | null;
  /** Results of `--fail-if`. */
  readonly gates: readonly GateResult[];
  readonly advice: string;
  readonly notices: readonly Notice[];
}

/** This run against a previous one. */
export interface BaselineComparison {
  readonly file: string;
  /** Differences in machine, versions, settings and what was measured; empty: like is compared with like. */
  readonly differences: readonly string[];
  readonly arms: readonly BaselineVariant[];
  /** Variants of this run's full cases that the baseline lacks: they may be slower. */
  readonly unpairedArms: number;
}

export interface BaselineVariant {
  readonly backend: string;
  readonly items: number;
  readonly name: string;
  /** New median over old one. */
  readonly ratio: Estimate;
  readonly verdict: 'faster' | 'slower' | 'no real difference';
}

/** The text of `bench.json`. */
export function benchJson(summary: BenchSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}
