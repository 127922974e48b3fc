import type { ChunkTiming, MinuteTiming } from '../../core/types.js';
import { durationText, plural } from '../format.js';
import { namedBar, PARTS, segmentMarkup, type PartName } from './bars.js';
import { markup, type Markup } from './markup.js';

const NAMED_FROM = 0.14;

/**
 * One lane an actor: when its chunk began and what its time was spent on, in the order of the parts. The pipe's
 * time is both ways and stands where the chunk sets out; the gather is the parent's and has a lane of its own.
 */
export function timelineMarkup(timing: MinuteTiming): Markup {
  const { chunks, startedAtMs, gatherMs } = timing;
  const ends = chunks.map((chunk) => chunk.startedAtMs - startedAtMs + durationOf(chunk));
  const gatherFromMs = Math.max(...ends, 0);
  const spanMs = gatherFromMs + gatherMs || 1;
  const lanes = chunks.map((chunk) =>
    namedBar(
      `actor ${chunk.actor + 1}: ${plural(chunk.items, 'item')} in ${durationText(chunk.serviceMs)}`,
      laneMarkup(chunk, chunk.startedAtMs - startedAtMs, spanMs),
    ),
  );
  const gather = segmentMarkup({
    x: gatherFromMs / spanMs,
    width: gatherMs / spanMs,
    kind: `c${PARTS.length}`,
    name: null,
    title: `gather: ${durationText(gatherMs)}`,
  });
  return markup`<div class="lanes">${lanes}${namedBar(`gather: ${durationText(gatherMs)}`, barOf('gather', gather))}
<p class="time-axis"><span>0</span><span>${durationText(spanMs)}</span></p></div>`;
}

function laneMarkup(chunk: ChunkTiming, fromMs: number, spanMs: number): Markup {
  let atMs = fromMs;
  const segments = PARTS.map(([part, name], i) => {
    const valueMs = partOf(chunk, part);
    const width = valueMs / spanMs;
    const segment = segmentMarkup({
      x: atMs / spanMs,
      width,
      kind: `c${i + 1}`,
      name: width >= NAMED_FROM ? name : null,
      title: `${name}: ${durationText(valueMs)}, from ${durationText(atMs)}`,
    });
    atMs += valueMs;
    return segment;
  });
  return barOf(`actor ${chunk.actor + 1}: ${chunkText(chunk)}`, segments);
}

function barOf(label: string, content: Markup | readonly Markup[]): Markup {
  return markup`<svg class="bar lane" width="100%" height="26" role="img" aria-label="${label}">${content}</svg>`;
}

function chunkText(chunk: ChunkTiming): string {
  return PARTS.slice(0, -1)
    .map(([part, name]) => `${name} ${durationText(partOf(chunk, part))}`)
    .join(', ');
}

function durationOf(chunk: ChunkTiming): number {
  return PARTS.reduce((sum, [part]) => sum + partOf(chunk, part), 0);
}

function partOf(chunk: ChunkTiming, part: PartName): number {
  return part === 'gatherMs' ? 0 : chunk[part];
}
