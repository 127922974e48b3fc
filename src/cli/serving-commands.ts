import type { Command } from 'commander';

import { BENCH_SETTINGS, REPLAY_SETTINGS } from './settings.js';
import { withSettings } from './with-settings.js';

/** Defines `aiops-serve replay`; `done` gets the exit status. */
export function defineReplay(command: Command, done: (status: number) => void): void {
  command.argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input');
  withSettings(command, REPLAY_SETTINGS, async (invocation) => {
    const { runReplay } = await import('./run-replay.js');
    done(await runReplay(invocation));
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
    done(await runBench(invocation));
  });
}
