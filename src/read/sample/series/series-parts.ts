import { DATE_FORMS, dateIn, mayBegin, type PathDate } from './path-dates.js';

/** A file, or a series of them, without a target column, as samples show it. */
export interface PartFile {
  /** Indexes of its inputs. */
  readonly inputs: readonly number[];
  /** Below the folder that all of them share, without extension. */
  readonly path: string;
  /** Columns of numbers. */
  readonly columns: ReadonlySet<string>;
  /** The first time, and the last one that the sample shows, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

interface DatedFile {
  readonly file: PartFile;
  /** Of its name; null: the current file has none. */
  readonly date: PathDate | null;
  readonly rest: string;
}

/**
 * Joins files that are parts of one series by the dates in their names: they differ in nothing else, the records of
 * each begin about at its date, and their times follow one another. The others stay as they are.
 */
export function joinDates(files: readonly PartFile[]): PartFile[] {
  for (let form = 0; form < DATE_FORMS; form++) {
    const joined = joinForm(files, form);
    if (joined !== null) return joined;
  }
  return [...files];
}

/** Null: no files are parts of one series by dates of this form. */
function joinForm(files: readonly PartFile[], form: number): PartFile[] | null {
  const dated = files.flatMap((file): DatedFile[] => {
    const date = dateIn(file.path, form);
    return date === null ? [] : [{ file, date, rest: date.rest }];
  });
  const groups = numberedGroups(dated) ?? groupBy(dated, ({ rest }) => rest);
  const current = (path: string): DatedFile[] =>
    files.filter((file) => file.path === path).map((file) => ({ file, date: null, rest: path }));
  const whole = [...groups].map(([path, parts]) => ({ path, parts: [...parts, ...current(path)] }));
  const certain = whole.filter(({ parts }) => areParts(parts));
  if (certain.length === 0) return null;
  const gapMs = Math.min(...certain.map(({ parts }) => gapOf(parts)));
  const columns = new Set(certain.flatMap(({ parts }) => parts.flatMap(({ file }) => [...file.columns])));
  const alone = whole.filter(
    ({ parts: [part, ...others] }) =>
      part !== undefined &&
      others.length === 0 &&
      beginsThen(part, gapMs) &&
      sharesColumn(part.file, columns),
  );
  const joined = [...certain, ...alone].map(({ path, parts }) => join(path, parts));
  const inputs = new Set(joined.flatMap((file) => file.inputs));
  return [...joined, ...files.filter((file) => !file.inputs.some((input) => inputs.has(input)))];
}

/**
 * Groups in which a number counts the files of each date, as in `load.2018-05-01.0.csv load.2018-05-01.1.csv`; null:
 * it names hosts, or there is none.
 */
function numberedGroups(dated: readonly DatedFile[]): Map<string, DatedFile[]> | null {
  const groups = groupBy(dated, ({ rest }) => rest.replace(/[-_.]?\d{1,4}$/, ''));
  const counts = [...groups.values()].every((parts) => {
    const dates = new Set(parts.map(timeOf));
    const numbers = new Set(parts.map(({ rest }) => rest));
    return numbers.size > 1 && dates.size < parts.length && areParts(parts);
  });
  return counts && groups.size > 0 ? groups : null;
}

/** Whether files are parts of one series, in the order of their dates. */
function areParts(parts: readonly DatedFile[]): boolean {
  const gapMs = gapOf(parts);
  if (parts.length < 2 || gapMs === Infinity) return false;
  const columns = parts[0]!.file.columns;
  const sorted = inOrder(parts);
  return sorted.every((part, i) => {
    const before = sorted[i - 1];
    const follows =
      before === undefined || (timeOf(before) <= timeOf(part) && before.file.toMs <= part.file.fromMs);
    return follows && beginsThen(part, gapMs) && sharesColumn(part.file, columns);
  });
}

function inOrder(parts: readonly DatedFile[]): DatedFile[] {
  return [...parts].sort((a, b) => a.file.fromMs - b.file.fromMs);
}

function beginsThen({ file, date }: DatedFile, gapMs: number): boolean {
  return date === null || mayBegin(date, file.fromMs, gapMs);
}

/** The current file comes after all others. */
function timeOf({ date }: DatedFile): number {
  return date?.timeMs ?? Infinity;
}

/** The shortest time from one date to the next, ms; Infinity: they have one date. */
function gapOf(parts: readonly DatedFile[]): number {
  const dates = parts.map(timeOf).filter(Number.isFinite);
  const sorted = [...new Set(dates)].sort((a, b) => a - b);
  return Math.min(...sorted.slice(1).map((dateMs, i) => dateMs - sorted[i]!));
}

function sharesColumn(file: PartFile, columns: ReadonlySet<string>): boolean {
  return [...file.columns].some((name) => columns.has(name));
}

function join(path: string, parts: readonly DatedFile[]): PartFile {
  return joinFiles(
    path,
    inOrder(parts).map(({ file }) => file),
  );
}

function joinFiles(path: string, files: readonly PartFile[]): PartFile {
  return {
    inputs: files.flatMap(({ inputs }) => inputs),
    path: path === '' ? 'all' : path,
    columns: new Set(files.flatMap(({ columns }) => [...columns])),
    fromMs: Math.min(...files.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...files.map(({ toMs }) => toMs)),
  };
}

/**
 * Joins files with the metrics of one host each, where several hosts have such files: in a folder per host, or named by
 * the host and the only column. The others stay as they are.
 */
export function joinMetrics(files: readonly PartFile[]): PartFile[] {
  return joinBy(files, restWithoutColumn) ?? joinBy(files, folderOf) ?? [...files];
}

/** Null: the files of no two hosts, which `hostOf` says, have different columns. */
function joinBy(files: readonly PartFile[], hostOf: (file: PartFile) => string | null): PartFile[] | null {
  const named = files.flatMap((file) => {
    const host = hostOf(file);
    return host === null || host === '' ? [] : [{ file, host }];
  });
  const groups = [...groupBy(named, ({ host }) => host)].map(([path, members]) => ({
    path,
    members: members.map(({ file }) => file),
  }));
  const several = groups.filter(({ members }) => members.length > 1);
  if (several.length < 2 || !several.every(({ members }) => areMetrics(members))) return null;
  const kinds = several.map(({ members }) => new Set(members.flatMap(({ columns }) => [...columns])));
  const isShared = kinds.every((kind, i) =>
    kinds.some((other, j) => i !== j && [...kind].some((name) => other.has(name))),
  );
  if (!isShared) return null;
  const all = new Set(kinds.flatMap((kind) => [...kind]));
  const alone = groups.filter(({ members }) => members.length === 1 && sharesColumn(members[0]!, all));
  const joined = [...several, ...alone].map(({ path, members }) => joinFiles(path, members));
  const inputs = new Set(joined.flatMap((file) => file.inputs));
  return [...joined, ...files.filter((file) => !file.inputs.some((input) => inputs.has(input)))];
}

/** Whether files have times in common, and each of them columns that no other has. */
function areMetrics(files: readonly PartFile[]): boolean {
  const counts = new Map<string, number>();
  for (const name of files.flatMap(({ columns }) => [...columns]))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  const hasOwn = files.every(({ columns }) => [...columns].some((name) => counts.get(name) === 1));
  const areOwnOrShared = [...counts.values()].every((count) => count === 1 || count === files.length);
  const latest = Math.max(...files.map(({ fromMs }) => fromMs));
  const earliest = Math.min(...files.map(({ toMs }) => toMs));
  return hasOwn && areOwnOrShared && latest <= earliest;
}

/**
 * The path of a file that is called by its only column, or by a word of all its columns, without it; null: it is not.
 */
function restWithoutColumn({ path, columns }: PartFile): string | null {
  const [first = '', ...others] = columns;
  const words = wordsOf(first).filter((word) => others.every((name) => wordsOf(name).includes(word)));
  for (const wanted of others.length === 0 ? [first, ...words] : words) {
    const rest = withoutPart(path, wanted);
    if (rest !== null) return rest;
  }
  return null;
}

function wordsOf(name: string): string[] {
  return name.split(/[^\p{L}\d]+/u);
}

/** A path without a part that is called so, whatever its case, and without the mark beside it; null: it has none. */
export function withoutPart(path: string, wanted: string): string | null {
  const parts = path.split(/([-_./ ]+)/);
  for (let from = 0; from < parts.length; from += 2) {
    for (let to = parts.length; to > from; to -= 2) {
      if (parts.slice(from, to).join('').toLowerCase() !== wanted.toLowerCase()) continue;
      const [before, after] = [parts.slice(0, Math.max(0, from - 1)), parts.slice(to + 1)];
      const mark = before.length > 0 && after.length > 0 ? (parts[to] ?? '') : '';
      return [...before, mark, ...after].join('');
    }
  }
  return null;
}

function folderOf({ path }: PartFile): string | null {
  const at = path.lastIndexOf('/');
  return at < 0 ? null : path.slice(0, at);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
