import type { MinuteTiming } from '#dist/core/types.js';

/** A minute whose chunks of 5 items took `serviceMs` each, in round parts. */
export function minuteTiming(serviceMs: readonly number[]): MinuteTiming {
  return {
    items: 5 * serviceMs.length,
    startedAtMs: 0,
    endedAtMs: Math.max(0, ...serviceMs),
    gatherMs: 0,
    wallMs: Math.max(0, ...serviceMs),
    chunks: serviceMs.map((ms, actor) => ({
      actor,
      items: 5,
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
