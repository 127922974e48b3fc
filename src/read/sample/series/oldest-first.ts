import { resolve } from 'node:path';
import { DATE_FORMS, belowFolder, dateIn, sharedFolder } from './path-dates.js';
import { rotatedFiles } from './rotation.js';

/**
 * The inputs with the parts of each recording in order of age: rotated files, and files whose names differ only in the
 * date. How they are listed makes no difference then to which of their duplicates is the first or the last.
 */
export function oldestFirst(inputs: readonly string[]): string[] {
  const rotated = rotatedFiles(inputs).map((group) => group.inputs);
  const inRotation = new Set(rotated.flat());
  const others = [...inputs.keys()].filter((i) => inputs[i] !== '-' && !inRotation.has(i));
  const ordered = [...inputs];
  for (const byAge of [...rotated, ...datedFiles(inputs, others)]) {
    const places = byAge.toSorted((a, b) => a - b);
    for (const [i, place] of places.entries()) ordered[place] = inputs[byAge[i]!]!;
  }
  return ordered;
}

/** Groups of files whose names differ only in the date, oldest first: dates of the form that most of them have. */
function datedFiles(inputs: readonly string[], of: readonly number[]): number[][] {
  const paths = new Map(of.map((i) => [i, resolve(inputs[i]!)]));
  const top = sharedFolder([...paths.values()]);
  const files = [...paths].map(([input, path]) => ({ input, path: belowFolder(top, path) }));
  const forms = Array.from({ length: DATE_FORMS }, (_, form) => groupsByDate(files, form));
  return forms.reduce((most, groups) => (groups.flat().length > most.flat().length ? groups : most));
}

interface InputPath {
  readonly input: number;
  readonly path: string;
}

function groupsByDate(files: readonly InputPath[], form: number): number[][] {
  const groups = new Map<string, { readonly file: InputPath; readonly timeMs: number }[]>();
  for (const file of files) {
    // The current file, which has no date, is the youngest.
    const { rest, timeMs } = dateIn(file.path, form) ?? { rest: file.path, timeMs: Infinity };
    const group = groups.get(rest) ?? [];
    group.push({ file, timeMs });
    groups.set(rest, group);
  }
  return [...groups.values()]
    .filter((group) => new Set(group.map(({ timeMs }) => timeMs)).size > 1)
    .map((group) => group.sort((a, b) => a.timeMs - b.timeMs || (a.file.path < b.file.path ? -1 : 1)))
    .map((group) => group.map(({ file }) => file.input));
}
