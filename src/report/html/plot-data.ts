/** What a page carries for its script (src/report/page); short, since it may hold a month of minutes. */
export interface PlotData {
  readonly minutes: MinutesPlot | null;
  readonly targets: TargetsPlot | null;
  /** A line per event: its series around the peak, named by when and where it was. */
  readonly events: TargetsPlot | null;
}

/** Times per minute against the deadline; ms. */
export interface MinutesPlot {
  readonly deadlineMs: number;
  /** Of what was written, over the whole run: blocks, by their time per minute, or minutes alone. */
  readonly written: BandLine;
  /** Of the compared minutes, by variant, or of minutes that were served alone between blocks. */
  readonly compared: readonly BandLine[];
}

export interface BandLine {
  readonly name: string;
  /** Epoch seconds of each bucket's first minute. */
  readonly x: readonly number[];
  readonly median: readonly number[];
  /** Null: each bucket has one sample, which `median` is. */
  readonly range: { readonly min: readonly number[]; readonly max: readonly number[] } | null;
}

/** Targets of a labelled recording. */
export interface TargetsPlot {
  /** Scores above it are flagged; null where there is none, or only an analyzer knows. */
  readonly threshold: number | null;
  readonly targets: readonly TargetLine[];
}

export interface TargetLine {
  readonly target: string;
  /** Whose values are drawn. */
  readonly column: string;
  /** Minutes in a bucket. */
  readonly minutesPerBucket: number;
  /** Epoch seconds at which buckets begin: the first one, then steps from one to the next. */
  readonly steps: readonly number[];
  /** After the last bucket's last minute, epoch seconds. */
  readonly end: number;
  readonly low: readonly (number | null)[];
  /** Null: the same as `low`. */
  readonly high: readonly (number | null)[] | null;
  readonly score: readonly (number | null)[];
  /** Indices of buckets. */
  readonly flagged: readonly number[];
  readonly labelled: readonly number[];
}
