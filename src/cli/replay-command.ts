import type { Command } from 'commander';

import { REPLAY_FLAGS, type ReplayFlags } from './replay-options.js';
import { withSettings } from './settings.js';

/** Makes a command `aiops-serve replay`; `done` gets the exit status. */
export function defineReplay(command: Command, done: (status: number) => void): void {
  command.argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input');
  withSettings(command, REPLAY_FLAGS, async (inputs, self, notices) => {
    const { runReplay } = await import('./run-replay.js');
    done(await runReplay(inputs, self.opts<ReplayFlags>(), notices));
  });
}
