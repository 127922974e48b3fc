import type { Estimate } from '../../core/statistics.js';
import type { Format } from '../format.js';
import { Place } from '../place.js';
import { markup, type Markup } from './markup.js';

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

/** An estimate's value with the bounds of its interval. */
export function estimateMarkup(shown: Shown<Estimate | null>, format: Format): Markup {
  const found = valueOf(shown);
  if (found === null) return markup`–`;
  const part = (name: keyof Estimate): Markup =>
    figureMarkup(shown instanceof Place ? (shown as Place<Estimate>).at(name) : found[name], format);
  return markup`${part('value')} <span class="interval">(${part('low')} to ${part('high')})</span>`;
}
