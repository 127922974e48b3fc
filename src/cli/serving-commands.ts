import type { Command } from 'commander';

import { BENCH_WORDING, READER_WORDING, withHints } from './hints.js';
import { BENCH_SETTINGS, INSPECT_SETTINGS, PLAN_SETTINGS, REPLAY_SETTINGS } from './settings.js';
import { withSettings } from './with-settings.js';

const INSPECT_HELP = `
Reads inputs of up to 48 MiB completely; of larger files head, middle and tail, of gzip and pipes the head. Writes
nothing. Exit status: 0 replay can read them (perhaps with rejects), 64 usage, 65 input unusable or out of order,
66 input missing. More: docs/formats.md`;

/** Defines `aiops-serve replay`; `done` gets the exit status. */
export function defineReplay(command: Command, done: (status: number) => void): void {
  command.argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input');
  withSettings(command, REPLAY_SETTINGS, async (invocation) => {
    const { runReplay } = await import('./run-replay.js');
    done(await runReplay(invocation));
  });
}

const PLAN_HELP = `
Takes the flags of the replay that it plans, and writes plan.json to its output folder. Each slice then runs anywhere
with: aiops-serve slice FOLDER/plan.json K. Exit status: 0 planned, otherwise as of replay before its first minute;
78 also for inputs that cannot be cut, and where the folder has a run or a plan. More: docs/cluster.md`;

/** Defines `aiops-serve plan`; `done` gets the exit status. */
export function definePlan(command: Command, done: (status: number) => void): void {
  command.argument('<input...>', 'CSV or JSONL files, not compressed').addHelpText('after', PLAN_HELP);
  withSettings(command, PLAN_SETTINGS, async (invocation) => {
    const { runPlan } = await import('./run-plan.js');
    done(await runPlan(invocation));
  });
}

/** Defines `aiops-serve inspect`; `done` gets the exit status. */
export function defineInspect(command: Command, done: (status: number) => void): void {
  command
    .argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input')
    .addHelpText('after', INSPECT_HELP);
  withSettings(command, INSPECT_SETTINGS, async (invocation) => {
    const { runInspect } = await import('./run-inspect.js');
    done(await withHints(command, READER_WORDING, () => runInspect(invocation)));
  });
}

/** Defines `aiops-serve bench`; `done` gets the exit status. */
export function defineBench(command: Command, done: (status: number) => void): void {
  command.argument(
    '[input...]',
    'CSV or JSONL files, .gz or not, whose minutes to serve; - is standard input (default: synthetic minutes)',
  );
  withSettings(command, BENCH_SETTINGS, async (invocation) => {
    const { runBench } = await import('./run-bench.js');
    done(await withHints(command, BENCH_WORDING, () => runBench(invocation)));
  });
}
