import type { Command } from 'commander';

import { REPLAY_SETTINGS } from './settings.js';
import { withSettings } from './with-settings.js';

/** Defines `aiops-serve replay`; `done` gets the exit status. */
export function defineReplay(command: Command, done: (status: number) => void): void {
  command.argument('<input...>', 'CSV or JSONL files, .gz or not; - is standard input');
  withSettings(command, REPLAY_SETTINGS, async (invocation) => {
    const { runReplay } = await import('./run-replay.js');
    done(await runReplay(invocation));
  });
}
