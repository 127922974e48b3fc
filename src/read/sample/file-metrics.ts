import { metricWordsOf } from './metric-words.js';
import { DATE_FORMS, dateIn } from './path-dates.js';
import { areOfSamePlaces } from './shared-places.js';
import type { SampledPlaces } from './shared-places.js';

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

/** The same metric for files that share its words: `cpu` for `cpu-web` and `cpu-db`, unless they have the same places. */
export function joinParts<T extends NamedFile>(files: readonly T[]): T[] {
  return files.map((file) => {
    const parts = files.filter((other) => keyOf(other) === keyOf(file));
    if (parts.length === 1 || files.length === parts.length || haveSamePlaces(parts)) return file;
    const shared = wordsIn(file.name).filter((word) =>
      parts.every(({ name }) => wordsIn(name).includes(word)),
    );
    return shared.length === 0 ? file : { ...file, name: shared.join(markIn(file.name)) };
  });
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

function haveSamePlaces(files: readonly NamedFile[]): boolean {
  return pairsOf(files).some(([a, b]) => areOfSamePlaces(a.places, b.places));
}
