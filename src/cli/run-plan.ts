import type { Plan } from '../cluster/plan/plan-file.js';
import { makePlan } from '../cluster/plan/make-plan.js';
import { planPath } from '../cluster/run-layout.js';
import { shellPath } from '../core/shell-word.js';
import { plural, sizeText } from '../report/format.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';
import { attend, interrupted } from './attend.js';
import { printable, print } from './console.js';
import { replayConfig } from './replay-options.js';
import { ownGates } from './settings/conditions.js';
import type { PLAN_SETTINGS } from './settings.js';
import { stdinFor } from './stdin.js';
import type { Invocation } from './with-settings.js';

/** Plans the slices of a replay; resolves to the exit status. */
export async function runPlan(invocation: Invocation<typeof PLAN_SETTINGS>): Promise<number> {
  const { inputs, values, sourceOf } = invocation;
  const isTyped = sourceOf('failIf') === 'cli';
  const { gates, notices } = ownGates(values.failIf, REPLAY_METRICS, { isTyped, command: 'replay' });
  const noEngine = { engine: null, address: null, shipNode: false };
  const unprinted = { dryRun: false, json: false, csv: false, markdown: false };
  const config = replayConfig(inputs, { ...values, ...noEngine, ...unprinted }, gates);
  const { quiet, slices } = values;
  const attention = {
    quiet,
    notices: [...invocation.notices, ...notices],
    finishing: null,
    stop: { graceMs: 0, afterwards: '' },
  };
  return attend(attention, async (attended) => {
    const stdin = stdinFor(inputs);
    const onReady = (): void => undefined;
    const plan = await makePlan({ config, slices }, { ...attended, onReady, stdin });
    if (plan === null) return interrupted(attended, 'interrupted before the plan was complete');
    if (!quiet) await print(printable(planText(plan, config.output.out)));
    return 0;
  });
}

function planText({ slices }: Plan, out: string): string {
  const path = planPath(out);
  const mean = slices.reduce((sum, { bytes }) => sum + bytes, 0) / slices.length;
  const each = slices.length === 1 ? sizeText(mean) : `about ${sizeText(mean)} each`;
  return [
    `${path}: ${plural(slices.length, 'slice')}, ${each}`,
    `  run each, anywhere:  aiops-serve slice ${shellPath(path)} ${slices.length === 1 ? '1' : `K   (K from 1 to ${slices.length})`}`,
    `  then merge them:     aiops-serve merge ${shellPath(out)}`,
    '',
  ].join('\n');
}
