import type { ChunkTiming, MinuteTiming } from '../../core/types.js';
import { durationText, plural } from '../../report/format.js';
import { PARTS, type PartName } from '../../report/breakdown-parts.js';
import { namedBar, segmentMarkup } from '../../report/html/bars.js';
import { markup, type Markup } from '../../report/html/markup.js';

/** Narrower stretches have no room for their name. */
const NAMED_FROM = 0.14;
/** A gather shorter than this share of the minute could not be seen. */
const GATHER_FROM = 0.002;

/** A part of a chunk's time, and when it was; moments on the parent's clock. */
interface Stretch {
  readonly part: PartName;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** One lane an actor: when it had its chunk, and what the time was spent on. The gather is the parent's. */
export function timelineMarkup(timing: MinuteTiming): Markup {
  const { chunks, startedAtMs, endedAtMs, gatherMs } = timing;
  const spanMs = endedAtMs - startedAtMs || 1;
  const lanes = chunks.map((chunk) =>
    namedBar(
      `actor ${chunk.actor + 1}: ${plural(chunk.items, 'item')} in ${durationText(chunk.serviceMs)}`,
      laneMarkup(`actor ${chunk.actor + 1}: ${chunkText(chunk)}`, stretches(chunk), startedAtMs, spanMs),
    ),
  );
  const gather: Stretch = { part: 'gatherMs', fromMs: endedAtMs - gatherMs, untilMs: endedAtMs };
  const last =
    gatherMs / spanMs < GATHER_FROM
      ? markup`<p>then the gather: ${durationText(gatherMs)}</p>`
      : namedBar(
          `gather: ${durationText(gatherMs)}`,
          laneMarkup(`gather: ${durationText(gatherMs)}`, [gather], startedAtMs, spanMs),
        );
  return markup`<div class="lanes">${lanes}<p class="time-axis"><span>0</span><span>${durationText(spanMs)}</span></p>${last}</div>`;
}

/** There, at work, and back; inside the process itself there is no pipe. */
function stretches(chunk: ChunkTiming): Stretch[] {
  const { startedAtMs, arrivedAtMs, servedFromMs, answeredAtMs, actorDecodeMs } = chunk;
  const encodedAtMs = startedAtMs + chunk.encodeMs;
  const normalizedAtMs = servedFromMs + chunk.normalizeMs;
  const predictedAtMs = normalizedAtMs + chunk.predictMs;
  const repliedAtMs = predictedAtMs + chunk.replyMs;
  const parentDecodeMs = chunk.decodeMs - actorDecodeMs;
  const stretch = (part: PartName, fromMs: number, untilMs: number): Stretch => ({ part, fromMs, untilMs });
  const ways = [
    stretch('pipeMs', encodedAtMs, arrivedAtMs - actorDecodeMs),
    stretch('pipeMs', repliedAtMs, answeredAtMs - parentDecodeMs),
  ];
  return [
    stretch('encodeMs', startedAtMs, encodedAtMs),
    stretch('decodeMs', arrivedAtMs - actorDecodeMs, arrivedAtMs),
    stretch('normalizeMs', servedFromMs, normalizedAtMs),
    stretch('predictMs', normalizedAtMs, predictedAtMs),
    stretch('replyMs', predictedAtMs, repliedAtMs),
    ...(chunk.pipeMs > 0 ? ways : []),
    stretch('decodeMs', answeredAtMs - parentDecodeMs, answeredAtMs),
  ];
}

function laneMarkup(label: string, parts: readonly Stretch[], startMs: number, spanMs: number): Markup {
  const share = (atMs: number): number => Math.min(1, Math.max(0, (atMs - startMs) / spanMs));
  const segments = parts.map(({ part, fromMs, untilMs }) => {
    const index = PARTS.findIndex(([name]) => name === part);
    const name = PARTS[index]?.[1] ?? part;
    const width = share(untilMs) - share(fromMs);
    return segmentMarkup({
      x: share(fromMs),
      width,
      kind: `c${index + 1}`,
      name: width >= NAMED_FROM ? name : null,
      title: `${name}: ${durationText(untilMs - fromMs)}, from ${durationText(fromMs - startMs)} on`,
    });
  });
  return markup`<svg class="bar lane" width="100%" height="26" role="img" aria-label="${label}">${segments}</svg>`;
}

function chunkText(chunk: ChunkTiming): string {
  return PARTS.flatMap(([part, name]) =>
    part === 'gatherMs' ? [] : [`${name} ${durationText(chunk[part])}`],
  ).join(', ');
}
