import { countText, plural } from '../core/count-text.js';
import { oneLine } from '../core/one-line.js';
import { inverse } from '../core/scaling.js';
import type { Estimate } from '../core/statistics.js';

export { countText, plural } from '../core/count-text.js';

/** How a number reads. */
export type Format = (value: number) => string;

/** A duration in the unit that suits it, to three significant figures. */
export function durationText(ms: number): string {
  if (ms >= 120_000) return `${figures(ms / 60_000)} min`;
  if (ms >= 1000) return `${figures(ms / 1000)} s`;
  if (ms >= 1) return `${figures(ms)} ms`;
  return `${figures(ms * 1000)} µs`;
}

/** A duration without trailing zeros, as for a setting or an axis: `60 s`, `1.5 s`. */
export function roundDuration(ms: number): string {
  return durationText(ms)
    .replace(/(\.\d*?)0+(?= )/, '$1')
    .replace(/\.(?= )/, '');
}

/** A size in decimal units, as download pages count, to three significant figures. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${figures(bytes / 1e9)} GB`;
  if (bytes >= 1e6) return `${figures(bytes / 1e6)} MB`;
  if (bytes >= 1e3) return `${figures(bytes / 1e3)} kB`;
  return plural(Math.round(bytes), 'byte');
}

/** Three significant figures, without an exponent. */
export function figures(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return countText(value);
  return value.toPrecision(3);
}

/** A share of 1 as a percentage. */
export function percentText(share: number): string {
  return `${figures(100 * share)} %`;
}

export function timesText(ratio: number): string {
  return `${figures(ratio)} ×`;
}

/** An estimate in words: its value and the bounds of its interval, the smaller one first. */
export interface EstimateParts {
  readonly value: string;
  /** None for a single sample. */
  readonly bounds: readonly {
    readonly of: 'low' | 'high';
    readonly text: string;
    /** What `text` lacks, since it is the unit of the value. */
    readonly unit: string;
  }[];
}

export function estimateParts({ value, low, high }: Estimate, format: Format): EstimateParts {
  const text = format(value);
  const unit = unitOf(text);
  const hasOneUnit = [low, high].every((bound) => unitOf(format(bound)) === unit);
  const bound = (of: 'low' | 'high', at: number): EstimateParts['bounds'][number] => {
    const whole = format(at);
    return hasOneUnit
      ? { of, text: whole.slice(0, whole.length - unit.length), unit }
      : { of, text: whole, unit: '' };
  };
  return { value: text, bounds: low === high ? [] : [bound('low', low), bound('high', high)] };
}

function unitOf(text: string): string {
  return text.replace(/^[-\d.,]+/, '');
}

/** `2.31 ms (2.24–5.15)` */
export function estimateText(estimate: Estimate, format: Format): string {
  return partsText(estimateParts(estimate, format));
}

/** `between` stands before the interval. */
export function partsText({ value, bounds }: EstimateParts, between = ''): string {
  const interval = bounds.length === 0 ? '' : ` (${bounds.map(({ text }) => text).join('–')})`;
  return value + between + interval;
}

/** `2.00 × as fast`, and below 1 the other way round: `2.80 × slower`, its interval turned around with it. */
export function speedupParts(speedup: Estimate): EstimateParts {
  const isSlower = speedup.value < 1 && figures(1 / speedup.value) !== '1.00';
  const unit = isSlower ? ' × slower' : ' × as fast';
  const { value, low, high } = isSlower ? inverse(speedup) : speedup;
  const bounds = [
    { of: isSlower ? 'high' : 'low', text: figures(low), unit },
    { of: isSlower ? 'low' : 'high', text: figures(high), unit },
  ] as const;
  return { value: figures(value) + unit, bounds: low === high ? [] : bounds };
}

/** A speed-up in words, `2.80 × slower (2.70–2.90)`; with `over`, `2.00 × as fast as one process (1.90–2.10)`. */
export function speedupText(speedup: Estimate | number, over?: string): string {
  const estimate = typeof speedup === 'number' ? { value: speedup, low: speedup, high: speedup } : speedup;
  const parts = speedupParts(estimate);
  const than = parts.value.endsWith('slower') ? 'than' : 'as';
  return partsText(parts, over === undefined ? '' : ` ${than} ${over}`);
}

/** A speed-up below 1 in words: `2.80 times as long (2.70–2.90)`, with `over` `2.80 times as long as one process (…)`. */
export function slowdownText(speedup: Estimate, over?: string): string {
  const { value, low, high } = inverse(speedup);
  const parts = estimateParts({ value, low, high }, figures);
  return partsText(parts, ` times as long${over === undefined ? '' : ` as ${over}`}`);
}

/** Cuts a text to at most `most` characters, in the middle: long names often differ at their ends. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text); // never half of a surrogate pair
  if (characters.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}

/**
 * Marks that mean something in Markdown, also in a cell of a table. `*` means nothing between blanks, nor `_`
 * between two parts of a word.
 */
const MARKS = /[\\`[\]<>|~&]|(?<=\S)\*|\*(?=\S)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** A text in Markdown that reads as it is: on one line, and with no mark of Markdown or HTML in it. */
export function markdownText(text: string): string {
  // Escapes of what is not seen come first, so that their backslashes are shown too.
  return oneLine(text).replace(MARKS, '\\$&');
}

/** Two significant figures, rounded down: a capacity extrapolated from a percentile is no more precise. */
export function roundedDown(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(count, 1))) - 1);
  return Math.floor(count / unit) * unit;
}

/** Numbers for people, with runs of them shortened: `3, 5 to 7`. @param numbers ascending */
export function numbersText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const texts = ranges.map(([from, to]) =>
    from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`,
  );
  return texts.join(', ');
}
