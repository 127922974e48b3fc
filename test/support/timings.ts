import type { BlockTiming } from '#build/core/types.js';
import type { Service } from '#build/measure/run-timings.js';

/** How minutes are served that are neither paced nor part of a longer block. */
export const ALONE: Service = { isAlone: true, dueAtMs: null };
export const IN_BLOCK: Service = { isAlone: false, dueAtMs: null };

/** A block of one minute, whose chunks of 5 items took `serviceMs` each, in round parts. */
export function minuteTiming(serviceMs: readonly number[]): BlockTiming {
  return blockTiming(1, serviceMs);
}

/** The same for a block of several minutes. */
export function blockTiming(minutes: number, serviceMs: readonly number[]): BlockTiming {
  return {
    minutes,
    items: 5 * minutes * serviceMs.length,
    startedAtMs: 0,
    endedAtMs: Math.max(0, ...serviceMs),
    gatherMs: 0,
    wallMs: Math.max(0, ...serviceMs),
    chunks: serviceMs.map((ms, actor) => ({
      actor,
      items: 5 * minutes,
      startedAtMs: 0,
      arrivedAtMs: ms / 4,
      servedFromMs: ms / 4,
      answeredAtMs: ms,
      encodeMs: ms / 10,
      pipeMs: ms / 10,
      decodeMs: ms / 10,
      actorDecodeMs: ms / 20,
      normalizeMs: ms / 5,
      predictMs: ms / 2.5,
      replyMs: ms / 10,
      serviceMs: ms,
    })),
  };
}
