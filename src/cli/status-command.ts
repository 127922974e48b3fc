import type { Command } from 'commander';

import { statusJson } from '../replay/resume/run-status.js';
import { statusText } from '../replay/resume/status-text.js';
import { runStatus } from '../replay/resume/status.js';
import { printable } from './console.js';

const HELP_AFTER = `
The states are running, stopped (by SIGSTOP or Ctrl-Z), held (by another host, which cannot be seen from here),
ended (by a signal or an error), killed, and complete. It takes no lock and changes nothing. Exit status: 0, also of
a run that is not complete; 66 where there is none, or it may not be read. More: docs/backfill.md`;

/** Makes a command `aiops-serve status`: how far the replay that writes to a folder is, and what it is. */
export function defineStatus(command: Command): void {
  command
    .argument('<folder>', 'output of a replay (its --out)')
    .option('--json', 'as one JSON object')
    .addHelpText('after', HELP_AFTER)
    .action(async (folder: string, { json = false }: { json?: boolean }) => {
      const status = await runStatus(folder);
      process.stdout.write(json ? statusJson(status) : printable(statusText(status)));
    });
}
