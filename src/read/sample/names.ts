import { oneLine } from '../../core/one-line.js';
import type { ReadOptions } from '../options.js';

/** `--map` inverted, name in the file → new name: every field of every file looks its name up. */
const RENAMED = new WeakMap<ReadOptions['map'], ReadonlyMap<string, string>>();

/** The name of a field after `--map`. */
export function newName(field: string, { map }: Pick<ReadOptions, 'map'>): string {
  let renamed = RENAMED.get(map);
  if (renamed === undefined) {
    // Reversed, so that the first of several new names for one field wins.
    renamed = new Map(
      Object.entries(map)
        .map(([name, old]) => [old, name] as const)
        .reverse(),
    );
    RENAMED.set(map, renamed);
  }
  return renamed.get(field) ?? field;
}

/** A name without case, blanks and marks, to compare it. */
export function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\d]/gu, '');
}

/** A list of names for a message, cut if it would be too long to read. */
export function listNames(names: readonly string[], most = 12): string {
  if (names.length === 0) return 'nothing';
  const shown = names.slice(0, most).map((name) => (name === '' ? '(nameless)' : oneLine(name)));
  return shown.join(', ') + (names.length > most ? `, … (${names.length - most} more)` : '');
}

/** A name as typed after a flag that takes names separated by commas, in a shell. */
export function quoteName(name: string): string {
  const listed =
    name === '' || /[,"]/.test(name) || name !== name.trim() ? `"${name.replaceAll('"', '""')}"` : name;
  return inShell(listed);
}

/** A text as typed in a shell. */
export function inShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
