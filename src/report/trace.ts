import { isoTime } from '../core/time.js';
import type { ActorFacts, BlockTiming, ChunkTiming } from '../core/types.js';

/** Actors that answer blocks together: in a trace, a process whose threads are the tracks. */
export interface TraceGroup {
  readonly name: string;
  /** By slot. */
  readonly actors: readonly Pick<ActorFacts, 'name' | 'pid' | 'loadMs' | 'warmupMs' | 'readyAtMs'>[];
}

/**
 * An event of Google's Trace Event Format, which Perfetto and chrome://tracing read. `ts` and `dur` are
 * microseconds. `X` is a slice of a track, `b` and `e` begin and end one outside the tracks, `M` names a track.
 * The array form needs no closing bracket, so the trace of an interrupted run opens too.
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

/** Tracks of blocks come first; there are never so many of them. */
const FIRST_ACTOR_TRACK = 1001;

/**
 * The text of a trace, piece by piece, so that a run of any length needs no memory for it: a `header`, the groups
 * and blocks in the order in which they began, an `end`. Slices of a track nest or do not overlap.
 *
 * A group has a track for blocks (several where blocks overlap) and one for each actor. The pipe between them is
 * shown outside the tracks, since chunks in transit may overlap.
 */
export class TraceText {
  readonly #tracks = new Map<TraceGroup, GroupTracks>();
  #chunks = 0;
  #isFirst = true;

  header(): string {
    return '[';
  }

  /** Names the group's tracks, and shows how its actors started. */
  group(group: TraceGroup): string {
    const pid = this.#tracks.size + 1;
    this.#tracks.set(group, { pid, blocks: [], actors: group.actors.map(({ readyAtMs }) => readyAtMs) });
    return this.#text([
      { ph: 'M', pid, tid: 0, name: 'process_name', args: { name: group.name } },
      ...group.actors.flatMap((actor, slot) => startEvents(actor, { pid, tid: FIRST_ACTOR_TRACK + slot })),
    ]);
  }

  /**
   * Empty for a block without items, which was not served.
   *
   * @param minuteMs its first minute
   * @throws RangeError for an unknown group
   */
  block(group: TraceGroup, minuteMs: number, timing: BlockTiming): string {
    const tracks = this.#tracks.get(group);
    if (tracks === undefined) throw new RangeError(`no group ${group.name} in this trace`);
    if (timing.items === 0) return '';
    const events = blockEvents(tracks, minuteMs, timing, this.#chunks);
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

/** When the tracks of a group become free. */
interface GroupTracks {
  readonly pid: number;
  readonly blocks: number[];
  readonly actors: number[];
}

interface Track {
  readonly pid: number;
  readonly tid: number;
}

/** A chunk with the id of its arrows. */
interface TracedChunk {
  readonly chunk: ChunkTiming;
  readonly id: number;
}

function startEvents(
  { name, pid, loadMs, warmupMs, readyAtMs }: TraceGroup['actors'][number],
  track: Track,
): TraceEvent[] {
  const warmFromMs = readyAtMs - warmupMs;
  return [
    { ph: 'M', ...track, name: 'thread_name', args: { name: `${name} (pid ${pid})` } },
    slice(track, 'load', warmFromMs - loadMs, warmFromMs),
    slice(track, 'warm up', warmFromMs, readyAtMs),
  ];
}

function blockEvents(
  tracks: GroupTracks,
  minuteMs: number,
  timing: BlockTiming,
  firstId: number,
): TraceEvent[] {
  const { pid } = tracks;
  const { startedAtMs, endedAtMs, minutes, items, wallMs, gatherMs } = timing;
  const free = tracks.blocks.findIndex((takenUntilMs) => takenUntilMs <= startedAtMs);
  const place = free < 0 ? tracks.blocks.length : free;
  const isNew = place === tracks.blocks.length;
  tracks.blocks[place] = endedAtMs;
  const track = { pid, tid: place + 1 };
  const name = place === 0 ? 'blocks' : `blocks, overlapping (${place + 1})`;
  const minute = isoTime(minuteMs);
  const span = minutes === 1 ? minute : `${minute}, ${minutes} minutes`;
  const chunks = timing.chunks.map((chunk, i): TracedChunk => ({ chunk, id: firstId + i }));
  const gatherFromMs = endedAtMs - gatherMs;
  return [
    ...(isNew ? [{ ph: 'M', ...track, name: 'thread_name', args: { name } } as const] : []),
    { ...slice(track, span, startedAtMs, endedAtMs), args: { minutes, items, wallMs: rounded(wallMs) } },
    ...encodings(track, chunks),
    ...chunks.flatMap((traced) => chunkEvents(tracks, minute, traced)),
    ...decodings(track, chunks, gatherFromMs),
    ...(gatherMs > 0 ? [slice(track, 'gather', gatherFromMs, endedAtMs)] : []),
  ];
}

function encodings(track: Track, chunks: readonly TracedChunk[]): TraceEvent[] {
  return chunks
    .filter(({ chunk }) => chunk.encodeMs > 0)
    .map(({ chunk: { startedAtMs, encodeMs }, id }) => ({
      ...slice(track, 'encode', startedAtMs, startedAtMs + encodeMs),
      ...flow(id, 'out'),
    }));
}

/**
 * An answer is decoded in pieces as they arrive; it is shown as one slice that ends with the last piece, or when the
 * decoding of a later answer begins.
 */
function decodings(track: Track, chunks: readonly TracedChunk[], beforeMs: number): TraceEvent[] {
  let untilMs = beforeMs;
  return chunks
    .toSorted((a, b) => b.chunk.answeredAtMs - a.chunk.answeredAtMs)
    .filter(({ chunk }) => parentDecodeMs(chunk) > 0)
    .map(({ chunk, id }) => {
      const endMs = Math.min(chunk.answeredAtMs, untilMs);
      untilMs = endMs - parentDecodeMs(chunk);
      return { ...slice(track, 'decode', untilMs, endMs), ...flow(id, 'in') };
    })
    .reverse();
}

/** The chunk on its actor's track, and its transit both ways. */
function chunkEvents(tracks: GroupTracks, minute: string, { chunk, id }: TracedChunk): TraceEvent[] {
  const track = { pid: tracks.pid, tid: FIRST_ACTOR_TRACK + chunk.actor };
  const takenUntilMs = tracks.actors[chunk.actor] ?? 0;
  const { servedFromMs, arrivedAtMs, actorDecodeMs, items, serviceMs, pipeMs } = chunk;
  const decodeFromMs = arrivedAtMs - actorDecodeMs;
  const repliedAtMs = servedFromMs + chunk.normalizeMs + chunk.predictMs + chunk.replyMs;
  const decodes = actorDecodeMs > 0;
  // An actor that was waiting may have decoded the next chunk already.
  const decodesHere = decodes && decodeFromMs >= takenUntilMs;
  const fromMs = decodesHere ? decodeFromMs : Math.max(servedFromMs, takenUntilMs);
  const untilMs = Math.max(fromMs, repliedAtMs);
  tracks.actors[chunk.actor] = untilMs;
  const args = { minute, items, serviceMs: rounded(serviceMs), pipeMs: rounded(pipeMs) };
  return [
    ...(pipeMs > 0 ? pipeEvents(track, { chunk, id }, decodeFromMs, repliedAtMs) : []),
    ...(decodes && !decodesHere ? aside(track, 'decode', id, decodeFromMs, arrivedAtMs) : []),
    { ...slice(track, 'chunk', fromMs, untilMs), ...flow(id, 'through'), args },
    ...(decodesHere ? [slice(track, 'decode', decodeFromMs, arrivedAtMs)] : []),
    ...phases(track, chunk, Math.max(fromMs, servedFromMs), untilMs),
  ];
}

/** The phases of all batches together, in the order in which a batch goes through them. */
function phases(track: Track, chunk: ChunkTiming, fromMs: number, untilMs: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  let startMs = fromMs;
  for (const phase of ['normalize', 'predict', 'reply'] as const) {
    const endMs = Math.min(startMs + chunk[`${phase}Ms`], untilMs);
    if (endMs > startMs) events.push(slice(track, phase, startMs, endMs));
    startMs = endMs;
  }
  return events;
}

function pipeEvents(
  track: Track,
  { chunk, id }: TracedChunk,
  decodeFromMs: number,
  repliedAtMs: number,
): TraceEvent[] {
  const sentAtMs = chunk.startedAtMs + chunk.encodeMs;
  const backAtMs = chunk.answeredAtMs - parentDecodeMs(chunk);
  return [
    ...aside(track, 'pipe there', id, sentAtMs, Math.max(sentAtMs, decodeFromMs)),
    ...aside(track, 'pipe back', id, Math.min(repliedAtMs, backAtMs), backAtMs),
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

/** Rounds both ends before taking the length, so that nested and disjoint slices stay so. */
function slice(track: Track, name: string, fromMs: number, untilMs: number): TraceEvent {
  const fromNs = nanoseconds(fromMs);
  return { ph: 'X', ...track, name, ts: fromNs / 1000, dur: (nanoseconds(untilMs) - fromNs) / 1000 };
}

function aside(track: Track, name: string, id: number, fromMs: number, untilMs: number): TraceEvent[] {
  const event = { ...track, name, cat: 'chunk', id: String(id) };
  return [
    { ph: 'b', ...event, ts: nanoseconds(fromMs) / 1000 },
    { ph: 'e', ...event, ts: nanoseconds(untilMs) / 1000 },
  ];
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}

/** To the microsecond, like times in the other files. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
