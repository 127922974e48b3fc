import { AiopsError } from '../core/errors.js';
import { countText, plural } from '../report/format.js';
import { replay } from '../replay/replay.js';
import type { Written } from '../replay/replay-context.js';
import { attend, interrupted, type Attended } from './attend.js';
import { conclude, resumeHint, statusWithReason } from './conclude.js';
import { GATE_FAILED } from './exit-codes.js';
import type { ProgressStep } from './progress.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import { dryRun } from '../replay/dry-run.js';
import { dryRunText } from '../replay/report/dry-run-report.js';
import { printable, print } from './console.js';
import { replayConfig } from './replay-options.js';
import { failGates, stdoutForm } from './report.js';
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
  refuseWithoutEngine(values.engine, sourceOf);
  const config = replayConfig(inputs, values, gates);
  const { quiet, stopGraceMs } = values;
  const attention = {
    quiet,
    notices: [...invocation.notices, ...notices],
    finishing: 'the minutes in flight',
    stop: { graceMs: stopGraceMs, afterwards: values.dryRun ? '' : resumeHint(config.output.out) },
  };
  const how = {
    stopGraceMs,
    rejectsAllowed: config.maxRejects !== null,
    gates,
    out: config.output.out,
    form: stdoutForm(values),
    quiet,
  };
  if (values.dryRun) return attend(attention, (attended) => runDry(config, attended, values));
  const { engine } = values;
  if (engine !== null) {
    const { runEngine } = await import('./run-engine.js');
    return attend(attention, (attended) => runEngine(config, { ...values, engine }, attended, how));
  }
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
    return conclude(outcome, attended, how);
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
  if (run === null) return interrupted(attended, 'interrupted before everything was checked');
  const { earlier, rejects } = run;
  const counts = { error: earlier.counts.error, rejected: earlier.counts.rejected + run.counts.rejected };
  const how = { rejectsAllowed: config.maxRejects !== null, quiet, out: config.output.out };
  const ofCounts = statusWithReason({ counts, rejects, earlier: earlier.counts }, attended.terminal, how);
  const status = failGates(run.gates, attended.terminal) ? GATE_FAILED : ofCounts;
  if (json) await print(`${JSON.stringify({ ...run, status }, null, 2)}\n`);
  else if (!quiet) await print(printable(dryRunText(run, status)));
  return status;
}

function progressStep(written: Written): ProgressStep {
  const { minutes, rows, rejected } = written.counts;
  const text = `${plural(minutes, 'minute')}, ${countText(rows)} rows, ${countText(rejected)} rejected`;
  return { done: written.doneBytes(), total: written.totalBytes(), text };
}

/** @throws AiopsError `usage` where a flag on the command line belongs to an engine that is not to be used */
function refuseWithoutEngine(
  engine: ReplayValues['engine'],
  sourceOf: Invocation<typeof REPLAY_SETTINGS>['sourceOf'],
): void {
  if (engine === null && sourceOf('slices') === 'cli') {
    throw new AiopsError('usage', '--slices needs an engine that runs them', {
      hint: 'add --engine local, or cut the recording with aiops-serve plan',
    });
  }
  for (const [name, flag] of [
    ['address', '--address'],
    ['shipNode', '--ship-node'],
  ] as const) {
    if (engine !== 'ray' && sourceOf(name) === 'cli')
      throw new AiopsError('usage', `${flag} applies only to --engine ray`, {
        hint: `add --engine ray, or drop ${flag}`,
      });
  }
}
