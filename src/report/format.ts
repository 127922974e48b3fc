/** A duration for people, three figures, the unit that suits it. */
export function durationText(ms: number): string {
  if (ms >= 120_000) return `${figures(ms / 60_000)} min`;
  if (ms >= 1000) return `${figures(ms / 1000)} s`;
  if (ms >= 1) return `${figures(ms)} ms`;
  return `${figures(ms * 1000)} µs`;
}

/** A whole number with separated thousands. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Three significant figures, without an exponent. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return countText(value);
  return value.toPrecision(3);
}

/** `1 actor`, `2 actors`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Columns padded to their widest cell, the first to the left and the others to the right. */
export function alignedTable(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd(),
  );
}

/** Bytes for people: MB of a million bytes, as download pages count. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;
}
