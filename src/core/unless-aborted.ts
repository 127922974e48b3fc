/** What `work` comes to, or null as soon as the signal is given; work left behind then stays quiet. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  work.catch(() => undefined);
  if (signal.aborted) return null;
  // Not Promise.race: a promise that is raced again and again holds every result until it is settled itself.
  return new Promise<T | null>((resolve, reject) => {
    const leave = (): void => resolve(null);
    signal.addEventListener('abort', leave);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
