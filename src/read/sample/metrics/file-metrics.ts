import { metricWordsOf } from './metric-words.js';
import { DATE_FORMS, dateIn } from '../series/path-dates.js';
import { areOfSamePlaces, type SampledPlaces } from './shared-places.js';

/** A file that is called by its metric, perhaps. */
export interface NamedFile {
  readonly name: string;
  readonly places: SampledPlaces;
}

const COPY_MARKS = /(?:[-_. ]*(?:\(\d+\)|\(?copy(?: ?\d+)?\)?|bak|orig|~))+$/i;
/** What exports are called, behind the metric. */
const GENERAL_END = /[-_. /](?:data|exports?|values?|metrics?)$/i;

/** The name of a file without dates, marks of copies and words that every file may have. */
export function plainFileName(name: string): string {
  const undated = withoutDates(name.replace(COPY_MARKS, ''));
  return undated.replace(GENERAL_END, '') || undated || name;
}

function withoutDates(name: string): string {
  let rest = name;
  for (let form = 0; form < DATE_FORMS; form++) rest = dateIn(rest, form)?.rest || rest;
  return rest;
}

/**
 * The same metric for files that share its words: `cpu` for `cpu-web` and `cpu-db`, unless they have the same places.
 */
export function joinParts<T extends NamedFile>(files: readonly T[]): T[] {
  return inGroups(files, keyOf, (parts) => {
    if (parts.length === 1 || files.length === parts.length || haveSamePlaces(parts)) return parts;
    const words = parts.map(({ name }) => new Set(wordsIn(name)));
    const shared = [...words[0]!].filter((word) => words.every((each) => each.has(word)));
    if (shared.length === 0) return parts;
    return parts.map((file) => ({ ...file, name: shared.join(markIn(file.name)) }));
  });
}

/** Files in their order, after those that have a key in common were changed together. */
export function inGroups<T>(
  files: readonly T[],
  keyOf: (file: T) => string,
  change: (group: readonly T[], key: string) => readonly T[],
): T[] {
  const places = new Map<string, number[]>();
  for (const [i, file] of files.entries()) {
    const key = keyOf(file);
    const group = places.get(key);
    if (group === undefined) places.set(key, [i]);
    else group.push(i);
  }
  const changed = [...files];
  for (const [key, group] of places) {
    const after = change(
      group.map((i) => files[i]!),
      key,
    );
    for (const [n, i] of group.entries()) changed[i] = after[n]!;
  }
  return changed;
}

/** Whether most of several names say a metric, each another one. */
export function sayMetrics(files: readonly NamedFile[]): boolean {
  const names = [...new Set(files.map(({ name }) => name))];
  const keys = names.map((name) => metricWordsOf(name).join(' '));
  const said = keys.filter((key) => key !== '');
  return 2 * said.length > names.length && new Set(said).size === said.length;
}

/** The words that say the metric, or the whole name. */
function keyOf({ name }: NamedFile): string {
  return metricWordsOf(name).join(' ') || name;
}

function wordsIn(name: string): string[] {
  return name.split(/[-_. /]+/);
}

function markIn(name: string): string {
  return /[-_. ]/.exec(name)?.[0] ?? '-';
}

/** So many files are compared with all others, which are enough to show what a file is. */
const MOST_COMPARED = 32;

export function pairsOf<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.slice(0, MOST_COMPARED).flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}

/** Whether two of the files have records of the same targets and times. */
export function haveSamePlaces(files: readonly NamedFile[]): boolean {
  return pairsOf(files).some(([a, b]) => areOfSamePlaces(a.places, b.places));
}
