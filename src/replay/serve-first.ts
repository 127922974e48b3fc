import { performance } from 'node:perf_hooks';

import type { LineForm } from '../core/block.js';
import type { LookBack } from '../core/look-back.js';
import type { BlockTiming, ReadStep } from '../core/types.js';
import type { Executors } from '../pool/executors.js';
import { blockServer } from './block-server.js';
import { BlockLength, blockMaker } from './blocks.js';
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
  readonly executors: Pick<Executors, 'writer'>;
  readonly signal: AbortSignal;
}

/** Serves the first blocks, minutes never alone, until how fast that is shows, or to the end or the signal. */
export async function* serveFirst(
  config: ReplayConfig,
  due: AsyncIterable<DueSteps>,
  parts: FirstParts,
): AsyncGenerator<FirstServed, undefined> {
  const now = (): number => performance.now();
  const { lookBack, lines, signal } = parts;
  const { writer } = parts.executors;
  const serve = blockServer(writer, lines);
  const length = new BlockLength(config.block);
  let servingMs = 0;
  const maker = blockMaker(config.backfill, writer, { lookBack, length, compares: () => false });
  for await (const part of maker.blocks(due)) {
    if (signal.aborted) return undefined;
    const { steps, block } = part;
    if (block === null) {
      yield { steps, timing: null, elapsedMs: 0 };
      continue;
    }
    const atMs = now();
    const { timing } = await serve(block);
    const elapsedMs = now() - atMs;
    length.learn(timing);
    yield { steps, timing, elapsedMs };
    servingMs += elapsedMs;
    if (timing.items > 0 && servingMs >= SERVE_MS) return undefined;
  }
  return undefined;
}
