import { basename, dirname, resolve, sep } from 'node:path';
import { STDIN_NAME } from '../../shared/stdin-name.js';
import { rotatedFiles } from './rotation.js';

/** A path without the ending that only says how a file is read. */
export function withoutExtension(path: string): string {
  return path.replace(/\.gz$/i, '').replace(EXTENSION, '');
}

const EXTENSION = /(?<=.)\.(?:csv|tsv|jsonl|ndjson|json|txt|log)$/i;

/** A file, or the files of a rotated one. */
interface SeriesFile {
  readonly inputs: readonly number[];
  /** From the root. */
  readonly folders: readonly string[];
  readonly file: string;
  stem: string;
}

/** Inputs that are parts of one series, which is called as a file without extension at this path, absolute. */
export interface SeriesParts {
  readonly inputs: readonly number[];
  readonly path: string;
}

/**
 * What to call the series of each input, should its records name no target: its file name without extension, after the
 * folders that distinguish it from the others. Rotated files are one series, and so are those of each of the `parts`.
 */
export function seriesNames(inputs: readonly string[], parts: readonly SeriesParts[] = []): string[] {
  const files = seriesFiles(inputs, parts);
  nameWithExtension(files);
  const names = new Array<string>(inputs.length).fill('');
  for (const group of groupsBy(files, ({ stem }) => stem)) {
    const folders = distinctFolders(group.map((file) => file.folders));
    for (const [i, file] of group.entries()) {
      const name = [...folders[i]!, file.stem].join('/');
      for (const input of file.inputs) names[input] = name;
    }
  }
  return names;
}

function seriesFiles(inputs: readonly string[], parts: readonly SeriesParts[]): SeriesFile[] {
  const arePart = new Set(parts.flatMap((part) => part.inputs));
  const rotated = rotatedFiles(inputs).filter((group) => !group.inputs.some((index) => arePart.has(index)));
  const isRotated = new Set(rotated.flatMap((group) => group.inputs));
  const others = [...inputs.keys()].filter((index) => !isRotated.has(index) && !arePart.has(index));
  // A pipe may be named twice.
  const byPath = groupsBy(others, (index) => (inputs[index] === '-' ? '-' : resolve(inputs[index]!)));
  return [
    ...parts.map((part) => partsFile(part)),
    ...rotated.map((group) => seriesFile(group.path, group.inputs)),
    ...byPath.map((group) => seriesFile(inputs[group[0]!]!, group)),
  ];
}

function partsFile({ path, inputs }: SeriesParts): SeriesFile {
  const name = basename(path);
  return { inputs, folders: dirname(path).split(sep), file: name, stem: name };
}

function seriesFile(input: string, inputs: readonly number[]): SeriesFile {
  if (input === '-') return { inputs, folders: [], file: STDIN_NAME, stem: STDIN_NAME };
  const path = resolve(input);
  const file = basename(path);
  return { inputs, folders: dirname(path).split(sep), file, stem: withoutExtension(file) };
}

/** Files of one folder that differ in nothing but their extensions keep them. */
function nameWithExtension(files: readonly SeriesFile[]): void {
  for (;;) {
    const same = groupsBy(files, ({ folders, stem }) => [...folders, stem].join(sep));
    const unclear = same
      .filter(({ length }) => length > 1)
      .flat()
      .filter(({ stem, file }) => stem !== file);
    if (unclear.length === 0) return;
    for (const file of unclear) file.stem = file.file;
  }
}

/** For each list of folders, all different, the last ones that distinguish it: as many of each, where it has them. */
function distinctFolders(all: readonly (readonly string[])[]): (readonly string[])[] {
  const [first = []] = all;
  let shared = 0;
  while (shared < first.length && all.every((folders) => folders[shared] === first[shared])) shared++;
  const different = all.map((folders) => folders.slice(shared));
  const longest = Math.max(...different.map(({ length }) => length));
  for (let count = 0; ; count++) {
    const last = different.map((folders) => folders.slice(Math.max(0, folders.length - count)));
    const isClear = new Set(last.map((folders) => folders.join(sep))).size === all.length;
    if (isClear || count === longest) return last;
  }
}

function groupsBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}
