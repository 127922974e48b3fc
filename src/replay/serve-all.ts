import type { Block } from '../core/block.js';
import type { BlockRun } from '../core/executor.js';
import type { ServeBlock } from './block-server.js';
import type { BlockLength, StepBlock } from './blocks.js';
import type { Comparer } from './comparer.js';
import type { ReplayContext } from './replay-context.js';
import type { DispatchedBlock } from './served-block.js';
import type { Sink } from './sink.js';

export interface ServeParts extends Pick<ReplayContext, 'signal' | 'onNotice'> {
  readonly sink: Pick<Sink, 'enqueue' | 'drain'>;
  readonly serve: ServeBlock;
  readonly comparer: Pick<Comparer, 'noteServed' | 'compare'>;
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
  parts: Omit<ServeParts, 'sink' | 'signal'>,
): DispatchedBlock {
  const { serve, comparer, length } = parts;
  const dispatched = { block, dueAtMs, again: serve };
  if (isCompared) return { ...dispatched, run: comparer.compare(block), isAlone: true };
  comparer.noteServed(minutesWithItems);
  const run = serve(block);
  run.then((served) => learn(served, parts)).catch(() => undefined); // the sink reports it
  return { ...dispatched, run, isAlone: length.isFixedAtOne };
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
