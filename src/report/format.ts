import type { Estimate } from '../core/statistics.js';

/** A duration for people, three figures, the unit that suits it. */
export function durationText(ms: number): string {
  const unit = unitOf(ms);
  return `${figures(ms / unit.ms)} ${unit.name}`;
}

function unitOf(ms: number): { readonly name: string; readonly ms: number } {
  if (ms >= 120_000) return { name: 'min', ms: 60_000 };
  if (ms >= 1000) return { name: 's', ms: 1000 };
  if (ms >= 1) return { name: 'ms', ms: 1 };
  return { name: 'µs', ms: 0.001 };
}

/** A duration that somebody chose, or of an axis: without zeros at its end, `60 s` and `1.5 s`. */
export function roundDuration(ms: number): string {
  return durationText(ms)
    .replace(/(\.\d*?)0+(?= )/, '$1')
    .replace(/\.(?= )/, '');
}

/** `2.31 ms (2.24–5.15)`: an estimate with the bounds of its interval in the same unit. */
export function durationRange({ value, low, high }: Estimate): string {
  const unitMs = unitOf(value).ms;
  return `${durationText(value)} (${figures(low / unitMs)}–${figures(high / unitMs)})`;
}

/** A whole number with separated thousands. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
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

/** A text of at most so many characters, its middle left out where it is longer: ends tell long names apart. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text); // never half of a surrogate pair
  if (characters.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join('')}…${characters.slice(-end).join('')}`;
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

/** Two figures: a capacity extrapolated from a percentile is no better known than that. */
export function roundedDown(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(count, 1))) - 1);
  return Math.floor(count / unit) * unit;
}
