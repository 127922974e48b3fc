import type { ReadStep } from './types.js';
import { unlessAborted } from './unless-aborted.js';

const NEVER = new AbortController().signal;

/**
 * The steps until the signal; a read that would never come back is left behind.
 *
 * @throws what `lost` gives as its reason: input that may be silent for long must not hide that nobody answers
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
