import { Command } from 'commander';

import type { Notice } from '../core/errors.js';
import { durationText, plural } from '../report/format.js';
import { failedGates, gateText } from '../report/gates.js';
import { terminalReport } from '../report/terminal.js';
import { replay, type ReplayOutcome } from '../run/replay.js';
import { OutputClosed, StreamSink } from '../write/stream-sink.js';
import { addOptions, describeOption } from './add-options.js';
import { applyConfigFile } from './config-file.js';
import { Console, printable } from './console.js';
import { applySwitches, unknownVariables } from './environment.js';
import { DONE_WITH_FAILURES, GATE_FAILED, SIGNAL_STATUS } from './exit-codes.js';
import { leaveOutOverruled } from './model-options.js';
import { openProgress } from './progress.js';
import { REPLAY_FLAGS, replayConfig, type ReplayFlags } from './replay-options.js';
import { watchSignals } from './signals.js';

const HELP_AFTER = `
Each flag can also come from the environment (--compare-time: AIOPS_SERVE_COMPARE_TIME) and from
aiops-serve.config.json ({ "compare-time": "5s" }), in this order.`;

/** `aiops-serve replay`; `done` gets the exit status. */
export function replayCommand(done: (status: number) => void): Command {
  const command = new Command('replay')
    .description('Replays recordings through a model and compares sequential with parallel serving.')
    .argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input')
    .configureHelp({ optionDescription: describeOption })
    .addHelpText('after', HELP_AFTER);
  return addOptions(command, REPLAY_FLAGS).action(
    async (inputs: string[], _flags: unknown, self: Command) => {
      applySwitches(self, process.env);
      applyConfigFile(self, self.opts<ReplayFlags>().config);
      leaveOutOverruled(self);
      done(await runReplay(inputs, self.opts<ReplayFlags>(), unknownVariables(self, process.env)));
    },
  );
}

async function runReplay(
  inputs: readonly string[],
  flags: ReplayFlags,
  notices: readonly Notice[],
): Promise<number> {
  const config = replayConfig(inputs, flags);
  const terminal = new Console({ quiet: flags.quiet, stream: process.stderr });
  for (const notice of notices) terminal.notice(notice);
  const progress = openProgress(terminal, { quiet: flags.quiet, stream: process.stderr });
  const interruption = watchSignals((signal) =>
    terminal.info(`${signal}: finishing the minutes under way; once more ends at once`),
  );
  try {
    const outcome = await replay(config, {
      stdin: process.stdin,
      stdout: process.stdout,
      signal: interruption.signal,
      onNotice: (notice: Notice) => terminal.notice(notice),
      onReady: ({ actors, backend, startMs }) => {
        const pids = actors.map(({ name, pid }) => `${name} ${pid}`).join(', ');
        terminal.info(`started on ${backend.name} in ${durationText(startMs)}: ${pids}`);
        progress.start();
      },
      onMinute: (counts, recording) => progress.update(counts, recording.progress()),
      onActorLine: (actor, line) => terminal.info(`[${actor}] ${line}`),
    });
    progress.stop();
    return await conclude(outcome, terminal, {
      toStdout: config.output.out !== '-',
      rejectsAllowed: config.maxRejects !== null,
      interrupted: SIGNAL_STATUS[interruption.caught() ?? 'SIGINT'],
      out: config.output.out,
      quiet: flags.quiet,
    });
  } finally {
    progress.stop();
    interruption.dispose();
  }
}

interface Conclusion {
  /** The report goes to standard output unless results do. */
  readonly toStdout: boolean;
  readonly rejectsAllowed: boolean;
  readonly interrupted: number;
  readonly out: string;
  readonly quiet: boolean;
}

async function conclude(outcome: ReplayOutcome, terminal: Console, how: Conclusion): Promise<number> {
  if (outcome.kind === 'closed') return 0;
  if (outcome.kind === 'interrupted') {
    const where = outcome.results === null ? '' : `; results so far are in ${outcome.results}`;
    terminal.notice({
      level: 'warning',
      text: `interrupted after ${plural(outcome.minutes, 'minute')}${where}`,
    });
    return how.interrupted;
  }
  const { counts, gates } = outcome.summary;
  const report = terminalReport(outcome.summary);
  if (how.toStdout && !how.quiet) await print(printable(`${report}\nwritten to ${how.out}\n`));
  else terminal.info(report.trimEnd());
  const failures = failedGates(gates);
  for (const gate of failures) terminal.notice({ level: 'warning', text: `--fail-if ${gateText(gate)}` });
  if (failures.length > 0) return GATE_FAILED;
  const failed = counts.error > 0 || (counts.rejected > 0 && !how.rejectsAllowed);
  return failed ? DONE_WITH_FAILURES : 0;
}

/** @throws AiopsError `output_io`; a reader that has seen enough is no error */
async function print(text: string): Promise<void> {
  const sink = new StreamSink(process.stdout);
  try {
    await sink.write(text);
    await sink.settle();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
