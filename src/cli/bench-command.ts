import { Command } from 'commander';

import type { Notice } from '../core/errors.js';
import { benchCsv, benchMarkdown, benchReport } from '../report/bench-report.js';
import { benchJson, type BenchSummary } from '../report/bench-summary.js';
import { plural } from '../report/format.js';
import { bench, type BenchOutcome } from '../run/bench.js';
import { attend, type Attended } from './attend.js';
import { readBaseline } from './baseline-file.js';
import { BENCH_FLAGS, benchConfig, type BenchFlags } from './bench-options.js';
import { GATE_FAILED } from './exit-codes.js';
import { failGates, report, type ReportOptions, type Reports } from './report.js';
import { withSettings } from './settings.js';
import { stdoutForm } from './stdout-form.js';

/** `aiops-serve bench`; `done` gets the exit status. */
export function benchCommand(done: (status: number) => void): Command {
  const command = new Command('bench')
    .description(
      'Measures what sequential and parallel serving cost here, and how many actors are worth having.',
    )
    .argument('[input...]', 'recordings whose minutes to serve (default: made-up minutes)');
  return withSettings(command, BENCH_FLAGS, async (inputs, self, notices) =>
    done(await runBench(inputs, self.opts<BenchFlags>(), notices)),
  );
}

async function runBench(
  inputs: readonly string[],
  flags: BenchFlags,
  notices: readonly Notice[],
): Promise<number> {
  const form = stdoutForm(flags);
  const baseline = flags.baseline === undefined ? null : await readBaseline(flags.baseline);
  const config = benchConfig(inputs, flags, baseline);
  const { quiet, out } = flags;
  return attend({ quiet, notices, finishing: 'the turn under way' }, async (attended) => {
    const outcome = await bench(config, {
      ...attended,
      stdin: process.stdin,
      onProgress: (share, { items, kind }) => {
        const text = `${plural(items, 'item')}${kind === 'probe' ? ' (probe)' : ''}`;
        attended.progress.update(() => ({ done: share, total: 1, text }));
      },
    });
    attended.progress.stop();
    return conclude(outcome, attended, { form, quiet, out, terminal: attended.terminal });
  });
}

async function conclude(outcome: BenchOutcome, attended: Attended, how: ReportOptions): Promise<number> {
  if (outcome.kind === 'interrupted') {
    const where = outcome.path === null ? '' : `; they are in ${outcome.path}`;
    const text = `interrupted after ${plural(outcome.cases, 'case')}${where}`;
    attended.terminal.notice({ level: 'warning', text });
    return attended.interruptedStatus();
  }
  const { summary } = outcome;
  await report(REPORTS, summary, how);
  return failGates(summary.gates, how.terminal) ? GATE_FAILED : 0;
}

const REPORTS: Reports<BenchSummary> = {
  text: benchReport,
  json: benchJson,
  csv: benchCsv,
  markdown: benchMarkdown,
};
