import { isoTime } from '../../core/time.js';
import type { ChunkPart } from '../../core/timing.js';
import type { BlockTiming, ChunkTiming } from '../../core/types.js';
import { barMarkup, PART_NAMES, partsLegend, segmentMarkup } from '../../report/breakdown.js';
import { durationText, plural } from '../../report/format.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { plotMarkup, type PageSection } from '../../report/html/parts.js';
import type { ChosenBlock, ChosenBlocks } from './charts/run-charts.js';

/** A gather shorter than this share of the block would be invisible. */
const GATHER_FROM = 0.002;

/** What each actor did in a typical block and in the slowest one, and the same for minutes served alone. */
export function timelineSection({
  blocks,
  alone,
}: Readonly<Record<'blocks' | 'alone', ChosenBlocks | null>>): PageSection {
  const shown = [...chosenMarkup('block', blocks), ...chosenMarkup('minute', alone)];
  const caption =
    'From the start until the answers were joined. The pipe appears twice, once each way; a chunk that waits behind another one waits there. The first of a run are often the slowest, as code is still being compiled.';
  return {
    id: 'timeline',
    title: 'What each actor did',
    body: plotMarkup(caption, [...shown, partsLegend()]),
  };
}

function chosenMarkup(what: string, chosen: ChosenBlocks | null): Markup[] {
  if (chosen === null) return [];
  const { typical, slowest } = chosen;
  return [
    ...(typical.minuteMs === slowest.minuteMs ? [] : [blockMarkup(`A typical ${what}`, typical)]),
    blockMarkup(`The slowest ${what}`, slowest),
  ];
}

/** A lane for each actor, and one for the gather, which is the parent's work. */
function blockMarkup(name: string, { minuteMs, timing }: ChosenBlock): Markup {
  const { chunks, startedAtMs, endedAtMs, gatherMs } = timing;
  const spanMs = endedAtMs - startedAtMs || 1;
  const lanes = chunks.map((chunk) => {
    const lane = `actor ${chunk.actor + 1}: ${plural(chunk.items, 'item')} in ${durationText(chunk.serviceMs)}`;
    return laneMarkup(lane, `actor ${chunk.actor + 1}: ${chunkText(chunk)}`, stretchesOf(chunk), timing);
  });
  const gatherText = `gather: ${durationText(gatherMs)}`;
  const gather = { part: 'gatherMs', fromMs: endedAtMs - gatherMs, untilMs: endedAtMs } as const;
  const last =
    gatherMs / spanMs < GATHER_FROM
      ? markup`<p>${gatherText}, too short to be drawn</p>`
      : laneMarkup(gatherText, gatherText, [gather], timing);
  const length = timing.minutes === 1 ? '' : `${plural(timing.minutes, 'minute')} from `;
  return markup`<h3>${name}: ${length}${isoTime(minuteMs)}, ${durationText(timing.wallMs)}</h3>
<div class="lanes">${lanes}<p class="time-axis"><span>0</span><span>${durationText(spanMs)}</span></p>${last}</div>
`;
}

/** A part of a chunk's time; moments on the parent's clock. */
interface Stretch {
  readonly part: ChunkPart | 'gatherMs';
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A chunk on its way to the actor, at work, and on its way back; inside one process there is no pipe. */
function stretchesOf(chunk: ChunkTiming): Stretch[] {
  const { startedAtMs, arrivedAtMs, servedFromMs, answeredAtMs, actorDecodeMs } = chunk;
  const encodedAtMs = startedAtMs + chunk.encodeMs;
  const normalizedAtMs = servedFromMs + chunk.normalizeMs;
  const predictedAtMs = normalizedAtMs + chunk.predictMs;
  const repliedAtMs = predictedAtMs + chunk.replyMs;
  const returnedAtMs = answeredAtMs - (chunk.decodeMs - actorDecodeMs);
  const stretch = (part: ChunkPart, fromMs: number, untilMs: number): Stretch => ({ part, fromMs, untilMs });
  const pipe = [
    stretch('pipeMs', encodedAtMs, arrivedAtMs - actorDecodeMs),
    stretch('pipeMs', repliedAtMs, returnedAtMs),
  ];
  return [
    stretch('encodeMs', startedAtMs, encodedAtMs),
    stretch('decodeMs', arrivedAtMs - actorDecodeMs, arrivedAtMs),
    stretch('normalizeMs', servedFromMs, normalizedAtMs),
    stretch('predictMs', normalizedAtMs, predictedAtMs),
    stretch('replyMs', predictedAtMs, repliedAtMs),
    ...(chunk.pipeMs > 0 ? pipe : []),
    stretch('decodeMs', returnedAtMs, answeredAtMs),
  ];
}

function laneMarkup(
  name: string,
  label: string,
  stretches: readonly Stretch[],
  { startedAtMs, endedAtMs }: BlockTiming,
): Markup {
  const spanMs = endedAtMs - startedAtMs || 1;
  const place = (atMs: number): number => Math.min(1, Math.max(0, (atMs - startedAtMs) / spanMs));
  const segments = stretches.map(({ part, fromMs, untilMs }) => {
    const index = PART_NAMES.findIndex((named) => named.part === part);
    const title = `${PART_NAMES[index]?.name ?? part}: ${durationText(untilMs - fromMs)}, from ${durationText(fromMs - startedAtMs)} on`;
    return segmentMarkup({ from: place(fromMs), share: place(untilMs) - place(fromMs), part: index, title });
  });
  return barMarkup(name, label, segments, 'bar lane');
}

function chunkText(chunk: ChunkTiming): string {
  return PART_NAMES.flatMap(({ part, name }) =>
    part === 'gatherMs' ? [] : [`${name} ${durationText(chunk[part])}`],
  ).join(', ');
}
