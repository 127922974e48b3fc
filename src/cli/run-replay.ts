import type { RunCounts } from '../core/counts.js';
import type { Notice } from '../core/errors.js';
import type { ReadProgress } from '../read/recording.js';
import { countText, plural } from '../report/format.js';
import type { Gate } from '../report/gates.js';
import { summaryJson, type RunSummary } from '../replay/report/run-summary.js';
import { terminalReport } from '../replay/report/terminal.js';
import { timingCsv, timingMarkdown } from '../replay/report/timing-table.js';
import { replay } from '../replay/replay.js';
import type { ReplayOutcome } from '../replay/replay-context.js';
import { attend, type Attended } from './attend.js';
import { DONE_WITH_FAILURES, GATE_FAILED } from './exit-codes.js';
import type { ProgressStep } from './progress.js';
import { replayConfig, type ReplayFlags } from './replay-options.js';
import { failGates, failUnchecked, report, type Reports } from './report.js';
import { unmetNotice } from './unmet.js';
import { stdoutForm, type StdoutForm } from './stdout-form.js';

/** Replays inputs as the flags say; resolves to the exit status. */
export async function runReplay(
  inputs: readonly string[],
  flags: ReplayFlags,
  notices: readonly Notice[],
): Promise<number> {
  const config = replayConfig(inputs, flags);
  const { quiet } = flags;
  const stop = { graceMs: flags.stopGrace, afterwards: goesOn(config.output.out) };
  return attend({ quiet, notices, finishing: 'the minutes under way', stop }, async (attended) => {
    const outcome = await replay(config, {
      ...attended,
      stdin: process.stdin,
      stdout: process.stdout,
      onMinute: (counts, recording) => {
        attended.progress.update(() => progressStep(counts, recording.progress()));
      },
    });
    attended.progress.stop();
    const unmet = outcome.kind === 'done-before' ? unmetNotice(flags, outcome.summary) : null;
    if (unmet !== null) attended.onNotice(unmet);
    return conclude(outcome, attended, {
      rejectsAllowed: config.maxRejects !== null,
      gates: config.gates,
      out: config.output.out,
      form: stdoutForm(flags),
      quiet,
    });
  });
}

function progressStep(
  { minutes, rows, rejected }: RunCounts,
  { readBytes, totalBytes }: ReadProgress,
): ProgressStep {
  const text = `${plural(minutes, 'minute')}, ${countText(rows)} rows, ${countText(rejected)} rejected`;
  return { done: readBytes, total: totalBytes, text };
}

interface Conclusion {
  readonly rejectsAllowed: boolean;
  readonly gates: readonly Gate[];
  /** The report goes to standard output unless results do. */
  readonly out: string;
  readonly form: StdoutForm;
  readonly quiet: boolean;
}

async function conclude(outcome: ReplayOutcome, attended: Attended, how: Conclusion): Promise<number> {
  const { terminal } = attended;
  // A terminal that closes takes its output along before its signal is seen, or after.
  if (outcome.kind === 'closed') {
    if (attended.signal.aborted) return attended.interruptedStatus();
    return failUnchecked(how.gates, terminal) ? GATE_FAILED : 0;
  }
  if (outcome.kind === 'interrupted') {
    const done = `interrupted after ${plural(outcome.minutes, 'minute')}`;
    const more = outcome.resumable ? goesOn(how.out) : '';
    terminal.notice({ level: 'warning', text: `${done}${more}` });
    return attended.interruptedStatus();
  }
  const { summary } = outcome;
  if (outcome.kind === 'done-before') {
    const { minutes, rows } = summary.counts;
    const text = `${how.out} is complete: ${plural(minutes, 'minute')}, ${countText(rows)} rows; --restart does it all again`;
    terminal.notice({ level: 'info', text });
  }
  if (how.out === '-') terminal.info(terminalReport(summary).trimEnd());
  else await report(REPORTS, summary, { ...how, terminal });
  return failGates(summary.gates, terminal) ? GATE_FAILED : statusOf(summary.counts, how);
}

function statusOf({ error, rejected }: RunCounts, { rejectsAllowed }: Conclusion): number {
  return error > 0 || (rejected > 0 && !rejectsAllowed) ? DONE_WITH_FAILURES : 0;
}

/** What an interrupted run may count on. */
function goesOn(out: string): string {
  return out === '-' ? '' : '; the same command goes on from what was committed';
}

const REPORTS: Reports<RunSummary> = {
  text: terminalReport,
  json: summaryJson,
  csv: timingCsv,
  markdown: timingMarkdown,
};
