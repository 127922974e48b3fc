import { Option, type Command } from 'commander';

import { flagName, type SettingGroups, type Settings } from '../settings/setting.js';

type Row = Settings[string];

/** The flag of a setting; commander stores its value under the setting's name. */
export class SettingOption extends Option {
  readonly row: Row;
  readonly #key: string;

  constructor(key: string, row: Row) {
    super(row.flags, row.help);
    this.row = row;
    this.#key = key;
    const takesValue = this.required || this.optional;
    if (takesValue) this.argParser(row.kind.parse as (text: string, earlier: unknown) => unknown);
    if (row.default !== undefined) this.default(row.default);
  }

  override attributeName(): string {
    return this.#key;
  }
}

export function addOptions(command: Command, groups: SettingGroups): Command {
  for (const [heading, settings] of Object.entries(groups)) {
    command.optionsGroup(heading);
    for (const [key, row] of Object.entries(settings)) command.addOption(new SettingOption(key, row));
  }
  return command;
}

/** The settings of a command, by flag without dashes. */
export function settingsOf(command: Command): ReadonlyMap<string, SettingOption> {
  const options = command.options.filter((option) => option instanceof SettingOption);
  return new Map(options.map((option) => [flagName(option.row), option]));
}

/** Whether a stronger source has set a value. */
export function isGiven(command: Command, option: Option): boolean {
  const source = command.getOptionValueSource(option.attributeName());
  return source !== undefined && source !== 'default';
}

/** The help of a flag: its text, choices and fixed default. */
export function describeOption(option: Option): string {
  if (!(option instanceof SettingOption)) return option.description;
  const { help, kind, default: preset } = option.row;
  const isDefaultInHelp = help.includes('(default:');
  const hasDefault = preset !== undefined && preset !== null && !isDefaultInHelp;
  const shown = hasDefault ? kind.show(preset as never) : '';
  const choices =
    kind.choices === undefined || isNamed(help, kind.choices) ? '' : `: ${kind.choices.join(' | ')}`;
  return `${help}${choices}${shown === '' ? '' : ` (default: ${shown})`}`;
}

/** Whether a help text names all the choices itself. */
function isNamed(help: string, choices: readonly string[]): boolean {
  return choices.every((choice) => help.includes(choice));
}
