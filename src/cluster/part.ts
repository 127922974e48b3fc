import type { Quarantine } from '../core/incidents.js';
import type { MetricsFile } from '../core/metric-files.js';
import { count, flag, list, object, text, type Shape } from '../core/shape.js';
import type { PerFile } from '../output/growing-files.js';
import { fileShape } from '../output/journal.js';
import type { ColumnsSeen } from '../read/lines/columns-seen.js';
import type { LateField } from '../read/lines/plan.js';
import type { MetTargets } from '../read/lines/target-filter.js';
import { awaitedTally, quarantine } from '../replay/resume/fact-shapes.js';
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
  /** What it assumed where it began. */
  readonly open: LeftOpen;
}

/** What crashes of actors in earlier slices mean for the start of a slice. */
export interface LeftOpen {
  /** Series that are not tried for a while. */
  readonly quarantines: readonly Quarantine[];
  /** The last items in a row that crashed every actor. */
  readonly lostInARow: number;
}

/** What a slice assumes unless the merge says otherwise. */
export const NOTHING_OPEN: LeftOpen = { quarantines: [], lostInARow: 0 };

export interface PartCompletion extends RunCompletion {
  readonly files: PartFiles;
  /** Of its counts of labelled records; undefined: the recording has no labels. */
  readonly labels?: FileSum;
  readonly found: SliceFindings;
}

/** What a slice found that only the report on the whole run can judge. */
export interface SliceFindings {
  /** Targets that the slice and its look-back met. */
  readonly met: MetTargets;
  readonly columns: ColumnsSeen;
  /** Texts of what else it warns of. */
  readonly warnings: readonly string[];
}

/** By what they hold, as in a commit. */
export type PartFiles = PerFile<FileSum>;

export interface FileSum {
  readonly bytes: number;
  readonly sha256: string;
}

const leftOpen: Shape<LeftOpen> = object({ quarantines: list(quarantine), lostInARow: count });

const partOf: Shape<PartOf> = object({
  plan: text,
  slice: count,
  attempt: text,
  host: text,
  open: leftOpen,
});

/** Of the facts in a part's journal. */
export const partFacts: Shape<PartFacts> = (value) => ({
  ...runFacts(value),
  ...object({ part: partOf })(value),
});

export const fileSum: Shape<FileSum> = object({ bytes: count, sha256: text });

export const metTargets: Shape<MetTargets> = object(
  { count, isMore: flag, hasNamed: flag, hasSelected: flag },
  { isLeast: flag },
);

const lateField: Shape<LateField> = object({ field: text, records: count, wasEmpty: flag });

export const columnsSeen: Shape<ColumnsSeen> = object({
  late: list(lateField),
  awaited: awaitedTally,
});

const sliceFindings: Shape<SliceFindings> = object({
  met: metTargets,
  columns: columnsSeen,
  warnings: list(text),
});

/** Of the completion in the journal of a part with these files of metrics. */
export function partCompletion(metrics: readonly MetricsFile[]): Shape<PartCompletion> {
  const files = fileShape(metrics, fileSum);
  return (value) => ({
    ...runCompletion(value),
    ...object({ files, found: sliceFindings }, { labels: fileSum })(value),
  });
}

/** What the merge writes where a slice must run again because it assumed something else. */
export interface SliceStart {
  /** sha256 of the plan. */
  readonly plan: string;
  readonly open: LeftOpen;
}

export const sliceStart: Shape<SliceStart> = object({ plan: text, open: leftOpen });
