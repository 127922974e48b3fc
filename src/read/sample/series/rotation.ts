import { basename, dirname, resolve } from 'node:path';

/** Names of recordings end in one of these, perhaps packed. */
const ROTATED =
  /^(?<name>.+\.(?:csv|tsv|jsonl|ndjson|json|txt|log))[.-](?<suffix>\d{1,3}|\d{4}-?\d\d-?\d\d(?:[T_.-]?\d\d)*)$/i;

interface RotatedName {
  /** The path that the file had before it was rotated. */
  readonly path: string;
  /** A number, or a date; null: it is the current file. */
  readonly suffix: string | null;
}

/** Files of one recording that a program like logrotate renamed: `a.csv.2.gz`, `a.csv.1`, and perhaps `a.csv`. */
export interface RotatedFiles {
  /** The path of the current file, absolute. */
  readonly path: string;
  /** Indexes of the inputs, oldest first. */
  readonly inputs: readonly number[];
}

/** Groups of rotated files among the inputs; a file that belongs to no other is in none. */
export function rotatedFiles(inputs: readonly string[]): RotatedFiles[] {
  const groups = new Map<string, { index: number; suffix: string | null }[]>();
  for (const [index, input] of inputs.entries()) {
    if (input === '-') continue;
    const { path, suffix } = nameBefore(input);
    const group = groups.get(path) ?? [];
    groups.set(path, [...group, { index, suffix }]);
  }
  return [...groups].flatMap(([path, files]) => {
    // A file beside its packed copy is no series.
    const isClear = new Set(files.map(({ suffix }) => suffix)).size === files.length;
    if (files.length < 2 || !isClear) return [];
    const oldestFirst = files.sort((a, b) => byAge(a.suffix, b.suffix));
    return [{ path, inputs: oldestFirst.map(({ index }) => index) }];
  });
}

/** Whether one path is that of the other before or after files were rotated. */
export function areOfOneRotation(a: string, b: string): boolean {
  return a !== '-' && b !== '-' && nameBefore(a).path === nameBefore(b).path;
}

function nameBefore(input: string): RotatedName {
  const path = resolve(input);
  const base = basename(path).replace(/\.gz$/i, '');
  const { name = base, suffix = null } = ROTATED.exec(base)?.groups ?? {};
  return { path: resolve(dirname(path), name), suffix };
}

/** Numbers count up with age, dates down; the current file is the youngest. */
function byAge(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const [isDateA, isDateB] = [isDate(a), isDate(b)];
  if (isDateA !== isDateB) return Number(isDateB) - Number(isDateA);
  if (!isDateA) return Number(b) - Number(a);
  return digitsOf(a) < digitsOf(b) ? -1 : 1;
}

function isDate(suffix: string): boolean {
  return suffix.length > 3;
}

function digitsOf(suffix: string): string {
  return suffix.replaceAll(/\D/g, '');
}
