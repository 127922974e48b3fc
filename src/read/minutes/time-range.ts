/** The minutes that a run is asked for, epoch ms, `toMs` left out; infinite where nothing is said. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export function isInRange({ fromMs, toMs }: TimeRange, minuteMs: number): boolean {
  return minuteMs >= fromMs && minuteMs < toMs;
}
