import type { ReadyFacts } from '../../core/types.js';
import type { RunTimings } from '../../measure/run-timings.js';
import type { ReplayConfig } from '../replay-config.js';

/** How full padded calls were, as shares of the items that they computed. */
export interface CallFullness {
  /** Of everything served. */
  readonly all: number;
  /** Of minutes served alone; null if there were none. */
  readonly alone: number | null;
  /** A batch size that suits minutes alone, where most of what they computed was padding; null: none. */
  readonly advisedBatchSize: number | null;
}

/** Below this share of items that were not padding, another batch size is advised. */
const MOSTLY_PADDING = 0.25;
/** Smaller batches hardly save time. */
const LEAST_ADVISED = 8;

/** @returns null where calls were not padded, or an analyzer made them, or nothing was served */
export function callFullness(
  { chunkSizes }: Pick<RunTimings, 'chunkSizes'>,
  { backend, model }: Pick<ReadyFacts, 'backend' | 'model'>,
  { batchShape }: Pick<ReplayConfig, 'batchShape'>,
): CallFullness | null {
  const { name, batchSize } = backend;
  if (model.format === 'analyzer' || batchSize === null) return null;
  const isDeclared = model.declaredBatch !== undefined;
  const mayChoose = name === 'node' && batchShape === 'fixed';
  const all = chunkSizes.all.fullness(batchSize);
  if (all === null || (!isDeclared && !mayChoose)) return null;
  const alone = chunkSizes.alone.fullness(batchSize);
  const isAdvised = !isDeclared && alone !== null && alone < MOSTLY_PADDING;
  const advised = isAdvised ? advisedBatchSize(chunkSizes.alone.largest) : batchSize;
  return { all, alone, advisedBatchSize: advised < batchSize ? advised : null };
}

/** The power of two that holds the largest chunk in one call. */
function advisedBatchSize(largestChunk: number): number {
  return Math.max(LEAST_ADVISED, 2 ** Math.ceil(Math.log2(largestChunk)));
}
