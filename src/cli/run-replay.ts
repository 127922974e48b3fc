import type { RunCounts } from '../core/counts.js';
import { formatDuration } from '../core/time.js';
import { countText, plural } from '../report/format.js';
import type { Gate } from '../report/gates.js';
import { summaryJson, type RunSummary } from '../replay/report/run-summary.js';
import { replayCsv, replayMarkdown, replayReport } from '../replay/report/replay-report.js';
import { replay } from '../replay/replay.js';
import type { InterruptedReplay, ReplayOutcome, Written } from '../replay/replay-context.js';
import { attend, type Attended } from './attend.js';
import { DONE_WITH_FAILURES, GATE_FAILED } from './exit-codes.js';
import type { ProgressStep } from './progress.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import { dryRun } from '../replay/dry-run.js';
import { dryRunText } from '../replay/report/dry-run-report.js';
import { printable } from './console.js';
import { replayConfig } from './replay-options.js';
import {
  failGates,
  failUnchecked,
  print,
  report,
  stdoutForm,
  type Reports,
  type StdoutForm,
} from './report.js';
import { ignoredFlagsNotice } from './ignored-flags.js';
import type { REPLAY_SETTINGS, ReplayValues } from './settings.js';
import { stdinFor } from './stdin.js';
import { ownGates } from './settings/conditions.js';
import type { Invocation } from './with-settings.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';

/** Replays inputs; resolves to the exit status. */
export async function runReplay(invocation: Invocation<typeof REPLAY_SETTINGS>): Promise<number> {
  const { inputs, values, sourceOf } = invocation;
  const isTyped = sourceOf('failIf') === 'cli';
  const { gates, notices } = ownGates(values.failIf, REPLAY_METRICS, { isTyped, command: 'replay' });
  const config = replayConfig(inputs, values, gates);
  const { quiet, stopGraceMs } = values;
  const attention = {
    quiet,
    notices: [...invocation.notices, ...notices],
    finishing: 'the minutes in flight',
    stop: { graceMs: stopGraceMs, afterwards: values.dryRun ? '' : resumeHint(config.output.out) },
  };
  if (values.dryRun) return attend(attention, (attended) => runDry(config, attended, values));
  return attend(attention, async (attended) => {
    const outcome = await replay(config, {
      ...attended,
      stdin: stdinFor(inputs),
      stdout: process.stdout,
      onWritten: (written) => attended.progress.update(() => progressStep(written)),
    });
    attended.progress.stop();
    const ignored =
      outcome.kind === 'done-before' ? ignoredFlagsNotice(values, gates.length > 0, outcome.summary) : null;
    if (ignored !== null) attended.onNotice(ignored);
    return conclude(outcome, attended, {
      stopGraceMs,
      rejectsAllowed: config.maxRejects !== null,
      gates,
      out: config.output.out,
      form: stdoutForm(values),
      quiet,
    });
  });
}

/** Prints what the run would do; resolves to the exit status that it would have. */
async function runDry(
  config: ReplayConfig,
  attended: Attended,
  { json, quiet }: ReplayValues,
): Promise<number> {
  const onReady = (): void => undefined;
  const run = await dryRun(
    { ...config, compare: 'none' },
    { ...attended, onReady, stdin: stdinFor(config.inputs) },
  );
  if (run === null) return attended.interruptedStatus();
  const { counts } = run.earlier;
  const totals = { error: counts.error, rejected: counts.rejected + run.counts.rejected };
  const isFailed = failGates(run.gates, attended.terminal);
  const status = isFailed ? GATE_FAILED : statusOf(totals, { rejectsAllowed: config.maxRejects !== null });
  if (json) await print(`${JSON.stringify({ ...run, status }, null, 2)}\n`);
  else if (!quiet) await print(printable(dryRunText(run, status)));
  return status;
}

function progressStep(written: Written): ProgressStep {
  const { minutes, rows, rejected } = written.counts;
  const text = `${plural(minutes, 'minute')}, ${countText(rows)} rows, ${countText(rejected)} rejected`;
  return { done: written.doneBytes(), total: written.totalBytes(), text };
}

export interface Conclusion {
  readonly stopGraceMs: number;
  readonly rejectsAllowed: boolean;
  readonly gates: readonly Gate[];
  /** `-`: standard output, which then has no report. */
  readonly out: string;
  readonly form: StdoutForm;
  readonly quiet: boolean;
}

export async function conclude(outcome: ReplayOutcome, attended: Attended, how: Conclusion): Promise<number> {
  const { terminal } = attended;
  // When a terminal closes, its output may close before or after the signal arrives.
  if (outcome.kind === 'closed') {
    if (attended.signal.aborted) return attended.interruptedStatus();
    return failUnchecked(how.gates, terminal) ? GATE_FAILED : 0;
  }
  if (outcome.kind === 'interrupted') {
    terminal.notice({ level: 'warning', text: interruptedText(outcome, how) });
    return attended.interruptedStatus();
  }
  const { summary } = outcome;
  if (outcome.kind === 'done-before') {
    const { minutes, rows } = summary.counts;
    const text = `${how.out} is complete: ${plural(minutes, 'minute')}, ${countText(rows)} rows; --restart starts over`;
    terminal.notice({ level: 'info', text });
  }
  if (how.out === '-') terminal.info(replayReport(summary).trimEnd());
  else await report(REPORTS, summary, { ...how, terminal });
  return failGates(summary.gates, terminal) ? GATE_FAILED : statusOf(summary.counts, how);
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

function resumeHint(out: string): string {
  return out === '-' ? '' : '; run the same command again to resume from the last commit';
}

const REPORTS: Reports<RunSummary> = {
  text: replayReport,
  json: summaryJson,
  csv: replayCsv,
  markdown: replayMarkdown,
};
