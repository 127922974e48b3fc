/** What came of making a page: its text, or why there is none. */
export type PageAttempt = { readonly text: string } | { readonly bug: unknown };

/** Makes a page. That this fails is a bug, which must not cost a run its other files: it is told once they are safe. */
export function attemptPage(make: () => string): PageAttempt {
  try {
    return { text: make() };
  } catch (bug) {
    return { bug };
  }
}

/** Why there is no page, as the error that ends a run whose other files are all in place. */
export function pageMissing(bug: unknown): Error {
  return new Error('report.html could not be made; the other files are complete', { cause: bug });
}
