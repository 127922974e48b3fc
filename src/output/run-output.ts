import type { LineForm } from '../core/block.js';
import type { Reject } from '../core/types.js';
import type { WrittenFormats } from './growing-files.js';
import type { JournalContents } from './journal.js';
import type { FileLine } from './read-back.js';

/** Where a run writes, and what. */
export interface RunOutputOptions extends WrittenFormats, Pick<LineForm, 'anomaliesOnly' | 'fullOutput'> {
  /** A folder, or `-` for results on standard output and no other file. */
  readonly out: string;
  /** Null: `rejects.jsonl` in the folder; with `-`, nowhere. */
  readonly rejectsFile: string | null;
  /** With `-`: append rejects to a file that has content instead of refusing it. */
  readonly appendRejects?: boolean;
  /** The run is a part of another one: no file of it is to look complete. */
  readonly isPart?: boolean;
  /** Write a `trace.json` to the folder. */
  readonly trace: boolean;
}

/** Reports that exist only at the end of a run. */
export interface FinalReports {
  /** The text of `timing.json`. */
  readonly summary: string;
  /** The text of `report.html`; null: none. */
  readonly page: string | null;
}

/** What a previous run left where a run is to write. */
export interface LeftOutput {
  /** What a previous run left in the folder, until this one begins; null: nothing, or there is no folder. */
  readonly previous: JournalContents | null;

  /**
   * Checks whether the run can begin or resume, and changes nothing. `begin` and `resume` of a run's output check
   * again; this is for callers with lengthy work before that.
   *
   * @param options replace: existing files may be overwritten
   * @throws AiopsError `config` if there are results or rejects that are not from a previous run in this folder;
   * `output_io` if another program wrote to the files of a completed run; `output_cannot_create`
   */
  preflight(options: { readonly replace: boolean }): Promise<void>;

  /**
   * Whether a previous run left nothing worth keeping: no row and no reject, committed or not, and no plan of slices.
   *
   * @throws AiopsError `output_io`
   */
  isBare(): Promise<boolean>;

  /**
   * Checks that the previous run's files still hold what it committed last.
   *
   * @throws AiopsError `output_io`, `config` if its rejects are in another file than the one requested
   */
  checkCommitted(): Promise<void>;

  /**
   * Committed lines without a header, as many at a time as are read together; those of the previous run until this one
   * begins.
   *
   * @param containing skip lines without this text
   * @throws AiopsError `output_io`
   */
  committed(kind: 'timings' | 'results', containing?: string): AsyncIterable<readonly FileLine[]>;
}

/**
 * The output of one run: a folder, or standard output. After opening it tells what a previous run left; then it is
 * begun, or resumed from one of that run's commits, and written to. What was committed survives any kill and any disk
 * failure.
 */
export interface RunOutput extends LeftOutput, AsyncDisposable {
  readonly keepsTrace: boolean;
  readonly keepsRejects: boolean;
  /** Whether there is a folder for the summary and the page. */
  readonly keepsReport: boolean;

  /**
   * Begins from nothing and discards what a previous run left.
   *
   * @throws AiopsError as `preflight` does; `output_io`; OutputClosed if standard output has no reader
   */
  begin(facts: unknown, options: { readonly replace: boolean }): Promise<void>;

  /**
   * Resumes after one of the previous run's commits and discards what came later. -1: before the first commit.
   *
   * @param kept which of the commits before that one the journal keeps, by index; all without it
   * @throws AiopsError as `preflight` does; `output_io` if committed bytes are missing
   */
  resume(commit: number, facts: unknown, kept?: ReadonlySet<number>): Promise<void>;

  /**
   * @param lines of results, in UTF-8; not to be changed afterwards
   * @throws AiopsError `output_io`; OutputClosed if standard output has no reader
   */
  writeLines(lines: Uint8Array): Promise<void>;

  /**
   * @param lines of each file of metrics, in their order; not to be changed afterwards
   * @throws AiopsError `output_io`
   */
  writeMetrics(lines: readonly Uint8Array[]): Promise<void>;

  /** @throws AiopsError `output_io` */
  writeRejects(rejects: readonly Reject[]): Promise<void>;

  /** @throws AiopsError `output_io` */
  writeTiming(line: string): Promise<void>;

  /** @throws AiopsError `output_io` */
  writeTrace(text: string): Promise<void>;

  /**
   * Makes everything written so far survive a power failure; on standard output, the rejects only.
   *
   * @throws AiopsError `output_io`, also if another process moved or changed a file; afterwards the run can only be
   * closed, and resumed from the commit before
   */
  commit(state: unknown): Promise<void>;

  /**
   * Writes the reports, then the journal's last line, and closes. Everything must have been committed.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`; what was committed is kept. OutputClosed if standard output
   * has no reader
   */
  finish(reports: FinalReports, completion: unknown): Promise<void>;

  /** Ends a run that is finished, stops or failed, and removes a folder that was made for nothing. Never throws. */
  close(): Promise<void>;
}
