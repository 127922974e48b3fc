/** One flag of the command line, the environment and the configuration file. */
export interface FlagRow {
  readonly flags: string;
  readonly description: string;
  /** Allowed values, the first being the default. */
  readonly choices?: readonly string[];
  readonly parse?: (text: string, earlier: never) => unknown;
  /**
   * What the configuration file may give it besides text, or a list of it where it may be given several times: a
   * number, an object of keys and values, or true and false (`switch`: a flag whose value may be omitted). A flag
   * without a value takes true and false alone.
   */
  readonly json?: 'number' | 'pairs' | 'switch';
  /** The default, and its text in the help; empty where there is nothing to tell. */
  readonly preset?: readonly [value: unknown, text: string];
}

/** Flags by the heading they stand under in the help. */
export type FlagGroups = Readonly<Record<string, readonly FlagRow[]>>;

/** The same flags, with other rows in place of those of the same name. */
export function withRows(groups: FlagGroups, rows: readonly FlagRow[]): FlagGroups {
  const nameOf = ({ flags }: FlagRow): string => flags.split(' ')[0] ?? flags;
  const replaced = (row: FlagRow): FlagRow => rows.find((other) => nameOf(other) === nameOf(row)) ?? row;
  return Object.fromEntries(Object.entries(groups).map(([heading, group]) => [heading, group.map(replaced)]));
}
