/**
 * The kind of a setting's value: how its text, from any source, is parsed and shown, and which JSON the configuration
 * file may have.
 */
export interface Kind<T> {
  /** @throws InvalidArgumentError that says what was expected */
  readonly parse: (text: string, earlier?: T) => T;
  /** The same for an element of a list in the configuration file, if `parse` would take it apart. */
  readonly parseElement?: (text: string, earlier?: T) => T;
  /** The value as typed after its flag; '' for a switch that is on. */
  readonly show: (value: T) => string;
  /** Its JSON in the configuration file. */
  readonly json: JsonForm;
  /** The words to choose from. */
  readonly choices?: readonly string[];
}

/**
 * The JSON forms of a value in the configuration file.
 *
 * - `text`: a string; `number`: a number or a string
 * - `list`, `numbers`: the same, or a list of them, if the flag may be given several times
 * - `pairs`: a string, a list of strings, or an object of strings
 * - `switch`: true or false; `optional-word`: true, false or a string
 */
export type JsonForm = 'text' | 'number' | 'list' | 'numbers' | 'pairs' | 'switch' | 'optional-word';

/** One setting: a flag, an environment variable and a key of the configuration file. */
export interface Setting<T = unknown> {
  /** For the help, for example `--grace <intervals>`. */
  readonly flags: string;
  /** Names the default in parentheses if it depends on other settings; a fixed default is appended. */
  readonly help: string;
  readonly kind: Kind<T>;
  readonly default?: T | null;
  /**
   * What the setting affects, and so whether it may change when a run is resumed: `results`: never; `serving`: only if
   * results do not depend on how work is cut. Absent: always.
   */
  readonly changes?: 'results' | 'serving';
  /** Of a flag whose value is optional; another value must be attached with `=`. */
  readonly optional?: OptionalValue;
}

export interface OptionalValue {
  /** The value of the flag alone. */
  readonly alone: string;
  /** A value that may also be the next argument. */
  readonly word?: string;
}

/** Settings by their name in the program, which includes the unit. */
export type Settings = Readonly<Record<string, AnySetting>>;
/** Settings by heading in the help. */
export type SettingGroups = Readonly<Record<string, Settings>>;

// A kind both accepts and returns its type, so only `never` as parameter and `unknown` as result fit all kinds.
interface AnySetting extends Omit<Setting, 'kind' | 'default'> {
  readonly kind: AnyKind;
  readonly default?: unknown;
}
export interface AnyKind extends Omit<Kind<unknown>, 'parse' | 'parseElement' | 'show'> {
  readonly parse: (text: string, earlier?: never) => unknown;
  readonly parseElement?: (text: string, earlier?: never) => unknown;
  readonly show: (value: never) => string;
}

/** The values of settings; those without a default are optional. */
export type ValuesOf<S extends Settings> = {
  readonly [Name in keyof S as S[Name] extends { readonly default: unknown } ? Name : never]: ValueOf<
    S[Name]
  >;
} & {
  readonly [Name in keyof S as S[Name] extends { readonly default: unknown } ? never : Name]?: ValueOf<
    S[Name]
  >;
};

type ValueOf<S extends AnySetting> =
  (S['kind'] extends Kind<infer T> ? T : never) | (S extends { readonly default: null } ? null : never);

/** A flag without dashes and value: `--grace <intervals>` → `grace`. */
export function flagName({ flags }: Pick<AnySetting, 'flags'>): string {
  return flags.slice(2).split(/[ =]/)[0] ?? flags;
}

/** The values of some of the settings. */
export function pick<S extends Settings>(settings: S, values: ValuesOf<S>): ValuesOf<S> {
  const entries = Object.entries(values).filter(([name]) => Object.hasOwn(settings, name));
  return Object.fromEntries(entries) as ValuesOf<S>;
}
