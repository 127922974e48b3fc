/* A target's life, counted in intervals: it warms up from its first record, and ends when it has been silent for a window. */

/** Whether a record now begins another life, because the last one (`seen`) lies a window back. */
export function isForgotten(now: number, seen: number, window: number): boolean {
  return now - seen >= window;
}

/** Whether a record now is past the warm-up of the life that began with the record `born`. */
export function isWarm(now: number, born: number, window: number): boolean {
  return now - born + 1 >= window;
}
