import { isoTime } from '../core/time.js';
import type { ActorFacts, ChunkTiming, MinuteTiming } from '../core/types.js';

/** Actors that answer minutes together; in a trace, a process whose threads are the lanes. */
export interface TraceGroup {
  readonly name: string;
  /** By slot. */
  readonly actors: readonly Pick<ActorFacts, 'name' | 'pid' | 'loadMs' | 'warmupMs' | 'readyAtMs'>[];
}

/**
 * An event of Google's Trace Event Format, which Perfetto and chrome://tracing read. `ts` and `dur` are
 * microseconds. `X` is a slice of a lane, `b` and `e` begin and end one beside the lanes, `M` names a lane.
 * In its array form the closing bracket may be missing, so the trace of an interrupted run opens too.
 */
export interface TraceEvent {
  readonly ph: 'X' | 'b' | 'e' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: string;
  /** Slices of one `bind_id` are joined by arrows, from `flow_out` to `flow_in`. */
  readonly bind_id?: string;
  readonly flow_in?: boolean;
  readonly flow_out?: boolean;
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Lanes of minutes come first, and there are never so many of them. */
const FIRST_ACTOR_LANE = 1001;

/**
 * The text of a trace, piece by piece, so that a run of any length needs no memory for it: a `header`, the
 * groups and minutes in the order in which they began, an `end`. Slices of one lane nest or are apart.
 *
 * Each group has a lane for minutes (several where minutes overlap) and one for each actor. What lies between
 * the two, the pipe, is shown beside the lanes: chunks on their way may overlap.
 */
export class TraceText {
  readonly #lanes = new Map<TraceGroup, GroupLanes>();
  #chunks = 0;
  #isFirst = true;

  header(): string {
    return '[';
  }

  /** Names the group's lanes, and shows how its actors started. */
  group(group: TraceGroup): string {
    const pid = this.#lanes.size + 1;
    this.#lanes.set(group, { pid, minutes: [], actors: group.actors.map(({ readyAtMs }) => readyAtMs) });
    return this.#text([
      { ph: 'M', pid, tid: 0, name: 'process_name', args: { name: group.name } },
      ...group.actors.flatMap((actor, slot) => startEvents(actor, { pid, tid: FIRST_ACTOR_LANE + slot })),
    ]);
  }

  /**
   * Empty for a minute without items: there was nothing to serve.
   *
   * @throws RangeError where the group was not named before
   */
  minute(group: TraceGroup, minuteMs: number, timing: MinuteTiming): string {
    const lanes = this.#lanes.get(group);
    if (lanes === undefined) throw new RangeError(`no group ${group.name} in this trace`);
    if (timing.items === 0) return '';
    const events = minuteEvents(lanes, minuteMs, timing, this.#chunks);
    this.#chunks += timing.chunks.length;
    return this.#text(events);
  }

  end(): string {
    return '\n]\n';
  }

  /** An event a line. */
  #text(events: readonly TraceEvent[]): string {
    let text = '';
    for (const event of events) {
      text += `${this.#isFirst ? '' : ','}\n${JSON.stringify(event)}`;
      this.#isFirst = false;
    }
    return text;
  }
}

/** Until when the lanes of a group are taken. */
interface GroupLanes {
  readonly pid: number;
  readonly minutes: number[];
  readonly actors: number[];
}

interface Lane {
  readonly pid: number;
  readonly tid: number;
}

/** A chunk whose way through the trace is drawn. */
interface TracedChunk {
  readonly chunk: ChunkTiming;
  readonly id: number;
}

function startEvents(
  { name, pid, loadMs, warmupMs, readyAtMs }: TraceGroup['actors'][number],
  lane: Lane,
): TraceEvent[] {
  const warmFromMs = readyAtMs - warmupMs;
  return [
    { ph: 'M', ...lane, name: 'thread_name', args: { name: `${name} (pid ${pid})` } },
    slice(lane, 'load', warmFromMs - loadMs, warmFromMs),
    slice(lane, 'warm up', warmFromMs, readyAtMs),
  ];
}

function minuteEvents(
  lanes: GroupLanes,
  minuteMs: number,
  timing: MinuteTiming,
  firstId: number,
): TraceEvent[] {
  const { pid } = lanes;
  const { startedAtMs, endedAtMs, items, wallMs, gatherMs } = timing;
  const free = lanes.minutes.findIndex((takenUntilMs) => takenUntilMs <= startedAtMs);
  const place = free < 0 ? lanes.minutes.length : free;
  const isNew = place === lanes.minutes.length;
  lanes.minutes[place] = endedAtMs;
  const lane = { pid, tid: place + 1 };
  const name = place === 0 ? 'minutes' : `minutes, overlapping (${place + 1})`;
  const minute = isoTime(minuteMs);
  const chunks = timing.chunks.map((chunk, i): TracedChunk => ({ chunk, id: firstId + i }));
  const gatherFromMs = endedAtMs - gatherMs;
  return [
    ...(isNew ? [{ ph: 'M', ...lane, name: 'thread_name', args: { name } } as const] : []),
    { ...slice(lane, minute, startedAtMs, endedAtMs), args: { items, wallMs: rounded(wallMs) } },
    ...encodings(lane, chunks),
    ...chunks.flatMap((traced) => chunkEvents(lanes, minute, traced)),
    ...decodings(lane, chunks, gatherFromMs),
    ...(gatherMs > 0 ? [slice(lane, 'gather', gatherFromMs, endedAtMs)] : []),
  ];
}

function encodings(lane: Lane, chunks: readonly TracedChunk[]): TraceEvent[] {
  return chunks
    .filter(({ chunk }) => chunk.encodeMs > 0)
    .map(({ chunk: { startedAtMs, encodeMs }, id }) => ({
      ...slice(lane, 'encode', startedAtMs, startedAtMs + encodeMs),
      ...flow(id, 'out'),
    }));
}

/**
 * An answer is decoded in pieces, as they come; it is shown as one slice that ends when the last one was done,
 * or when the decoding of a later answer begins.
 */
function decodings(lane: Lane, chunks: readonly TracedChunk[], beforeMs: number): TraceEvent[] {
  let untilMs = beforeMs;
  return chunks
    .toSorted((a, b) => b.chunk.answeredAtMs - a.chunk.answeredAtMs)
    .filter(({ chunk }) => parentDecodeMs(chunk) > 0)
    .map(({ chunk, id }) => {
      const endMs = Math.min(chunk.answeredAtMs, untilMs);
      untilMs = endMs - parentDecodeMs(chunk);
      return { ...slice(lane, 'decode', untilMs, endMs), ...flow(id, 'in') };
    })
    .reverse();
}

/** The chunk on its actor's lane, and its way there and back. */
function chunkEvents(lanes: GroupLanes, minute: string, { chunk, id }: TracedChunk): TraceEvent[] {
  const lane = { pid: lanes.pid, tid: FIRST_ACTOR_LANE + chunk.actor };
  const takenUntilMs = lanes.actors[chunk.actor] ?? 0;
  const { servedFromMs, arrivedAtMs, actorDecodeMs, items, serviceMs, pipeMs } = chunk;
  const decodeFromMs = arrivedAtMs - actorDecodeMs;
  const repliedAtMs = servedFromMs + chunk.normalizeMs + chunk.predictMs + chunk.replyMs;
  const decodes = actorDecodeMs > 0;
  // An actor that waits for something may have decoded the next chunk meanwhile.
  const decodesHere = decodes && decodeFromMs >= takenUntilMs;
  const fromMs = decodesHere ? decodeFromMs : Math.max(servedFromMs, takenUntilMs);
  const untilMs = Math.max(fromMs, repliedAtMs);
  lanes.actors[chunk.actor] = untilMs;
  const args = { minute, items, serviceMs: rounded(serviceMs), pipeMs: rounded(pipeMs) };
  return [
    ...(pipeMs > 0 ? pipeEvents(lane, { chunk, id }, decodeFromMs, repliedAtMs) : []),
    ...(decodes && !decodesHere ? aside(lane, 'decode', id, decodeFromMs, arrivedAtMs) : []),
    { ...slice(lane, 'chunk', fromMs, untilMs), ...flow(id, 'through'), args },
    ...(decodesHere ? [slice(lane, 'decode', decodeFromMs, arrivedAtMs)] : []),
    ...phases(lane, chunk, Math.max(fromMs, servedFromMs), untilMs),
  ];
}

/** In the order in which they happen for each batch, all batches taken together. */
function phases(lane: Lane, chunk: ChunkTiming, fromMs: number, untilMs: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  let startMs = fromMs;
  for (const phase of ['normalize', 'predict', 'reply'] as const) {
    const endMs = Math.min(startMs + chunk[`${phase}Ms`], untilMs);
    if (endMs > startMs) events.push(slice(lane, phase, startMs, endMs));
    startMs = endMs;
  }
  return events;
}

function pipeEvents(
  lane: Lane,
  { chunk, id }: TracedChunk,
  decodeFromMs: number,
  repliedAtMs: number,
): TraceEvent[] {
  const sentAtMs = chunk.startedAtMs + chunk.encodeMs;
  const backAtMs = chunk.answeredAtMs - parentDecodeMs(chunk);
  return [
    ...aside(lane, 'pipe there', id, sentAtMs, Math.max(sentAtMs, decodeFromMs)),
    ...aside(lane, 'pipe back', id, Math.min(repliedAtMs, backAtMs), backAtMs),
  ];
}

function parentDecodeMs({ decodeMs, actorDecodeMs }: ChunkTiming): number {
  return decodeMs - actorDecodeMs;
}

function flow(id: number, way: 'in' | 'out' | 'through'): Partial<TraceEvent> {
  return {
    bind_id: String(id),
    ...(way === 'out' ? {} : { flow_in: true }),
    ...(way === 'in' ? {} : { flow_out: true }),
  };
}

/** Both ends are rounded before the length is taken: what nests or is apart in milliseconds still is. */
function slice(lane: Lane, name: string, fromMs: number, untilMs: number): TraceEvent {
  const fromNs = nanoseconds(fromMs);
  return { ph: 'X', ...lane, name, ts: fromNs / 1000, dur: (nanoseconds(untilMs) - fromNs) / 1000 };
}

function aside(lane: Lane, name: string, id: number, fromMs: number, untilMs: number): TraceEvent[] {
  const event = { ...lane, name, cat: 'chunk', id: String(id) };
  return [
    { ph: 'b', ...event, ts: nanoseconds(fromMs) / 1000 },
    { ph: 'e', ...event, ts: nanoseconds(untilMs) / 1000 },
  ];
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}

/** To the microsecond, like the other files' times. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
