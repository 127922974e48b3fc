import type { Block } from '../core/block.js';
import type { BlockRun } from '../core/executor.js';
import type { BlockLength, StepBlock } from './blocks.js';
import type { Comparer } from './comparer.js';
import type { ReplayContext } from './replay-context.js';
import type { DispatchedBlock } from './served-block.js';
import type { Sink } from './sink.js';

export interface ServeParts extends Pick<ReplayContext, 'signal' | 'onNotice'> {
  readonly sink: Pick<Sink, 'enqueue' | 'drain'>;
  readonly comparer: Comparer;
  readonly length: BlockLength;
}

/**
 * Dispatches blocks as they come; resolves once they are served and written. Once the signal is given, further blocks
 * are left to the next session.
 *
 * @throws AiopsError of reading; as `Sink.enqueue` does
 */
export async function serveAll(
  blocks: AsyncIterable<StepBlock> | Iterable<StepBlock>,
  parts: ServeParts,
): Promise<void> {
  const { sink, signal } = parts;
  for await (const { steps, block, ...how } of blocks) {
    if (signal.aborted) break;
    if (how.isCompared) await sink.drain(); // a comparison is fair only while nothing else is under way
    await sink.enqueue(steps, block && dispatch(block, how, parts));
    if (how.isCompared) await sink.drain();
  }
  await sink.drain();
}

function dispatch(
  block: Block,
  { minutesWithItems, isCompared, dueAtMs }: Omit<StepBlock, 'steps' | 'block'>,
  parts: Pick<ServeParts, 'comparer' | 'length' | 'onNotice'>,
): DispatchedBlock {
  const { comparer, length } = parts;
  const run = isCompared ? comparer.compare(block) : comparer.serve(block, minutesWithItems);
  if (!isCompared) run.then((served) => learn(served, parts)).catch(() => undefined); // the sink reports it
  return {
    ...{ block, run, dueAtMs },
    again: (some) => comparer.again(some),
    isAlone: isCompared || length.isFixedAtOne,
  };
}

function learn(
  { timing, losses = 0 }: BlockRun,
  { length, onNotice }: Pick<ServeParts, 'length' | 'onNotice'>,
): void {
  length.learn(timing);
  const most = length.learnLosses(timing.minutes, losses);
  if (most === null) return;
  const text = `actors were lost on blocks of ${timing.minutes} minutes, and no row explains it: blocks have at most ${most} from now on`;
  onNotice({ level: 'warning', text });
}
