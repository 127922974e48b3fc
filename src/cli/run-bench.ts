import type { Command } from 'commander';

import type { Notice } from '../core/errors.js';
import { benchCsv, benchMarkdown, benchReport } from '../bench/report/bench-report.js';
import { benchJson, type BenchSummary } from '../bench/report/bench-summary.js';
import { plural } from '../report/format.js';
import {
  scenarioCsv,
  scenarioJson,
  scenarioMarkdown,
  scenarioReport,
  type ScenarioSummary,
} from '../bench/scenarios/scenario-report.js';
import { bench, type BenchOutcome } from '../bench/bench.js';
import { measureScenario, type ScenarioConfig } from '../bench/scenarios/measure-scenario.js';
import { attend, type Attended } from './attend.js';
import { keepBaseline, readBaseline } from './baseline-file.js';
import { benchConfig, type BenchFlags } from './bench-options.js';
import { GATE_FAILED } from './exit-codes.js';
import { failGates, report, type ReportOptions, type Reports } from './report.js';
import { scenarioConfig } from './scenario-options.js';
import { stdoutForm, type StdoutForm } from './stdout-form.js';

/** Benchmarks, or measures the scenario that the flags name; resolves to the exit status. */
export async function runBench(
  inputs: readonly string[],
  command: Command,
  notices: readonly Notice[],
): Promise<number> {
  const flags = command.opts<BenchFlags>();
  const form = stdoutForm(flags);
  if (flags.scenario !== undefined) {
    const sourceOf = (flag: string): string | undefined => command.getOptionValueSource(flag);
    const settings = scenarioConfig(flags.scenario, inputs, flags, sourceOf);
    const all = [...notices, ...settings.notices];
    return runScenario(settings.config, { form, quiet: flags.quiet, notices: all });
  }
  if (flags.baseline !== undefined) keepBaseline(flags.baseline, flags.out);
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

/** Measures one scenario in place of a benchmark. */
async function runScenario(
  config: ScenarioConfig,
  { form, quiet, notices }: { form: StdoutForm; quiet: boolean; notices: readonly Notice[] },
): Promise<number> {
  return attend(
    { quiet, notices, finishing: 'nothing, a scenario cut short says nothing' },
    async (attended) => {
      attended.progress.start();
      const onStep = (text: string): void =>
        attended.progress.update(() => ({ done: 0, total: null, text: `${config.scenario}: ${text}` }));
      const summary = await measureScenario(config, { ...attended, onStep });
      attended.progress.stop();
      if (summary === null) {
        attended.terminal.notice({ level: 'warning', text: 'interrupted before the scenario was measured' });
        return attended.interruptedStatus();
      }
      await report(SCENARIO_REPORTS, summary, { form, quiet, out: config.out, terminal: attended.terminal });
      return 0;
    },
  );
}

async function conclude(outcome: BenchOutcome, attended: Attended, how: ReportOptions): Promise<number> {
  if (outcome.summary !== null) await report(REPORTS, outcome.summary, how);
  if (outcome.kind === 'failed') throw outcome.failure;
  if (outcome.kind === 'interrupted') {
    const { summary } = outcome;
    const after = summary === null ? 'before the first case was complete' : complete(summary.cases.length);
    attended.terminal.notice({ level: 'warning', text: `interrupted ${after}` });
    return attended.interruptedStatus();
  }
  return failGates(outcome.summary.gates, how.terminal) ? GATE_FAILED : 0;
}

function complete(cases: number): string {
  return `after ${plural(cases, 'case')}: what is above was complete by then`;
}

const REPORTS: Reports<BenchSummary> = {
  text: benchReport,
  json: benchJson,
  csv: benchCsv,
  markdown: benchMarkdown,
};

const SCENARIO_REPORTS: Reports<ScenarioSummary> = {
  text: scenarioReport,
  json: scenarioJson,
  csv: scenarioCsv,
  markdown: scenarioMarkdown,
};
