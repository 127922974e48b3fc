import type { Answers, ChunkTiming } from '../core/types.js';
import { fromMachineTime } from '../protocol/machine-clock.js';
import type { ActorTiming, Answer } from '../protocol/messages.js';

/** An answered chunk. */
export interface ChunkReply {
  readonly answers: Answers;
  readonly timing: ChunkTiming;
  /** When the chunk was handed to the pipe, on the clock of `performance.now()`. */
  readonly handedOverAtMs: number;
  /** From then, or from the actor's previous answer if that came later, until the answer was decoded. */
  readonly remainingMs: number;
  /** Call it when the answers were copied: the next one comes to lie in their memory. */
  readonly release: () => void;
}

/** What the parent noted when it sent a chunk; times on the clock of `performance.now()`. */
export interface SentChunk {
  readonly items: number;
  readonly startedAtMs: number;
  readonly encodeMs: number;
  /** Writing to the pipe. */
  readonly sendMs: number;
  readonly handedOverAtMs: number;
}

/** How an answer came back. */
export interface ReceivedAnswer {
  readonly slot: number;
  readonly atMs: number;
  /** The parent's own decoding. */
  readonly decodeMs: number;
  /** When the same actor's answer before this one was decoded; 0 before the first. */
  readonly lastAnswerAtMs: number;
  /** Frees the memory in which the answers lie. */
  readonly release: () => void;
}

/** Accounts for the time between sending a chunk and having its answer. */
export function chunkReply(
  sent: SentChunk,
  { answers, timing }: Answer,
  received: ReceivedAnswer,
): ChunkReply {
  const { handedOverAtMs } = sent;
  const accountedMs = sumOf(timing) + received.decodeMs;
  const waited = received.lastAnswerAtMs > handedOverAtMs;
  const remainingMs = waited
    ? // It may have started before we saw its previous answer, but was busy for as long as it says.
      Math.max(received.atMs - received.lastAnswerAtMs, accountedMs)
    : received.atMs - handedOverAtMs;
  const serviceMs = sent.sendMs + remainingMs;
  return {
    answers,
    timing: {
      actor: received.slot,
      items: sent.items,
      startedAtMs: sent.startedAtMs,
      ...momentsOf(sent, timing, received),
      encodeMs: sent.encodeMs,
      pipeMs: Math.max(0, serviceMs - accountedMs),
      decodeMs: timing.decodeMs + received.decodeMs,
      actorDecodeMs: timing.decodeMs,
      normalizeMs: timing.normalizeMs,
      predictMs: timing.predictMs,
      replyMs: timing.replyMs,
      serviceMs,
    },
    handedOverAtMs,
    remainingMs,
    release: received.release,
  };
}

/**
 * The actor's moments on our own clock. What it says can't have been before the chunk was sent, nor so late that
 * its answer could not have come: an actor without the machine's clock is given the nearest time that can be.
 */
function momentsOf(
  sent: SentChunk,
  timing: ActorTiming,
  received: ReceivedAnswer,
): Pick<ChunkTiming, 'arrivedAtMs' | 'servedFromMs' | 'answeredAtMs'> {
  const { normalizeMs, predictMs, replyMs } = timing;
  const earliest = sent.startedAtMs + sent.encodeMs + timing.decodeMs;
  const latest = received.atMs - received.decodeMs - normalizeMs - predictMs - replyMs;
  const possible = (moment: number, atMost: number): number => Math.max(earliest, Math.min(moment, atMost));
  const servedFromMs = possible(fromMachineTime(timing.servedFromMs), latest);
  const arrivedAtMs = possible(fromMachineTime(timing.arrivedAtMs), servedFromMs);
  return { arrivedAtMs, servedFromMs, answeredAtMs: received.atMs };
}

function sumOf({ decodeMs, normalizeMs, predictMs, replyMs }: ActorTiming): number {
  return decodeMs + normalizeMs + predictMs + replyMs;
}
