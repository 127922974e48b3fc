/** One flag of the command line, the environment and the configuration file. */
export interface FlagRow {
  readonly flags: string;
  readonly description: string;
  /** Allowed values, the first being the default. */
  readonly choices?: readonly string[];
  readonly parse?: (text: string, earlier: never) => unknown;
  /** The default, and its text in the help; empty where there is nothing to tell. */
  readonly preset?: readonly [value: unknown, text: string];
}

/** Flags by the heading they stand under in the help. */
export type FlagGroups = Readonly<Record<string, readonly FlagRow[]>>;
