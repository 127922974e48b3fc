import type { Command } from 'commander';

import type { Notice } from '../core/errors.js';
import { addOptions, describeOption, SettingOption } from './add-options.js';
import { BENCH_FLAGS } from './bench-options.js';
import { applyConfigFile } from './config-file.js';
import { applyEnvironment, unknownVariables } from './environment.js';
import type { FlagGroups } from './flags/flag-row.js';
import { passOverForeignGates } from './gate-values.js';
import { leaveOutOverruled } from './model-options.js';
import { REPLAY_FLAGS } from './replay-options.js';

const HELP_AFTER = `
Each flag can also come from the environment (--actor-timeout: AIOPS_SERVE_ACTOR_TIMEOUT) and from
aiops-serve.config.json ({ "actor-timeout": "1m" }), in this order.`;

/**
 * Adds flags to a command that takes inputs, and has it act once their values of all sources are in it: the
 * command line wins over the environment, that one over the configuration file.
 */
export function withSettings(
  command: Command,
  rows: FlagGroups,
  act: (inputs: readonly string[], command: Command, notices: readonly Notice[]) => Promise<void>,
): Command {
  command.configureHelp({ optionDescription: describeOption }).addHelpText('after', HELP_AFTER);
  return addOptions(command, rows).action(async (inputs: string[], _flags: unknown, self: Command) => {
    const elsewhere = settingsOfAll();
    applyEnvironment(self, process.env);
    const { config } = self.opts<{ readonly config?: string }>();
    const lookUp = applyConfigFile(self, config, elsewhere);
    leaveOutOverruled(self);
    const notices = [...passOverForeignGates(self), ...unknownVariables(self, process.env, elsewhere)];
    await act(inputs, self, [...lookUp, ...notices]);
  });
}

/** The names of the settings of all commands: one environment and one file may hold those of several. */
function settingsOfAll(): ReadonlySet<string> {
  const rows = [REPLAY_FLAGS, BENCH_FLAGS].flatMap((groups) => Object.values(groups).flat());
  return new Set(rows.map((row) => new SettingOption(row).name()));
}
