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
