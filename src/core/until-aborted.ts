import type { ReadStep } from './types.js';
import { unlessAborted } from './unless-aborted.js';

const NEVER = new AbortController().signal;

/**
 * The steps until the signal is aborted; does not wait for a pending read, which may never finish.
 *
 * @throws the reason of `lost`, once aborted: even while an input is silent, the loss of all actors must end the run
 */
export async function* untilAborted(
  steps: AsyncIterable<ReadStep>,
  signal: AbortSignal,
  lost: AbortSignal = NEVER,
): AsyncGenerator<ReadStep> {
  const iterator = steps[Symbol.asyncIterator]();
  const either = AbortSignal.any([signal, lost]);
  for (;;) {
    const next = await unlessAborted(iterator.next(), either);
    if (next === null) lost.throwIfAborted();
    if (next === null || next.done === true) return;
    yield next.value;
  }
}
