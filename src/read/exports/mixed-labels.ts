import { AiopsError } from '../../core/errors.js';
import type { ReadOptions } from '../options.js';
import { oneLine } from '../../core/one-line.js';
import { shellWord } from '../../core/shell-word.js';

/** Series, and the names of their labels. */
export interface Labelled {
  readonly what: string;
  readonly names: readonly string[];
}

/** The labels that `--target-column` names, by their names in the file; null: it is not given, so all of them count. */
export function givenLabels({ targetColumns, map }: ReadOptions): readonly string[] | null {
  if (targetColumns === undefined) return null;
  return targetColumns[0] === 'none' ? [] : targetColumns.map((name) => map[name] ?? name);
}

/** What `--target-column` is by default. */
export function byLabels(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ['none'] : names;
}

/** Series whose labels differ are no targets of one kind; `remedy` takes one kind out of the file. */
export function mixedLabels(file: string, [a, b]: readonly [Labelled, Labelled], remedy: string): AiopsError {
  const shared = a.names.filter((name) => b.names.includes(name));
  const flag =
    shared.length === 0
      ? ''
      : `; or name the labels that all have, if they distinguish the targets: --target-column ${shellWord(shared.join(','))}`;
  return new AiopsError(
    'input_unusable',
    `${file} mixes targets with different labels: ${oneLine(a.what)} has ${labels(a)}, but ${oneLine(b.what)} has ${labels(b)}`,
    { hint: `${remedy}${flag}` },
  );
}

function labels({ names }: Labelled): string {
  return names.length === 0 ? 'none' : listed(names);
}

/** Names for a message, cut if there are too many to read. */
export function listed(names: readonly string[], most = 12): string {
  const rest = names.length - most;
  return names.slice(0, most).map(oneLine).join(', ') + (rest > 0 ? `, … (${rest} more)` : '');
}
