import { AiopsError } from '../../core/errors.js';
import type { ReadOptions } from '../options.js';
import { listNames, newName } from './names.js';

/**
 * The field that a flag names: as in the file or after `--map`, else without regard to case; null: there is none.
 */
export function namedField(wanted: string, names: readonly string[], options: ReadOptions): string | null {
  const lower = wanted.toLowerCase();
  return (
    names.find((name) => name === wanted || newName(name, options) === wanted) ??
    names.find((name) => name.toLowerCase() === lower) ??
    null
  );
}

/** @throws AiopsError `input_unusable` if there is no field of the name that `flag` gives */
export function requireField(
  wanted: string,
  { file, names, flag }: { readonly file: string; readonly names: readonly string[]; readonly flag: string },
  options: ReadOptions,
): string {
  const found = namedField(wanted, names, options);
  if (found !== null) return found;
  throw new AiopsError(
    'input_unusable',
    `${file} has no column ${listNames([wanted])}: saw ${listNames(names)}`,
    {
      hint: `give ${flag} the name as it is in the file`,
    },
  );
}

/** The first field with a usual name, compared without case after `--map`; names with another meaning are taken. */
export function usualField(
  usual: readonly string[],
  names: readonly string[],
  taken: ReadonlySet<string>,
  options: ReadOptions,
): string | null {
  const free = names.filter((name) => !taken.has(name) && !taken.has(newName(name, options)));
  for (const each of usual) {
    const found = free.find((name) => newName(name, options).toLowerCase() === each);
    if (found !== undefined) return found;
  }
  return null;
}
