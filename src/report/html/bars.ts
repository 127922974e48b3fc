import { PARTS } from '../breakdown-parts.js';
import { durationText, figures } from '../format.js';
import type { Breakdown } from '../../core/timing.js';
import { markup, type Content, type Markup } from './markup.js';

/** Narrower segments have no room for their name. */
const NAMED_FROM = 0.12;

/** One bar whose segments are the parts' shares; each tells itself when pointed at. */
export function breakdownBar(label: string, parts: Partial<Breakdown>): Markup {
  const totalMs = PARTS.reduce((sum, [part]) => sum + (parts[part] ?? 0), 0);
  let from = 0;
  const segments = PARTS.map(([part, name], i) => {
    const valueMs = parts[part] ?? 0;
    const share = totalMs === 0 ? 0 : valueMs / totalMs;
    const segment = segmentMarkup({
      x: from,
      width: share,
      kind: `c${i + 1}`,
      name: share >= NAMED_FROM ? name : null,
      title: `${name}: ${durationText(valueMs)}, ${figures(share * 100)} %`,
    });
    from += share;
    return segment;
  });
  return markup`<svg class="bar" width="100%" height="26" role="img" aria-label="${label}">${segments}</svg>\n`;
}

export interface Segment {
  /** Shares of the width. */
  readonly x: number;
  readonly width: number;
  readonly kind: string;
  /** Written into it; null where there is no room. */
  readonly name: string | null;
  readonly title: string;
}

export function segmentMarkup({ x, width, kind, name, title }: Segment): Markup {
  if (width <= 0) return markup``;
  const text =
    name === null
      ? null
      : markup`<text x="${percent(x + width / 2)}" y="17" text-anchor="middle">${name}</text>`;
  return markup`<g class="segment ${kind}"><title>${title}</title><rect x="${percent(x)}" width="${percent(width)}" y="1" height="24"/>${text}</g>`;
}

/** What the colours of segments stand for. */
export function partsLegend(): Markup {
  const entries = PARTS.map(
    ([, name], i) =>
      markup`<li><svg width="14" height="14" aria-hidden="true"><g class="segment c${i + 1}"><rect width="14" height="14"/></g></svg> ${name}</li>`,
  );
  return markup`<ul class="legend">${entries}</ul>`;
}

/** A bar with its name above it. */
export function namedBar(name: Content, bar: Markup): Markup {
  return markup`<div class="named-bar"><p>${name}</p>${bar}</div>`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
