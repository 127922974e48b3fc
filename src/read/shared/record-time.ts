import type { MinuteRecord } from '../../core/types.js';

/** A record's own time, epoch ms. */
export function timeOf({ minuteMs, offsetMs = 0 }: MinuteRecord): number {
  return minuteMs + offsetMs;
}
