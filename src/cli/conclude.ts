import type { RunCounts } from '../core/counts.js';
import { formatDuration } from '../core/time.js';
import { countText, plural } from '../report/format.js';
import type { Gate } from '../report/gates.js';
import { summaryJson, type RunSummary } from '../replay/report/run-summary.js';
import { replayCsv, replayMarkdown, replayReport } from '../replay/report/replay-report.js';
import type { InterruptedReplay, ReplayOutcome } from '../replay/replay-context.js';
import { interrupted, type Attended } from './attend.js';
import type { Console } from './console.js';
import { DONE_WITH_FAILURES, GATE_FAILED } from './exit-codes.js';
import { failureNotices, type Failures } from './failures.js';
import { failGates, failUnchecked, report, type Reports, type StdoutForm } from './report.js';

/** What to print, and what counts as a failure. */
export interface Conclusion {
  readonly stopGraceMs: number;
  readonly rejectsAllowed: boolean;
  readonly gates: readonly Gate[];
  /** `-`: standard output, which then has no report. */
  readonly out: string;
  readonly form: StdoutForm;
  readonly quiet: boolean;
}

/** Prints how a run ended; resolves to the exit status. */
export async function conclude(outcome: ReplayOutcome, attended: Attended, how: Conclusion): Promise<number> {
  const { terminal } = attended;
  // When a terminal closes, its output may close before or after the signal arrives.
  if (outcome.kind === 'closed') {
    if (attended.signal.aborted) return interrupted(attended, 'interrupted, and standard output was closed');
    return failUnchecked(how.gates, terminal) ? GATE_FAILED : 0;
  }
  if (outcome.kind === 'interrupted') {
    return interrupted(attended, interruptedText(outcome, how));
  }
  const { summary } = outcome;
  if (outcome.kind === 'done-before') {
    const { minutes, rows } = summary.counts;
    const text = `${how.out} is complete: ${plural(minutes, 'minute')}, ${countText(rows)} rows; --restart starts over`;
    terminal.notice({ level: 'info', text });
  }
  if (how.out === '-') terminal.info(replayReport(summary).trimEnd());
  else await report(REPORTS, summary, { ...how, terminal });
  const status = statusWithReason(summary, terminal, how);
  return failGates(summary.gates, terminal) ? GATE_FAILED : status;
}

/** The status that the counts give a run; with `--quiet`, which omits the report, the reason is printed. */
export function statusWithReason(
  failures: Failures,
  terminal: Console,
  how: Pick<Conclusion, 'rejectsAllowed' | 'quiet' | 'out'>,
): number {
  const status = statusOf(failures.counts, how);
  if (how.quiet && status !== 0) for (const notice of failureNotices(failures, how)) terminal.notice(notice);
  return status;
}

function interruptedText(
  { minutes, dropped, resumable }: InterruptedReplay,
  { stopGraceMs, out }: Conclusion,
): string {
  const done = `interrupted after ${plural(minutes, 'minute')}`;
  if (dropped === 0) return done + (resumable ? resumeHint(out) : '');
  const [were, them] = dropped === 1 ? ['was', 'it'] : ['were', 'them'];
  const took = `took more than ${formatDuration(stopGraceMs)} and ${were} dropped`;
  const more = resumable ? `; run the same command again to serve ${them} and resume` : '';
  return `${done}; ${plural(dropped, 'minute')} in flight ${took}${more}`;
}

function statusOf(
  { error, rejected }: Pick<RunCounts, 'error' | 'rejected'>,
  { rejectsAllowed }: Pick<Conclusion, 'rejectsAllowed'>,
): number {
  return error > 0 || (rejected > 0 && !rejectsAllowed) ? DONE_WITH_FAILURES : 0;
}

export function resumeHint(out: string): string {
  return out === '-' ? '' : '; run the same command again to resume from the last commit';
}

const REPORTS: Reports<RunSummary> = {
  text: replayReport,
  json: summaryJson,
  csv: replayCsv,
  markdown: replayMarkdown,
};
