import { Option, type Command } from 'commander';

import type { FlagGroups, FlagRow } from './flags/flag-row.js';

/** A flag that can also come from `AIOPS_SERVE_<FLAG>` and the configuration file. */
export class SettingOption extends Option {
  readonly row: FlagRow;

  constructor(row: FlagRow) {
    super(row.flags, row.description);
    this.row = row;
    const { choices, parse, preset } = row;
    if (choices !== undefined) this.choices(choices).default(choices[0], choices[0]);
    if (parse !== undefined) this.argParser(parse as (text: string, earlier: unknown) => unknown);
    if (preset !== undefined) this.default(...preset);
  }
}

export function addOptions(command: Command, flags: FlagGroups): Command {
  for (const [group, rows] of Object.entries(flags)) {
    command.optionsGroup(group);
    for (const row of rows) command.addOption(new SettingOption(row));
  }
  return command;
}

/** The settings of a command, by their flags without dashes. */
export function settingsOf(command: Command): ReadonlyMap<string, SettingOption> {
  const settings = command.options.filter((option) => option instanceof SettingOption);
  return new Map(settings.map((option) => [option.name(), option]));
}

/** Whether a stronger source has given a setting its value. */
export function isGiven(command: Command, option: Option): boolean {
  const source = command.getOptionValueSource(option.attributeName());
  return source !== undefined && source !== 'default';
}

/** A flag's help: what it is, its choices, its default. */
export function describeOption({ description, argChoices, defaultValueDescription }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(' | ')}`;
  const preset = (defaultValueDescription ?? '') === '' ? '' : ` (default: ${defaultValueDescription})`;
  return description + choices + preset;
}
