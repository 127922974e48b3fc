/** Maps values to places along an axis. */
export interface Scale {
  /** 0 at the axis's low end, 1 at its high end. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** From 0 (or the smallest value, if that is below) to the next step above the largest value. */
export function linearScale(max: number, min = 0): Scale {
  const step = niceStep((max - min || 1) / 5);
  const low = Math.floor(min / step) * step;
  const high = Math.max(Math.ceil(max / step), Math.floor(min / step) + 1) * step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step);
  return { place: (value) => (value - low) / (high - low), ticks };
}

/** Whole numbers from 1 to `max`, a tick for each while there is room. */
export function wholeScale(max: number): Scale {
  const step = Math.ceil(max / 8);
  const ticks = Array.from({ length: Math.floor((max - 1) / step) + 1 }, (_, i) => 1 + i * step);
  return { place: (value) => 0.04 + (0.92 * (value - 1)) / Math.max(1, max - 1), ticks };
}

/** A phone has room for this many. */
const MAX_LOG_TICKS = 5;

/** Decades around positive values; ticks at 1, 2 and 5 where there are few decades. */
export function logScale(min: number, max: number): Scale {
  const middle = (Math.log10(min) + Math.log10(max)) / 2;
  // At least half a decade, which always has a 1, 2 or 5 in it.
  const half = Math.max(0.25, Math.log10(max) - middle + 0.1);
  const [low, high] = [middle - half, middle + half];
  const within = (tick: number): boolean => Math.log10(tick) >= low && Math.log10(tick) <= high;
  const decades = Array.from(
    { length: Math.ceil(high) - Math.floor(low) + 1 },
    (_, i) => 10 ** (Math.floor(low) + i),
  );
  const all = high - low > 2.5 ? decades : decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]);
  const step = Math.ceil(all.filter(within).length / MAX_LOG_TICKS);
  return {
    place: (value) => (Math.log10(value) - low) / (high - low),
    ticks: all.filter(within).filter((_, i) => i % step === 0),
  };
}

function niceStep(rough: number): number {
  const decade = 10 ** Math.floor(Math.log10(rough));
  const lead = [1, 2, 5, 10].find((candidate) => candidate * decade >= rough) ?? 10;
  return lead * decade;
}
