import type { Breakdown } from '../core/timing.js';

/** The parts of a chunk's time in the order in which they happen, as people call them, and what they are. */
export const PARTS = [
  ['encodeMs', 'encode', 'writing the request as bytes'],
  ['pipeMs', 'pipe', 'both ways through it, and waiting for a processor'],
  ['decodeMs', 'decode', 'reading bytes as numbers, on both sides'],
  ['normalizeMs', 'normalize', 'bringing windows to what the model was trained on'],
  ['predictMs', 'predict', 'the model itself'],
  ['replyMs', 'reply', 'scoring, and putting the answer together'],
  ['gatherMs', 'gather', 'joining the chunks’ answers'],
] as const satisfies readonly (readonly [keyof Breakdown, string, string])[];

export type PartName = (typeof PARTS)[number][0];
