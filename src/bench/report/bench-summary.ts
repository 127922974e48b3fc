import type { Notice } from '../../core/errors.js';
import type { Distribution, Estimate } from '../../core/statistics.js';
import type { BackendFacts, CallStyle, InputSpec, ModelFacts } from '../../core/types.js';
import type { Agreement } from '../../core/comparison.js';
import type { GateResult } from '../../report/gates.js';
import type { ActorShare, Breakdown } from '../../core/timing.js';
import type { HostFacts, ProgramFacts } from '../../core/machine-facts.js';

/** One way to serve the minutes of a case. */
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
  /** `[rounds]`: the median minute of each round, in order. Rounds are what arms are paired by. */
  readonly roundMs: readonly number[];
  /** Median of `roundMs` with its interval. */
  readonly medianMs: Estimate;
  /** Paired by round: `sequential batched time / this arm's time`; null for that arm itself. */
  readonly speedup: Estimate | null;
  /** The same over sequential per item; null where the case has no such arm, and for that arm itself. */
  readonly speedupPerItem: Estimate | null;
  /** Of that speed-up over sequential batched by `actors`; null where sequential. */
  readonly efficiency: number | null;
  /** Karp and Flatt's; null where sequential and for one actor. */
  readonly serialFraction: number | null;
  /** Items a minute that fit the deadline at the 99th percentile of the cost per item. */
  readonly capacityItems: number;
  /** Where an average minute's time went, ms summed over its chunks. */
  readonly breakdownMs: Breakdown;
  /** The same by actor, summed over all timed minutes. */
  readonly perActor: readonly ActorShare[];
  /** Minutes far outside the others by median absolute deviation. */
  readonly outliers: number;
  /** Against the answers of the case's first arm. */
  readonly answers: Agreement;
}

/** Arms that served the same minutes, in turn. */
export interface BenchCase {
  readonly model: ModelFacts & InputSpec;
  readonly backend: BackendFacts;
  readonly items: number;
  /** Full: all arms. Probe: batched arms only, served to see how times grow with the items. */
  readonly kind: 'full' | 'probe';
  readonly rounds: number;
  readonly arms: readonly BenchVariant[];
  /** Largest difference of answers that counts as agreement on this backend. */
  readonly tolerance: number;
  /** Name of the arm that wins: no other one is faster by more than the measurement can tell. */
  readonly winner: string;
  /** The fewest actors that are as fast as any number measured, within the measurement. */
  readonly bestActors: number;
  /**
   * Cost of an item in one process, ms, from which on `bestActors` (or the next larger number measured, if that is
   * one) pay; 0: at any cost; null: not measured, since no arm has two actors.
   */
  readonly breakEvenItemMs: number | null;
}

/** From how many items on a number of actors is faster than one process with batches, over the cases of a backend. */
export interface BreakEven {
  readonly backend: string;
  readonly batchSize: number | null;
  readonly actors: number;
  /** Null: at no number of items. */
  readonly items: number | null;
}

/** Everything that `bench.json` says; times in ms. */
export interface BenchSummary {
  readonly program: ProgramFacts;
  readonly host: HostFacts;
  readonly settings: unknown;
  /** The recording whose minutes were served; null: generated ones. */
  readonly input: string | null;
  readonly deadlineMs: number;
  readonly elapsedMs: number;
  readonly cases: readonly BenchCase[];
  readonly breakEven: readonly BreakEven[];
  /** What `--baseline` found; null without it. */
  readonly baseline: BaselineComparison | null;
  /** What `--fail-if` asked for. */
  readonly gates: readonly GateResult[];
  readonly advice: string;
  readonly notices: readonly Notice[];
}

/** This run against an earlier one. */
export interface BaselineComparison {
  readonly file: string;
  /** What is not the same as then: machine, versions, settings, what was measured. Empty: like is compared with like. */
  readonly differences: readonly string[];
  readonly arms: readonly BaselineVariant[];
  /** Arms of this run's full cases that were not measured then: whether they are slower cannot be said. */
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
