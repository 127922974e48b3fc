import { Command } from 'commander';

import type { Notice } from '../core/errors.js';
import type { ReadProgress } from '../read/recording.js';
import { countText, plural } from '../report/format.js';
import type { Gate } from '../report/gates.js';
import { summaryJson, type RunSummary } from '../replay/report/run-summary.js';
import { type RunCounts } from '../core/counts.js';
import { replayCsv, replayMarkdown, replayReport } from '../replay/report/replay-report.js';
import { replay } from '../replay/replay.js';
import type { ReplayOutcome } from '../replay/replay-context.js';
import { attend, type Attended } from './attend.js';
import { DONE_WITH_FAILURES, GATE_FAILED } from './exit-codes.js';
import type { ProgressStep } from './progress.js';
import { REPLAY_FLAGS, replayConfig, type ReplayFlags } from './replay-options.js';
import { failGates, failUnchecked, report, type Reports } from './report.js';
import { withSettings } from './settings.js';
import { unmetNotice } from './unmet.js';
import { stdoutForm, type StdoutForm } from './stdout-form.js';

/** `aiops-serve replay`; `done` gets the exit status. */
export function replayCommand(done: (status: number) => void): Command {
  const command = new Command('replay')
    .description('Replays recordings through a model and compares sequential with parallel serving.')
    .argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input');
  return withSettings(command, REPLAY_FLAGS, async (inputs, self, notices) =>
    done(await runReplay(inputs, self.opts<ReplayFlags>(), notices)),
  );
}

async function runReplay(
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
  if (how.out === '-') terminal.info(replayReport(summary).trimEnd());
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
  text: replayReport,
  json: summaryJson,
  csv: replayCsv,
  markdown: replayMarkdown,
};
