/**
 * Names that were given separated by commas, with those put together again that are no column while what they were cut
 * from is: `cpu (user` and `sys)`, if there is a column `cpu (user, sys)`.
 */
export function wholeNames(given: readonly string[], columns: ReadonlySet<string>): string[] {
  const whole: string[] = [];
  for (let from = 0; from < given.length;) {
    const to = wholeEnd(given, from, columns);
    const parts = given.slice(from, to);
    whole.push(joins(parts).find((name) => columns.has(name)) ?? parts.join(','));
    from = to;
  }
  return whole;
}

/** The end of the longest run of parts from `from` on that is a column; one part if none is. */
function wholeEnd(given: readonly string[], from: number, columns: ReadonlySet<string>): number {
  if (columns.has(given[from] ?? '')) return from + 1;
  for (let to = given.length; to > from + 1; to--) {
    if (joins(given.slice(from, to)).some((name) => columns.has(name))) return to;
  }
  return from + 1;
}

function joins(parts: readonly string[]): string[] {
  return [parts.join(', '), parts.join(',')];
}
