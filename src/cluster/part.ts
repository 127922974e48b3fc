import type { Quarantine } from '../core/incidents.js';
import type { MetricsFile } from '../core/metric-files.js';
import { count, list, object, text, type Shape } from '../core/shape.js';
import type { PerFile } from '../output/growing-files.js';
import { fileShape } from '../output/journal.js';
import { quarantine } from '../replay/resume/fact-shapes.js';
import { runCompletion, runFacts } from '../replay/resume/previous-journal.js';
import type { RunCompletion, RunFacts } from '../replay/resume/run-facts.js';

/**
 * A part is what an attempt at a slice leaves once it is complete: an ordinary run folder without a page. Its journal
 * says which plan and slice it is of, and ends with the checksums of its files.
 */
export interface PartFacts extends RunFacts {
  readonly part: PartOf;
}

export interface PartOf {
  /** sha256 of the plan. */
  readonly plan: string;
  readonly slice: number;
  readonly attempt: string;
  /** The machine that ran it. */
  readonly host: string;
  /** Series that were not tried when it began. */
  readonly quarantines: readonly Quarantine[];
}

export interface PartCompletion extends RunCompletion {
  readonly files: PartFiles;
}

/** By what they hold, as in a commit. */
export type PartFiles = PerFile<FileSum>;

export interface FileSum {
  readonly bytes: number;
  readonly sha256: string;
}

const partOf: Shape<PartOf> = object({
  plan: text,
  slice: count,
  attempt: text,
  host: text,
  quarantines: list(quarantine),
});

/** Of the facts in a part's journal. */
export const partFacts: Shape<PartFacts> = (value) => ({
  ...runFacts(value),
  ...object({ part: partOf })(value),
});

const fileSum: Shape<FileSum> = object({ bytes: count, sha256: text });

/** Of the completion in the journal of a part with these files of metrics. */
export function partCompletion(metrics: readonly MetricsFile[]): Shape<PartCompletion> {
  const files = fileShape(metrics, fileSum);
  return (value) => ({ ...runCompletion(value), ...object({ files })(value) });
}

/** What the merge writes where a slice must run again with other quarantines than it assumed. */
export interface SliceStart {
  /** sha256 of the plan. */
  readonly plan: string;
  readonly quarantines: readonly Quarantine[];
}

export const sliceStart: Shape<SliceStart> = object({ plan: text, quarantines: list(quarantine) });
