import { performance } from 'node:perf_hooks';

import type { LineForm } from '../core/block.js';
import type { LookBack } from '../core/look-back.js';
import type { BlockTiming, ReadStep } from '../core/types.js';
import type { Executors } from '../pool/executors.js';
import { BlockLength, blockMaker } from './blocks.js';
import { Comparer } from './comparer.js';
import type { DueSteps } from './feed.js';
import type { ReplayConfig } from './replay-config.js';

/** Enough to tell how fast minutes are served, ms. */
const SERVE_MS = 1500;

/** Steps that were taken together, and the block of their minutes. */
export interface FirstServed {
  readonly steps: readonly ReadStep[];
  /** Null: they have no minute. */
  readonly timing: BlockTiming | null;
  /** From dispatch to answer, ms. */
  readonly elapsedMs: number;
}

export interface FirstParts {
  readonly lookBack: LookBack;
  readonly lines: LineForm;
  readonly executors: Executors;
  readonly signal: AbortSignal;
}

/** Serves the first blocks, minutes never alone, until how fast that is shows, or to the end or the signal. */
export async function* serveFirst(
  config: ReplayConfig,
  due: AsyncIterable<DueSteps>,
  parts: FirstParts,
): AsyncGenerator<FirstServed, undefined> {
  const now = (): number => performance.now();
  const of = { lines: parts.lines, executors: parts.executors, now };
  const comparer = new Comparer({ ...config, compare: 'none', ...of });
  const length = new BlockLength(config.block);
  let servingMs = 0;
  const { actors } = parts.executors[config.mode === 'parallel' ? 'pool' : 'solo'];
  const { lookBack } = parts;
  const maker = blockMaker(config.backfill, actors, { lookBack, length, compares: () => false });
  for await (const part of maker.blocks(due)) {
    if (parts.signal.aborted) return undefined;
    const { steps, block, minutesWithItems } = part;
    if (block === null) {
      yield { steps, timing: null, elapsedMs: 0 };
      continue;
    }
    const atMs = now();
    const { timing } = await comparer.serve(block, minutesWithItems);
    const elapsedMs = now() - atMs;
    length.learn(timing);
    yield { steps, timing, elapsedMs };
    servingMs += elapsedMs;
    if (timing.items > 0 && servingMs >= SERVE_MS) return undefined;
  }
  return undefined;
}
