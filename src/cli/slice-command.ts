import type { Command } from 'commander';

import { AiopsError } from '../core/errors.js';
import { actorCount } from './settings/kinds.js';
import { SERVING } from './settings/serving.js';
import { PLAN_WORDING, withHints } from './hints.js';
import type { SliceFlags } from './run-slice.js';

const HELP_AFTER = `
Writes a part to the folder of the plan, in parts/, under its final name once it is complete. Any machine that sees plan and
inputs under the same paths will do; several attempts at one slice do no harm. Exit status: 0 complete, also with
rejects, which the merge reports, or complete before; 69, 74, 75 and signals: try again; 64, 65, 66, 78: trying again
does not help. More: docs/cluster.md`;

/** Defines `aiops-serve slice`; `done` gets the exit status. */
export function defineSlice(command: Command, done: (status: number) => void): void {
  command
    .argument('<plan>', 'the plan.json that aiops-serve plan wrote, or its folder')
    .argument('<number>', 'which of its slices, from 1', sliceNumber)
    .option(SERVING.actors.flags, `${SERVING.actors.help} (default: as planned)`, (text: string) =>
      actorCount.parse(text),
    )
    .option('--end-with-stdin', 'end as if by SIGTERM when standard input closes')
    .option('--quiet', 'only warnings, errors and standard error of actors')
    .addHelpText('after', HELP_AFTER)
    .action(async (plan: string, number: number, flags: SliceFlags) => {
      const { runSliceCommand } = await import('./run-slice.js');
      done(await withHints(command, PLAN_WORDING, () => runSliceCommand(plan, number, flags)));
    });
}

/** The plan says which numbers there are. @throws AiopsError `usage` */
function sliceNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new AiopsError('usage', `${JSON.stringify(text)} is not the number of a slice`, {
    hint: 'slices are numbered from 1; aiops-serve status FOLDER says which ones are missing',
  });
}
