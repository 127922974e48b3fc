import type { Estimate } from '../../core/statistics.js';
import type { EstimateParts, Format } from '../format.js';
import { Place } from '../place.js';
import { markup, type Content, type Markup } from './markup.js';

/** A value, in its place of a summary or derived from others. */
export type Shown<Value> = Place<Value> | Value;

export function valueOf<Value>(shown: Shown<Value>): Value {
  return shown instanceof Place ? shown.value : shown;
}

/** A figure marked with its place in the summary's JSON file and its raw value; null is a dash. */
export function figureMarkup(shown: Shown<number | null>, format: Format): Markup {
  const value = valueOf(shown);
  const text = value === null ? '–' : format(value);
  if (!(shown instanceof Place)) return markup`${text}`;
  return markup`<span data-figure="${shown.path}" data-value="${String(value)}">${text}</span>`;
}

/** An estimate's value with its interval; a bound without its unit carries that too. */
export function estimateMarkup(
  shown: Shown<Estimate | null>,
  partsOf: (estimate: Estimate) => EstimateParts,
): Markup {
  const found = valueOf(shown);
  if (found === null) return markup`–`;
  const { value, bounds } = partsOf(found);
  const part = (of: keyof Estimate, text: string, unit = ''): Content =>
    shown instanceof Place
      ? markup`<span data-figure="${`${shown.path}.${of}`}" data-value="${found[of]}"${unit === '' ? null : markup` data-unit="${unit.trim()}"`}>${text}</span>`
      : text;
  const [low, high] = bounds.map(({ of, text, unit }) => part(of, text, unit));
  if (low === undefined || high === undefined) return markup`${part('value', value)}`;
  return markup`${part('value', value)} <span class="interval">(${low}–${high})</span>`;
}
