import { countText, durationText, figures } from '../format.js';
import { markup, type Markup } from './markup.js';

/** How a figure is shown to people. */
export type FigureFormat = (value: number) => string;

export const asDuration: FigureFormat = durationText;
export const asCount: FigureFormat = countText;
/** For what people copy, where a digit less would be another value. */
export const asIs: FigureFormat = String;
export const asRatio: FigureFormat = (value) => figures(value);
export const asTimes: FigureFormat = (value) => `${figures(value)} ×`;
export const asPercent: FigureFormat = (value) => `${figures(value * 100)} %`;
export const asMegabytes: FigureFormat = (value) => `${figures(value / 1e6)} MB`;

/** Shows figures of one summary, each marked with its place in that summary's JSON file and its raw value. */
export class Figures {
  readonly #summary: unknown;

  constructor(summary: unknown) {
    this.#summary = summary;
  }

  /**
   * @param path as in `minutes.wallMs.p99`
   * @throws RangeError where the summary has no number there; null is shown as a dash
   */
  show(path: string, format: FigureFormat): Markup {
    const value = valueAt(this.#summary, path);
    if (value === null) return markup`<span data-figure="${path}" data-value="null">–</span>`;
    if (typeof value !== 'number') throw new RangeError(`no figure at ${path}`);
    return markup`<span data-figure="${path}" data-value="${value}">${format(value)}</span>`;
  }

  /** Whether the summary has anything there. */
  has(path: string): boolean {
    return valueAt(this.#summary, path) !== null;
  }

  /** An estimate's value with its interval. */
  estimate(path: string, format: FigureFormat): Markup {
    if (!this.has(path)) return markup`–`;
    const part = (name: string): Markup => this.show(`${path}.${name}`, format);
    return markup`${part('value')} <span class="interval">(${part('low')} to ${part('high')})</span>`;
  }
}

function valueAt(root: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => {
    if (typeof at !== 'object' || at === null) throw new RangeError(`no figure at ${path}`);
    return (at as Readonly<Record<string, unknown>>)[key];
  }, root);
}
