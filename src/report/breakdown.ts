import type { ActorShare, Breakdown, BreakdownPart, ChunkPart } from '../core/timing.js';
import { countText, durationText, percentText } from './format.js';
import { markup, type Content, type Markup } from './html/markup.js';
import { plotMarkup } from './html/parts.js';
import { elements, type Place } from './figures.js';
import { figure, tableMarkup, tableOf, words, type Column, type Table } from './table.js';

/** A part of a chunk's time. */
export interface PartName<Part extends BreakdownPart = BreakdownPart> {
  readonly part: Part;
  readonly name: string;
  readonly is: string;
}

const ACTOR_PARTS: readonly PartName<ChunkPart>[] = [
  { part: 'encodeMs', name: 'encode', is: 'writing the request as bytes' },
  { part: 'pipeMs', name: 'pipe', is: 'transfer both ways, and waiting for a processor' },
  { part: 'decodeMs', name: 'decode', is: 'reading bytes as numbers, on both sides' },
  { part: 'normalizeMs', name: 'normalize', is: 'scaling windows to the range the model was trained on' },
  { part: 'predictMs', name: 'predict', is: 'the model itself' },
  { part: 'replyMs', name: 'reply', is: 'cutting windows, scoring, and writing result lines' },
];

/** In the order in which they happen. */
export const PART_NAMES: readonly PartName[] = [
  ...ACTOR_PARTS,
  { part: 'gatherMs', name: 'gather', is: 'joining the chunks’ answers' },
];

interface PartRow extends PartName {
  readonly ms: Place<number>;
  readonly totalMs: number;
}

/** Where the time went; parts that took none are skipped. */
export function partsTable(breakdown: Place<Breakdown>, title: string): Table {
  const shown = PART_NAMES.filter(({ part }) => breakdown.value[part] > 0);
  const totalMs = shown.reduce((sum, { part }) => sum + breakdown.value[part], 0);
  const columns: readonly Column<PartRow>[] = [
    words(title, 'part', ({ name }) => name),
    figure('time', 'ms', durationText, ({ ms }) => ms),
    figure('share', 'share', percentText, ({ ms, totalMs: total }) => ms.value / total),
    words('spent on', 'spent_on', ({ is }) => is),
  ];
  return tableOf(
    columns,
    shown.map((named) => ({ ...named, ms: breakdown.at(named.part), totalMs })),
  );
}

/** The same by actor. */
function actorsTable(actors: Place<readonly ActorShare[]>): Table {
  return tableOf(ACTOR_COLUMNS, elements(actors));
}

const ACTOR_COLUMNS: readonly Column<Place<ActorShare>>[] = [
  words('actor', 'actor', ({ value }) => `actor ${value.actor + 1}`),
  figure('chunks', 'chunks', countText, (share) => share.at('chunks')),
  figure('items', 'items', countText, (share) => share.at('items')),
  figure('service time', 'service_ms', durationText, (share) => share.at('serviceMs')),
  ...ACTOR_PARTS.map(({ part, name }) =>
    figure<Place<ActorShare>>(name, `${name}_ms`, durationText, (share) => share.at('breakdownMs').at(part)),
  ),
];

/** Narrower segments have no room for their name. */
const NAMED_FROM = 0.12;

export interface BreakdownShown {
  readonly breakdown: Place<Breakdown>;
  /** What its times are of. */
  readonly note: string;
  readonly perActor: Place<readonly ActorShare[]>;
  readonly perActorNote: string;
  /** Whose time it is. */
  readonly of: string;
}

/** Bars of the parts over all and by actor, and the same as tables. */
export function breakdownBody({ breakdown, note, perActor, perActorNote, of }: BreakdownShown): Content {
  const actors = perActor.value;
  const byActor = actors.length > 1 ? actors : [];
  const bars = [
    breakdownBar(of, breakdown.value),
    ...byActor.map(({ actor, breakdownMs }) => breakdownBar(`actor ${actor + 1}`, breakdownMs)),
    partsLegend(),
  ];
  const actorsNote = byActor.length > 0 ? `; those of each actor are ${perActorNote}` : '';
  return [
    plotMarkup(`Shares of the time that chunks took, ${note}${actorsNote}.`, bars),
    tableMarkup(`Parts, ${note}`, partsTable(breakdown, 'part')),
    actors.length > 0 ? tableMarkup(`By actor, ${perActorNote}`, actorsTable(perActor)) : null,
  ];
}

/** A bar under its name, segmented by the parts' shares; a segment says what it is when pointed at. */
export function breakdownBar(name: string, breakdown: Partial<Breakdown>): Markup {
  const parts = PART_NAMES.map((named) => ({ ...named, ms: breakdown[named.part] ?? 0 }));
  const totalMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  let from = 0;
  const segments = parts.map(({ name: part, ms }, i) => {
    const share = totalMs === 0 ? 0 : ms / totalMs;
    const title = `${part}: ${durationText(ms)}, ${percentText(share)}`;
    const segment = segmentMarkup({ from, share, part: i, title });
    from += share;
    return segment;
  });
  const spent = parts.filter(({ ms }) => ms > 0).map(({ name: part, ms }) => `${part} ${durationText(ms)}`);
  return barMarkup(name, `${name}: ${spent.join(', ')}`, segments);
}

export function barMarkup(name: string, label: string, segments: readonly Content[], kind = 'bar'): Markup {
  return markup`<div class="named-bar"><p>${name}</p><svg class="${kind}" width="100%" height="26" role="img" aria-label="${label}">${segments}</svg></div>\n`;
}

/** A part of a bar, which is 1 wide. */
export interface Segment {
  readonly from: number;
  readonly share: number;
  /** Index into PART_NAMES. */
  readonly part: number;
  readonly title: string;
}

export function segmentMarkup({ from, share, part, title }: Segment): Markup | null {
  if (share <= 0) return null;
  const name =
    share < NAMED_FROM
      ? null
      : markup`<text x="${percent(from + share / 2)}" y="17" text-anchor="middle">${PART_NAMES[part]?.name ?? ''}</text>`;
  return markup`<g class="segment ${colour(part)}"><title>${title}</title><rect x="${percent(from)}" width="${percent(share)}" y="1" height="24"/>${name}</g>`;
}

/** What the colours of segments stand for. */
export function partsLegend(): Markup {
  const entries = PART_NAMES.map(
    ({ name }, i) =>
      markup`<li><svg width="14" height="14" aria-hidden="true"><g class="segment ${colour(i)}"><rect width="14" height="14"/></g></svg> ${name}</li>`,
  );
  return markup`<ul class="legend">${entries}</ul>`;
}

function colour(part: number): string {
  return `c${part + 1}`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
