import type { Command } from 'commander';

import { BENCH_FLAGS } from './bench-options.js';
import { withSettings } from './settings.js';

/** Makes a command `aiops-serve bench`; `done` gets the exit status. */
export function defineBench(command: Command, done: (status: number) => void): void {
  command.argument(
    '[input...]',
    'CSV or JSONL files, .gz or not, whose minutes to serve; - is standard input (default: synthetic minutes)',
  );
  withSettings(command, BENCH_FLAGS, async (inputs, self, notices) => {
    const { runBench } = await import('./run-bench.js');
    done(await runBench(inputs, self, notices));
  });
}
