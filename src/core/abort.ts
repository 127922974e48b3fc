/** The result of `work`, or null as soon as the signal is aborted; a later failure of the work is ignored. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  work.catch(() => undefined);
  if (signal.aborted) return null;
  // Not Promise.race: a promise that is raced repeatedly retains every result until it settles.
  return new Promise<T | null>((resolve, reject) => {
    const leave = (): void => resolve(null);
    signal.addEventListener('abort', leave);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

const NEVER = new AbortController().signal;

/**
 * The items until the signal is aborted; does not wait for a pending read, which may never finish.
 *
 * @throws the reason of `lost`, once aborted: even while an input is silent, the loss of all actors must end the run
 */
export async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
  lost: AbortSignal = NEVER,
): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const either = AbortSignal.any([signal, lost]);
  for (;;) {
    const next = await unlessAborted(iterator.next(), either);
    if (next === null) lost.throwIfAborted();
    if (next === null || next.done === true) return;
    yield next.value;
  }
}
