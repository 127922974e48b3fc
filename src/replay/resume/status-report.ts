import { join } from 'node:path';

import type { RunCounts } from '../../core/counts.js';
import type { Incident, Quarantine } from '../../core/incidents.js';
import type { ProgramFacts } from '../../core/machine-facts.js';
import { shellPath } from '../../core/shell-word.js';
import { isoTime } from '../../core/time.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../../core/types.js';
import { damageText, type DamagedFile } from '../../output/check-committed.js';
import { backendFact, factLines, modelFacts, optionalFact, type Fact } from '../../report/facts.js';
import { countText, numbersText, percentText, plural } from '../../report/format.js';
import { errorFacts, type ReportedErrors } from '../report/errors.js';
import { rejectFacts, type ReportedReject } from '../report/rejects.js';
import type { RunSummary } from '../report/run-summary.js';
import { countFacts, incidentFacts, inputFact, minuteFacts, servedFacts } from '../report/summary-facts.js';

/** What `aiops-serve status` reports: what a run's output folder says about it. */
export interface RunStatus {
  readonly folder: string;
  /**
   * `planned`: its slices may run, nothing is merged; `running`: a process is working on it; `stopped`: that process is suspended (SIGSTOP, Ctrl-Z); `held`: locked
   * by another host or container, where this one cannot look; `ended`: interrupted, or failed; `killed`: it ended
   * without cleaning up; `complete`: everything is done. All but the last can be resumed, unless the input was live.
   */
  readonly state: 'planned' | 'running' | 'stopped' | 'held' | 'ended' | 'killed' | 'complete';
  /** The process that holds the folder, or held it when it was killed. */
  readonly holder: { readonly pid: number; readonly host: string; readonly since: string } | null;
  readonly program: ProgramFacts;
  /** ISO 8601, when the run first started. */
  readonly startedAt: string;
  /** How often it was resumed. */
  readonly resumed: number;
  /** Settings that can change a result, by their flags. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** Whether an input was a live feed, so that the run cannot be resumed. */
  readonly isLive: boolean;
  readonly layout: 'rows' | 'batches';
  readonly columns: readonly string[];
  readonly intervalMs: number;
  readonly model: ModelFacts & InputSpec;
  readonly backend: BackendFacts;
  /** Null: nothing is committed yet. */
  readonly progress: StatusProgress | null;
  /** ISO 8601; null: not complete. */
  readonly completedAt: string | null;
  /** How long a complete run took, from its `timing.json`; null: not complete, or the file is not as it was written. */
  readonly timing: StatusTiming | null;
  /** Name of the file of results in the folder. */
  readonly results: string;
  /** Names of the files of metrics in the folder. */
  readonly metrics?: readonly string[];
  /** Files that are not as the run left them, so that it cannot resume. */
  readonly damaged: readonly DamagedFile[];
  /** Of a run that was planned in slices. */
  readonly slices?: SlicesStatus;
  /** The run in the folder that its first merge replaces; `completedAt` null: that was not complete. */
  readonly replaces?: { readonly startedAt: string; readonly completedAt: string | null };
}

/** How far the slices of a run are, by their numbers. */
export interface SlicesStatus {
  readonly all: number;
  /** Their results are in the run. */
  readonly merged: number;
  /** To be merged. */
  readonly complete: readonly number[];
  /** Not complete: not run, running, or to run again. */
  readonly missing: readonly number[];
  /** What is merged has more rejects than the plan allows, so no merge completes the run. */
  readonly tooManyRejects: boolean;
}

export type StatusTiming = Pick<
  RunSummary,
  | 'counts'
  | 'execution'
  | 'elapsedMs'
  | 'comparingMs'
  | 'usage'
  | 'throughput'
  | 'deadlineMs'
  | 'blocks'
  | 'minutes'
>;

/** What the last commit says. */
export interface StatusProgress {
  /** ISO 8601, when it was committed. */
  readonly committedAt: string;
  /** Null: the run is complete without a minute. */
  readonly firstMinute: string | null;
  readonly lastMinute: string | null;
  readonly counts: RunCounts;
  /** By reason, the most frequent one first. */
  readonly rejects: readonly ReportedReject[];
  readonly errors: ReportedErrors;
  /** Share of the input's bytes that are done, 0 to 1; null where its size or the position in it is unknown. */
  readonly inputShare: number | null;
  readonly incidents: Readonly<Record<Incident['kind'], number>>;
  /** Series that are not served for now. */
  readonly quarantines: readonly Quarantine[];
}

/** The text of `status --json`. */
export function statusJson(status: RunStatus): string {
  return `${JSON.stringify(status, null, 2)}\n`;
}

/** Quarantines that are named; the others are counted. */
const MOST_NAMED = 5;

/** What `aiops-serve status` prints; `settings`: those that differ from their defaults, as typed. */
export function statusText(status: RunStatus, settings: string): string {
  const { progress, model, inputs, timing } = status;
  const facts: Fact[] = [
    ['state', stateText(status)],
    inputFact({ ...status, files: inputs }),
    ...modelFacts(model),
    backendFact(status.backend),
    ...optionalFact('settings', settings === '' ? null : settings),
    ['started', startedText(status)],
    ...optionalFact('slices', status.slices === undefined ? null : slicesText(status.slices)),
    ...(progress === null ? [['done', 'nothing committed yet'] as const] : progressFacts(progress)),
    ...(timing === null ? [] : [...servedFacts(timing), ...minuteFacts(timing)]),
    ['results', join(status.folder, status.results)],
    ...(status.metrics ?? []).map((name): Fact => ['metrics', join(status.folder, name)]),
    ...status.damaged.map((file): Fact => [
      'damaged',
      `${damageText(file)}; restore it, or start the replay over with --restart`,
    ]),
  ];
  return `${factLines(facts).join('\n')}\n`;
}

function stateText(status: RunStatus): string {
  const { state, holder, completedAt, isLive, damaged, slices, folder, replaces } = status;
  const process =
    holder === null ? 'a process' : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  const again = slices === undefined ? 'run the same command again to resume it' : mergeText(slices, folder);
  const resumable = damaged.length === 0 ? again : 'damaged files keep it from resuming';
  const next = isLive ? 'its input is a live feed, so it cannot be resumed' : resumable;
  switch (state) {
    case 'running':
      return `running: ${process}`;
    case 'stopped':
      return `suspended: ${process} (resume it with kill -CONT)`;
    case 'held':
      return `locked by ${process}; this host cannot tell whether it is still running`;
    case 'planned':
      return `planned${replaces === undefined ? '' : ` (replaces ${replacedText(replaces)})`}: ${next}`;
    case 'ended':
      return slices === undefined ? `not complete: interrupted, or failed; ${next}` : `not complete: ${next}`;
    case 'killed':
      return `not complete: killed, or the machine went down; ${next}`;
    case 'complete':
      return `complete since ${completedAt ?? 'its end'}`;
  }
}

function replacedText({ completedAt }: NonNullable<RunStatus['replaces']>): string {
  return completedAt === null ? 'a run that is not complete' : `a run that is complete since ${completedAt}`;
}

function mergeText({ missing, tooManyRejects }: SlicesStatus, folder: string): string {
  if (tooManyRejects) {
    return 'more rejects than --max-rejects allows; the same replay with a higher --max-rejects, without --engine, completes the run';
  }
  const merge = `aiops-serve merge ${shellPath(folder)}`;
  return missing.length === 0
    ? `all slices are complete; run ${merge}`
    : `run the missing slices, then ${merge}`;
}

function slicesText({ all, merged, complete, missing }: SlicesStatus): string {
  const named = (numbers: readonly number[]): string =>
    numbers.length === 0 ? '' : ` (${numbersText(numbers)})`;
  return (
    `${countText(merged)} of ${countText(all)} merged, ` +
    `${countText(complete.length)} complete${named(complete)}, ${countText(missing.length)} missing${named(missing)}`
  );
}

function startedText({ startedAt, resumed, program }: RunStatus): string {
  const sessions = resumed === 0 ? '' : `, resumed ${plural(resumed, 'time')} since`;
  return `${startedAt}${sessions}, by ${program.name} ${program.version}`;
}

function progressFacts(progress: StatusProgress): Fact[] {
  const {
    counts,
    rejects,
    errors,
    committedAt,
    firstMinute,
    lastMinute,
    inputShare,
    incidents,
    quarantines,
  } = progress;
  const span = firstMinute === null || lastMinute === null ? '' : `, ${firstMinute} to ${lastMinute}`;
  const share = inputShare === null ? '' : `, ${percentText(inputShare)} of the input`;
  return [
    ['done', `${plural(counts.minutes, 'minute')}${span}${share}`],
    ['', `committed ${committedAt}`],
    ...countFacts(counts),
    ...rejectFacts(rejects),
    ...errorFacts(errors),
    ...incidentFacts(incidents),
    ...quarantineFacts(quarantines),
  ];
}

function quarantineFacts(quarantines: readonly Quarantine[]): Fact[] {
  const named = quarantines.slice(0, MOST_NAMED).map(({ target, column, fromMs, untilMs }) => {
    const series = column === null ? target : `${target}, ${column}`;
    return `${series}: not served from ${isoTime(fromMs)} until ${isoTime(untilMs)}, as it crashes actors`;
  });
  const others = quarantines.length - named.length;
  const texts = others > 0 ? [...named, `and ${countText(others)} more`] : named;
  return texts.map((text, index) => [index === 0 ? 'without' : '', text]);
}
