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
import { attend, interrupted, type Attended } from './attend.js';
import { readBaseline, refuseToOverwriteBaseline } from '../bench/baseline-file.js';
import { BENCH_METRICS } from '../bench/report/bench-metrics.js';
import { benchConfig } from './bench-options.js';
import { GATE_FAILED } from './exit-codes.js';
import {
  failGates,
  report,
  stdoutForm,
  type ReportOptions,
  type Reports,
  type StdoutForm,
} from './report.js';
import { scenarioConfig } from './scenario-options.js';
import type { BENCH_SETTINGS } from './settings.js';
import { stdinFor } from './stdin.js';
import { ownGates } from './settings/conditions.js';
import type { Invocation } from './with-settings.js';

/** Runs a benchmark, or a scenario if one is given; resolves to the exit status. */
export async function runBench(invocation: Invocation<typeof BENCH_SETTINGS>): Promise<number> {
  const { inputs, values, sourceOf } = invocation;
  const form = stdoutForm(values);
  if (values.scenario !== undefined) {
    const { config, notices } = scenarioConfig(values.scenario, invocation);
    return runScenario(config, { form, quiet: values.quiet, notices: [...invocation.notices, ...notices] });
  }
  const isTyped = sourceOf('failIf') === 'cli';
  const { gates, notices: ignored } = ownGates(values.failIf, BENCH_METRICS, { isTyped, command: 'bench' });
  const { quiet, out } = values;
  if (values.baseline !== undefined) refuseToOverwriteBaseline(values.baseline, out);
  const baseline = values.baseline === undefined ? null : await readBaseline(values.baseline);
  const config = benchConfig(inputs, values, { gates, baseline });
  const notices = [...invocation.notices, ...ignored];
  return attend({ quiet, notices, finishing: 'the current round' }, async (attended) => {
    const outcome = await bench(config, {
      ...attended,
      stdin: stdinFor(inputs),
      onProgress: (share, { items, kind }) => {
        const text = `${plural(items, 'item')}${kind === 'probe' ? ' (probe)' : ''}`;
        attended.progress.update(() => ({ done: share, total: 1, text }));
      },
    });
    attended.progress.stop();
    return conclude(outcome, attended, { form, quiet, out, terminal: attended.terminal });
  });
}

async function runScenario(
  config: ScenarioConfig,
  { form, quiet, notices }: { form: StdoutForm; quiet: boolean; notices: readonly Notice[] },
): Promise<number> {
  return attend(
    { quiet, notices, finishing: 'nothing: an incomplete scenario has no result' },
    async (attended) => {
      attended.progress.start();
      const onStep = (text: string): void =>
        attended.progress.update(() => ({ done: 0, total: null, text: `${config.scenario}: ${text}` }));
      const summary = await measureScenario(config, { ...attended, onStep });
      attended.progress.stop();
      if (summary === null) return interrupted(attended, 'interrupted before the scenario was complete');
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
    return interrupted(attended, `interrupted ${after}`);
  }
  return failGates(outcome.summary.gates, how.terminal) ? GATE_FAILED : 0;
}

function complete(cases: number): string {
  return `after ${plural(cases, 'case')}, which the report above covers`;
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
