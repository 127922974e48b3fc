/** The text of a page, or why there is none. */
export type PageAttempt = { readonly text: string } | { readonly bug: unknown };

/** Makes a page. Failing is a bug, which the run reports once its other files are safe. */
export function attemptPage(make: () => string): PageAttempt {
  try {
    return { text: make() };
  } catch (bug) {
    return { bug };
  }
}

/** Ends a run whose other files are all in place. */
export function pageMissing(bug: unknown): Error {
  return new Error('report.html could not be made; the other files are complete', { cause: bug });
}
