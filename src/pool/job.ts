import { performance } from 'node:perf_hooks';

import { joinAnswers } from '../core/answers.js';
import { cutMinutes, cutSeries, type Block, type BlockRequest, type UntriedRow } from '../core/block.js';
import type { AiopsError } from '../core/errors.js';
import { partition } from '../core/partition.js';
import type { Quarantines } from '../core/quarantines.js';
import type { ChunkTiming } from '../core/types.js';
import type { Chunk } from '../protocol/messages.js';
import type { ChunkFailed } from './actor-errors.js';
import type { CallLimit } from './call-limit.js';
import type { ChunkReply } from './pending-chunks.js';

/** A part of a block to be answered together, whichever actor does it in the end. */
export interface Job {
  readonly block: Block;
  readonly request: BlockRequest;
  /** The slot whose actor is to answer, 0-based. */
  readonly slot: number;
  /** The first minute of its block, epoch ms: jobs of earlier minutes come first. */
  readonly order: number;
  /** Which part of its block it belongs to; an earlier one has earlier minutes, or the same. */
  readonly part: number;
  /** Rows not to be tried; default: those in quarantine. */
  readonly untried?: readonly UntriedRow[];
}

/** An answered job. */
export interface JobReply extends ChunkReply {
  /** Of each row that the analyzer failed at on its own. */
  readonly failures?: readonly RowFailure[];
  /** How many actors were lost on it although no item crashes actors; absent: none. */
  readonly losses?: number;
}

/** Why a row of a minute has no answer from the analyzer. */
export interface RowFailure {
  readonly minuteMs: number;
  /** Names actor and chunk. */
  readonly reason: AiopsError;
}

/** Consecutive minutes of some series of a block, as a block. */
export interface Part {
  readonly block: Block;
  /** Index of its first minute in the whole block. */
  readonly firstMinute: number;
}

/** Cuts a block by divmod into at most so many parts: along its series, or its minutes where these are more. */
export function partsOf(block: Block, actors: number): Part[] {
  const series = block.targets.length;
  const minutes = block.minutesMs.length;
  if (series === 0) return [{ block, firstMinute: 0 }]; // so that its answers have whatever is requested
  if (series >= Math.min(actors, minutes)) {
    return partition(series, Math.min(actors, series)).map((range) => {
      return { block: cutSeries(block, range), firstMinute: 0 };
    });
  }
  return partition(minutes, Math.min(actors, minutes)).map((range) => {
    return { block: cutMinutes(block, range), firstMinute: range.start };
  });
}

/** Makes chunks with unique ids, so that an answer to one is never taken for an answer to another. */
export class ChunkMaker {
  #nextId = 0;

  of(request: BlockRequest, rows: Pick<Chunk, 'block' | 'callItems' | 'untried'>): Chunk {
    return { type: 'chunk', id: this.#nextId++, ...request, ...rows };
  }
}

export interface JobTools {
  readonly chunks: ChunkMaker;
  readonly calls: CallLimit;
  readonly quarantines: Quarantines;
}

/** The chunk for a job, with what is known when it is sent. */
export function chunkFor({ block, request, untried }: Job, { chunks, calls, quarantines }: JobTools): Chunk {
  return chunks.of(request, {
    block,
    callItems: calls.items,
    untried: untried ?? quarantines.untriedIn(block),
  });
}

/** Whether the job cannot be cut any further. */
export function isSingleRow({ block }: Job): boolean {
  return block.minutesMs.length === 1 && block.targets.length === 1;
}

/** `ItemError.errno` of an item that the analyzer failed at. */
const ANALYZER_FAILED = 'analyzer_failed';

/** Answers a single row that the analyzer failed at: without trying it again. */
export async function answerFailed(
  job: Job,
  failure: ChunkFailed,
  send: (job: Job) => Promise<JobReply>,
): Promise<JobReply> {
  const error = { errno: ANALYZER_FAILED, errmsg: failure.said };
  const reply = await send({ ...job, untried: [{ series: 0, minute: 0, status: 'error', error }] });
  return { ...reply, failures: [{ minuteMs: job.block.minutesMs[0]!, reason: failure.reason }] };
}

/** Has a job answered minute by minute, in order; that of a single minute row by row. */
export async function inPieces(job: Job, answer: (piece: Job) => Promise<JobReply>): Promise<JobReply> {
  const { block } = job;
  const replies: JobReply[] = [];
  const parts: { answers: JobReply['answers']; firstMinute: number }[] = [];
  const isMinute = block.minutesMs.length === 1;
  const count = isMinute ? block.targets.length : block.minutesMs.length;
  for (let start = 0; start < count; start++) {
    const range = { start, end: start + 1 };
    const reply = await answer({
      ...job,
      block: isMinute ? cutSeries(block, range) : cutMinutes(block, range),
    });
    replies.push(reply);
    parts.push({ answers: reply.answers, firstMinute: isMinute ? 0 : start });
  }
  const answers = joinAnswers(block.minutesMs.length, parts);
  if (replies.length > 1) for (const reply of replies) reply.release(); // a single one is passed on as it is
  return {
    answers,
    timing: sumOf(
      replies.map(({ timing }) => timing),
      job.slot,
    ),
    failures: replies.flatMap(({ failures = [] }) => failures),
    losses: replies.reduce((sum, { losses = 0 }) => sum + losses, 0),
    // All time until now counts, including what lost actors took.
    handedOverAtMs: performance.now(),
    remainingMs: 0,
    release: () => undefined,
  };
}

/** The sum of pieces, served one after another, as a timing of the slot whose job they were. */
function sumOf(timings: readonly ChunkTiming[], slot: number): ChunkTiming {
  const first = timings[0]!;
  const total = (of: (timing: ChunkTiming) => number): number =>
    timings.reduce((sum, timing) => sum + of(timing), 0);
  return {
    actor: slot,
    items: total(({ items }) => items),
    startedAtMs: first.startedAtMs,
    arrivedAtMs: first.arrivedAtMs,
    servedFromMs: first.servedFromMs,
    answeredAtMs: timings[timings.length - 1]!.answeredAtMs,
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
