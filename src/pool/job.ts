import { performance } from 'node:perf_hooks';

import { failedItem, joinAnswers, withUntried } from '../core/answers.js';
import type { ItemRange } from '../core/partition.js';
import type { Quarantines } from '../core/quarantines.js';
import type { Answers, CallStyle, ChunkTiming, ItemBatch, ItemError } from '../core/types.js';
import type { Chunk } from '../protocol/messages.js';
import type { ChunkFailed } from './actor-errors.js';
import type { ChunkReply } from './pending-chunks.js';

/** A range of a batch's items to be answered together, whichever actor does it in the end. */
export interface Job {
  readonly batch: ItemBatch;
  readonly range: ItemRange;
  readonly style: CallStyle;
  /** The slot whose actor is to answer, 0-based. */
  readonly slot: number;
  /** Jobs of a later minute have a higher one. */
  readonly order: number;
}

/** An answered job. */
export interface JobReply extends Omit<ChunkReply, 'timing'> {
  /** Null if no item was sent to an actor. */
  readonly timing: ChunkTiming | null;
  /** Of each item that the analyzer failed at on its own. */
  readonly failures?: readonly ChunkFailed[];
}

/** Makes chunks with unique ids, so that an answer to one is never taken for an answer to another. */
export class ChunkMaker {
  #nextId = 0;

  /** The items of a range. */
  ofRange(batch: ItemBatch, { start, end }: ItemRange, style: CallStyle): Chunk {
    const size = batch.window * batch.width;
    return {
      ...this.#frame(batch, style),
      targets: batch.targets.slice(start, end),
      columns: batch.columns.slice(start, end),
      values: batch.values.subarray(start * size, end * size),
    };
  }

  /** Some of a batch's items, by index. */
  ofItems(batch: ItemBatch, items: readonly number[], style: CallStyle): Chunk {
    const size = batch.window * batch.width;
    const values = new Float64Array(items.length * size);
    items.forEach((item, i) => values.set(batch.values.subarray(item * size, (item + 1) * size), i * size));
    return {
      ...this.#frame(batch, style),
      targets: items.map((item) => batch.targets[item]!),
      columns: items.map((item) => batch.columns[item] ?? null),
      values,
    };
  }

  #frame(
    { minuteMs, window, width }: ItemBatch,
    style: CallStyle,
  ): Omit<Chunk, 'targets' | 'columns' | 'values'> {
    return { type: 'chunk', id: this.#nextId++, minuteMs, style, window, width };
  }
}

/** Sends a job's items to an actor, except for those in quarantine. */
export async function askFor(
  { batch, range, style }: Job,
  tools: { readonly chunks: ChunkMaker; readonly quarantines: Quarantines },
  ask: (chunk: Chunk) => Promise<ChunkReply>,
): Promise<JobReply> {
  const errors = tools.quarantines.errorsOf(batch, range.start, range.end);
  if (errors.size === 0) return ask(tools.chunks.ofRange(batch, range, style));
  const items = range.end - range.start;
  const tried = Array.from({ length: items }, (_, i) => i).filter((i) => !errors.has(i));
  if (tried.length === 0) return unasked(withUntried(items, joinAnswers([]), errors));
  const places = tried.map((i) => range.start + i);
  const reply = await ask(tools.chunks.ofItems(batch, places, style));
  const answers = withUntried(items, reply.answers, errors);
  reply.release();
  return { ...reply, answers, release: () => undefined };
}

/** `ItemError.errno` of an item that the analyzer failed at. */
const ANALYZER_FAILED = 'analyzer_failed';

/** The reply to a job of one item that the analyzer failed at. */
export function failedReply(failure: ChunkFailed): JobReply {
  const error: ItemError = { errno: ANALYZER_FAILED, errmsg: failure.said };
  return { ...unasked(failedItem(error)), failures: [failure] };
}

function unasked(answers: Answers): JobReply {
  const handedOverAtMs = performance.now();
  return { answers, timing: null, handedOverAtMs, remainingMs: 0, release: () => undefined };
}

/** Has a job's items answered one at a time, each as its own job. */
export async function itemByItem(
  job: Job,
  answer: (single: Job, item: number) => Promise<JobReply>,
): Promise<JobReply> {
  const replies: JobReply[] = [];
  for (let item = job.range.start; item < job.range.end; item++) {
    replies.push(await answer({ ...job, range: { start: item, end: item + 1 } }, item));
  }
  const answers = joinAnswers(replies.map((reply) => reply.answers));
  if (replies.length > 1) for (const reply of replies) reply.release(); // a single one is passed on as it is
  const timings = replies.map((reply) => reply.timing).filter((timing) => timing !== null);
  return {
    answers,
    timing: sumOf(timings, job.slot),
    failures: replies.flatMap(({ failures = [] }) => failures),
    // All time until now counts, including what lost actors took.
    handedOverAtMs: performance.now(),
    remainingMs: 0,
    release: () => undefined,
  };
}

/** The sum of one-item chunks, served one after another, as a timing of the slot whose chunk they were. */
function sumOf(timings: readonly ChunkTiming[], slot: number): ChunkTiming | null {
  const [first] = timings;
  const last = timings.at(-1);
  if (first === undefined || last === undefined) return null;
  const total = (of: (timing: ChunkTiming) => number): number =>
    timings.reduce((sum, timing) => sum + of(timing), 0);
  return {
    actor: slot,
    items: total(({ items }) => items),
    startedAtMs: first.startedAtMs,
    arrivedAtMs: first.arrivedAtMs,
    servedFromMs: first.servedFromMs,
    answeredAtMs: last.answeredAtMs,
    encodeMs: total(({ encodeMs }) => encodeMs),
    pipeMs: total(({ pipeMs }) => pipeMs),
    decodeMs: total(({ decodeMs }) => decodeMs),
    actorDecodeMs: total(({ actorDecodeMs }) => actorDecodeMs),
    normalizeMs: total(({ normalizeMs }) => normalizeMs),
    predictMs: total(({ predictMs }) => predictMs),
    replyMs: total(({ replyMs }) => replyMs),
    serviceMs: total(({ serviceMs }) => serviceMs),
  };
}
