import type { Command } from 'commander';

import type { Notice } from '../core/errors.js';
import { dropOverruled } from './model-options.js';
import { allFlagNames, type GroupValues } from './settings.js';
import type { SettingGroups } from './settings/setting.js';
import { addOptions, describeOption } from './sources/command-line.js';
import { applyConfigFile } from './sources/config-file.js';
import { applyEnvironment, unknownVariables } from './sources/environment.js';

const HELP_AFTER = `
Each flag can also come from the environment (--actor-timeout: AIOPS_SERVE_ACTOR_TIMEOUT) and from
aiops-serve.config.json ({ "actor-timeout": "1m" }). The command line overrides the environment, which overrides
the file.`;

type Source = 'cli' | 'env' | 'config' | 'default';

/** The inputs and settings of a command. */
export interface Invocation<G extends SettingGroups> {
  readonly inputs: readonly string[];
  readonly values: GroupValues<G>;
  /** The source of a value; `default`: it was not given. */
  readonly sourceOf: (name: keyof GroupValues<G>) => Source;
  readonly notices: readonly Notice[];
}

/** Adds settings to a command, which runs with their values from all sources. */
export function withSettings<G extends SettingGroups>(
  command: Command,
  groups: G,
  run: (invocation: Invocation<G>) => Promise<void>,
): Command {
  command.configureHelp({ optionDescription: describeOption }).addHelpText('after', HELP_AFTER);
  return addOptions(command, groups).action(async (inputs: string[], _flags: unknown, self: Command) => {
    const known = allFlagNames();
    applyEnvironment(self, process.env);
    const { config } = self.opts<{ readonly config?: string }>();
    const notices = applyConfigFile(self, config, known);
    dropOverruled(self);
    await run({
      inputs,
      values: self.opts() as GroupValues<G>,
      sourceOf: (name) => (self.getOptionValueSource(String(name)) ?? 'default') as Source,
      notices: [...notices, ...unknownVariables(process.env, known)],
    });
  });
}
