import type { Command } from 'commander';

import { hasPlan } from '../cluster/run-layout.js';
import { statusJson, statusText, type RunStatus } from '../replay/resume/status-report.js';
import { runStatus } from '../replay/resume/read-status.js';
import { printable, print } from './console.js';
import { unusualSettings } from './journaled.js';

const HELP_AFTER = `
States: planned (nothing merged yet), running, stopped (by SIGSTOP or Ctrl-Z), held (by another host, whose processes
are not visible from here), ended (by a signal or an error), killed, and complete. status takes no lock and changes
nothing. Exit status: 0, even if the run is not complete; 66 if there is no run, or it cannot be read; 78 if its journal
or plan is damaged or from another version. More: docs/backfill.md`;

/** Defines `aiops-serve status`. */
export function defineStatus(command: Command): void {
  command
    .argument('<folder>', 'output of a replay (its --out)')
    .option('--json', 'as one JSON object')
    .addHelpText('after', HELP_AFTER)
    .action(async (folder: string, { json = false }: { json?: boolean }) => {
      const status = await statusOf(folder);
      await print(
        json ? statusJson(status) : printable(statusText(status, unusualSettings(status.settings))),
      );
    });
}

/** Most folders have no plan, and reading one loads much more of the program. */
async function statusOf(folder: string): Promise<RunStatus> {
  if (!hasPlan(folder)) return runStatus(folder);
  const { slicedStatus } = await import('../cluster/sliced-status.js');
  return slicedStatus(folder);
}
