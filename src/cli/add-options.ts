import { Option, type Command } from 'commander';

import { environmentName } from './environment.js';
import type { FlagGroups, FlagRow } from './flags/flag-row.js';

/** Adds flags; each can also come from `AIOPS_SERVE_<FLAG>` and the configuration file. */
export function addOptions(command: Command, flags: FlagGroups): Command {
  for (const [group, rows] of Object.entries(flags)) {
    command.optionsGroup(group);
    for (const row of rows) command.addOption(optionOf(row));
  }
  return command;
}

function optionOf({ flags, description, choices, parse, preset }: FlagRow): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices).default(choices[0], choices[0]);
  if (parse !== undefined) option.argParser(parse as (text: string, earlier: unknown) => unknown);
  if (preset !== undefined) option.default(...preset);
  return option.env(environmentName(option.name()));
}

/** A flag's help: what it is, its choices, its default. */
export function describeOption({ description, argChoices, defaultValueDescription }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(' | ')}`;
  const preset = (defaultValueDescription ?? '') === '' ? '' : ` (default: ${defaultValueDescription})`;
  return description + choices + preset;
}
