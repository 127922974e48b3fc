/** What a field of a file is for; 0 and above: the metric column of that index. */
export const ROLE = {
  time: -1,
  target: -2,
  label: -3,
  /** Text, or nameless: never looked at. */
  ignored: -4,
  /** Had no value in the sample, so it stayed out; counted if it gets one. */
  late: -5,
} as const;

export type FileFormat = 'csv' | 'jsonl';
export type Layout = 'rows' | 'batches';

/** How one file is to be read. */
export interface FilePlan {
  readonly file: string;
  readonly format: FileFormat;
  readonly layout: Layout;
  /** CSV only. */
  readonly delimiter: string;
  /** CSV only: the names of the header, as they stand there. */
  readonly header: readonly string[];
  /** What its records are called when no field names their target. */
  readonly series: string;
  readonly timeField: string;
  readonly targetField: string | null;
  readonly labelField: string | null;
  /** Field name → index into the recording's columns, or one of `ROLE`. */
  readonly roles: ReadonlyMap<string, number>;
  /** The recording's columns. */
  readonly columns: readonly string[];
}

/** Names beyond this many are counted together: a file may make up new ones for ever. */
const MAX_LATE_NAMES = 100;
/** The name under which those are counted. */
export const OTHER_FIELDS = '(others)';

/** Counts the records, rejected ones not, that had a value in a field which the sample did not show. */
export class LateFields {
  /** Called when a field is counted for the first time; of those that are counted together, once. */
  onFirst: (field: string) => void = () => undefined;
  readonly #counts = new Map<string, number>();
  /** Of the record that is being read. */
  readonly #seen: string[] = [];

  see(field: string): void {
    this.#seen.push(field);
  }

  /** The record in which they were seen is accepted. */
  accept(): void {
    if (this.#seen.length === 0) return; // almost always
    for (const field of this.#seen) this.#count(field);
    this.forget();
  }

  /** It was rejected, or is not selected. */
  forget(): void {
    if (this.#seen.length > 0) this.#seen.length = 0;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  #count(field: string): void {
    const known = this.#counts.has(field) || this.#counts.size < MAX_LATE_NAMES;
    const name = known ? field : OTHER_FIELDS;
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, before + 1);
    if (before === 0) this.onFirst(name);
  }
}
