/**
 * What a value of a setting is: how its text is read and shown again, and which JSON the configuration file takes
 * for it. Text comes from the command line, the environment or the configuration file.
 */
export interface Kind<T> {
  /** @throws InvalidArgumentError that says what was expected */
  readonly parse: (text: string, earlier?: T) => T;
  /** The value as one would type it after its flag; '' for a switch that is on. */
  readonly show: (value: T) => string;
  /** How the configuration file may write it. */
  readonly json: JsonForm;
  /** The words to choose from. */
  readonly choices?: readonly string[];
}

/**
 * The JSON forms of a value in the configuration file.
 *
 * - `text`: a string; `number`: a number or a string
 * - `list`, `numbers`: the same, or a list of them, as the flag may be given several times
 * - `pairs`: a string, a list of strings, or an object of strings
 * - `switch`: true or false; `optional-word`: true, false or a string
 */
export type JsonForm = 'text' | 'number' | 'list' | 'numbers' | 'pairs' | 'switch' | 'optional-word';

/** One setting: a flag, an environment variable and a key of the configuration file. */
export interface Setting<T = unknown> {
  /** As the help shows it, for example `--grace <intervals>`. */
  readonly flags: string;
  /** Names the default in parentheses if it depends on other things; a fixed default is appended. */
  readonly help: string;
  readonly kind: Kind<T>;
  readonly default?: T | null;
  /**
   * What a change of it changes, so that a resumed run must not have another: `results` always, `serving` only where
   * results depend on how work is cut. Absent: neither.
   */
  readonly changes?: 'results' | 'serving';
}

/** Settings by the name they have in the program, which carries the unit. */
export type Settings = Readonly<Record<string, AnySetting>>;
/** Settings by the heading of the help that they stand under. */
export type SettingGroups = Readonly<Record<string, Settings>>;

// A kind both takes and gives its type, so that no type but `any` stands for all of them; `never` and `unknown` in
// the right places do.
interface AnySetting extends Omit<Setting, 'kind' | 'default'> {
  readonly kind: AnyKind;
  readonly default?: unknown;
}
export interface AnyKind extends Omit<Kind<unknown>, 'parse' | 'show'> {
  readonly parse: (text: string, earlier?: never) => unknown;
  readonly show: (value: never) => string;
}

/** The values of settings; one without a default is absent unless it is given. */
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

/** A flag without its dashes and its value: `--grace <intervals>` → `grace`. */
export function flagName({ flags }: Pick<AnySetting, 'flags'>): string {
  return flags.slice(2).split(/[ =]/)[0] ?? flags;
}

/** The values of some settings, taken from those of all. */
export function pick<S extends Settings>(settings: S, values: ValuesOf<S>): ValuesOf<S> {
  const entries = Object.entries(values).filter(([name]) => Object.hasOwn(settings, name));
  return Object.fromEntries(entries) as ValuesOf<S>;
}
