import type { Command } from 'commander';

import { PLAN_WORDING, withHints } from './hints.js';
import type { MergeFlags } from './run-merge.js';

const HELP_AFTER = `
Appends complete slices to the results in the folder, in order, and removes their parts. It may be killed and started
again at any time, also while slices are running. Exit status: that of the whole run, for instance 3 with rejects, once
every slice is merged; 65 with more rejects than the plan's --max-rejects; 75 if slices are missing, or another merge is
at work; 78 if the folder holds another run, or the plan was changed. More: docs/cluster.md`;

/** Defines `aiops-serve merge`; `done` gets the exit status. */
export function defineMerge(command: Command, done: (status: number) => void): void {
  command
    .argument('<folder>', 'output folder of a plan, or its plan.json')
    .option('--follow', 'wait for slices that are missing')
    .option('--break-lock', 'take the folder even if another host may be writing to it')
    .option('--json', 'print the summary as JSON instead of the report')
    .option('--quiet', 'only warnings and errors')
    .addHelpText('after', HELP_AFTER)
    .action(async (folder: string, flags: MergeFlags) => {
      const { runMerge } = await import('./run-merge.js');
      done(await withHints(command, PLAN_WORDING, () => runMerge(folder, flags)));
    });
}
