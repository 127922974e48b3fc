import { AiopsError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { ParseTime } from '../../core/time.js';
import type { Reject } from '../../core/types.js';
import { csvRecord, findDelimiter, headerRules } from '../lines/csv-record.js';
import { isObject, own, parseJsonLine } from '../lines/json-text.js';
import type { JsonObject } from '../lines/json-text.js';
import { LineCursor } from '../lines/lines.js';
import type { TextBlock } from '../lines/lines.js';
import type { FileFormat, Layout } from '../lines/plan.js';
import type { BlockReader } from '../lines/records.js';
import type { ReadOptions } from '../options.js';

/** Usual names of these fields, best first; compared without case. */
const USUAL_NAMES = {
  time: ['timestamp', 'time', 'ts', 'minute', '@timestamp'],
  target: ['target', 'target_id', 'host', 'instance', 'service', 'name', 'id'],
  label: ['label', 'anomaly', 'is_anomaly'],
} as const;

/** The fields of a file that are not metrics, by their names in the file. */
export interface NamedFields {
  readonly time: string;
  readonly target: string | null;
  readonly label: string | null;
}

/** Rows of JSON that show the names of time, target and label. */
const NAME_ROWS = 100;
const SHOWN_TEXT = 60;

/** A row of JSON, or an item of a minute-batch with its line. */
interface JsonRow {
  readonly line: JsonObject;
  readonly item: JsonObject;
}

/** Reads the first lines of a file, to learn its format and the names of its fields. */
export class NameReader implements BlockReader {
  readonly cursor: LineCursor;
  /** Whether the names are clear. */
  isDone = false;
  format: FileFormat | null;
  layout: Layout = 'rows';
  delimiter = ',';
  /** CSV only; null: not read yet. */
  header: readonly string[] | null = null;
  /** JSONL only: the beginning of the first line. */
  firstLine = '';
  /** The first line that is too long, or not text. */
  unread: Reject | null = null;
  readonly #options: ReadOptions;
  readonly #parseTime: ParseTime;
  readonly #maxLines: number;
  readonly #rows: JsonRow[] = [];

  /** `format` null: detect it from the first line. Gives up after `maxLines`. */
  constructor(
    file: string,
    format: FileFormat | null,
    options: ReadOptions,
    parseTime: ParseTime,
    maxLines: number,
  ) {
    this.cursor = new LineCursor(file, options.maxLineBytes, (reject) => this.#pass(reject));
    this.format = format;
    this.#options = options;
    this.#parseTime = parseTime;
    this.#maxLines = maxLines;
  }

  read(block: TextBlock, last: boolean): number {
    const { cursor } = this;
    cursor.enter(block);
    while (!this.isDone && cursor.advance()) {
      const line = block.slice(cursor.start, cursor.end);
      this.format ??= /^\s*[[{]/.test(line) ? 'jsonl' : 'csv';
      if (this.format === 'jsonl') {
        this.#json(line);
      } else if (this.header !== null) {
        this.isDone = true; // there is a row
      } else if (!this.#csvHeader(line, last)) {
        cursor.giveBack();
        break;
      }
    }
    return this.isDone ? block.bytes.length : cursor.next;
  }

  /** Whether there is a row whose fields can be named. */
  get hasRow(): boolean {
    return this.format === 'csv' ? this.isDone : this.#rows.length > 0;
  }

  /** @throws AiopsError `input_unusable` if there is no time column, or not one that a flag names */
  fields(): NamedFields {
    const seen = this.header === null ? namesOfRows(this.#rows, this.#parseTime) : namesOfHeader(this.header);
    return findNamedFields(this.cursor.file, seen, this.#options);
  }

  /** False if only the lines of the next block can tell where the header ends. */
  #csvHeader(line: string, last: boolean): boolean {
    this.delimiter = findDelimiter(line);
    const header = csvRecord(this.cursor, headerRules(this.delimiter), last);
    if (header === 'more') return false;
    this.header = 'fields' in header ? header.fields.map((name) => name.trim()) : [line];
    if ('fields' in header) this.cursor.line += header.lines - 1;
    return true;
  }

  #json(text: string): void {
    const { found } = this.cursor;
    if (found === 1) this.firstLine = text.slice(0, SHOWN_TEXT);
    const line = parseJsonLine(text);
    if (isObject(line)) {
      const items = own(line, 'items');
      if (this.#rows.length === 0) this.layout = Array.isArray(items) ? 'batches' : 'rows';
      if (this.layout === 'rows') {
        this.#rows.push({ line, item: line });
      } else if (Array.isArray(items)) {
        for (const item of items as unknown[])
          if (isObject(item) && own(item, 'values') !== undefined) this.#rows.push({ line, item });
      }
    }
    this.isDone = this.#rows.length >= NAME_ROWS || found >= this.#maxLines;
  }

  /** @throws AiopsError `input_unusable` if the line was to be the header */
  #pass(reject: Reject): void {
    const { source, reason, message } = reject;
    this.unread ??= reject;
    if (this.header !== null || this.format === 'jsonl') return;
    throw new AiopsError(
      'input_unusable',
      `${source.file}:${source.line}: the header cannot be read: ${message}`,
      { hint: unreadHint(reason) },
    );
  }
}

/** What to do about a line that is too long, or not text. */
export function unreadHint(reason: Reject['reason']): string {
  return reason === 'line_too_long'
    ? 'a recording has one line per record or per minute: check the line ends, or raise --max-line'
    : 'a recording is UTF-8 text; from Latin-1: iconv -f LATIN1 -t UTF-8';
}

/** The names in a file. */
interface SeenNames {
  /** On its lines. */
  readonly line: readonly string[];
  /** Whether some line has a time under the name. */
  readonly isTime: (name: string) => boolean;
  /** In its records, or items of its batches, if their time is in the field of this name. */
  readonly records: (time: string) => readonly string[];
}

function namesOfHeader(header: readonly string[]): SeenNames {
  return { line: header, isTime: () => true, records: () => header };
}

/** Rows without a time name nothing if there are others. */
function namesOfRows(rows: readonly JsonRow[], parseTime: ParseTime): SeenNames {
  const namesOf = (objects: readonly JsonObject[]): string[] => [...new Set(objects.flatMap(Object.keys))];
  const hasTime = ({ line }: JsonRow, name: string): boolean => {
    const time = own(line, name);
    return (typeof time === 'string' || typeof time === 'number') && !Number.isNaN(parseTime(time));
  };
  return {
    line: namesOf(rows.map(({ line }) => line)),
    isTime: (name) => rows.some((row) => hasTime(row, name)),
    records: (time) => {
      const dated = rows.filter((row) => hasTime(row, time));
      return namesOf((dated.length > 0 ? dated : rows).map(({ item }) => item));
    },
  };
}

/** Finds time, target and label by the flags, otherwise by usual names, after `--map`. */
function findNamedFields(file: string, seen: SeenNames, options: ReadOptions): NamedFields {
  const isUsual = (name: string): boolean =>
    (USUAL_NAMES.time as readonly string[]).includes(newName(name, options).toLowerCase());
  const times = seen.line.filter((name) => isUsual(name) && seen.isTime(name));
  const found = options.timeColumn === undefined ? findField('time', file, times, options) : null;
  const time = found ?? findField('time', file, seen.line, options, options.timeColumn);
  if (time === null) {
    throw new AiopsError('input_unusable', `${file} has no time column: saw ${listNames(seen.line)}`, {
      hint: seen.line.some((name) => /^[-+]?\d/.test(name))
        ? 'the first line must name the columns; put a line such as timestamp,target,value before it'
        : 'name it with --time-column',
    });
  }
  const names = seen.records(time);
  return {
    time,
    target: findField('target', file, names, options, options.targetColumn),
    label: findField('label', file, names, options, options.labelColumn),
  };
}

/** @throws AiopsError `input_unusable` if there is no field called `wanted`, which only a label may lack */
function findField(
  kind: keyof typeof USUAL_NAMES,
  file: string,
  names: readonly string[],
  options: ReadOptions,
  wanted?: string,
): string | null {
  if (wanted !== undefined) {
    const lower = wanted.toLowerCase();
    const found =
      names.find((name) => name === wanted || newName(name, options) === wanted) ??
      names.find((name) => name.toLowerCase() === lower);
    if (found !== undefined) return found;
    if (kind === 'label') return null;
    const message = `${file} has no column ${oneLine(wanted)}: saw ${listNames(names)}`;
    const hint = `name the ${kind} column as it is in the file with --${kind}-column`;
    throw new AiopsError('input_unusable', message, { hint });
  }
  const taken = takenNames(kind, options);
  const free = names.filter((name) => !taken.has(name) && !taken.has(newName(name, options)));
  for (const usual of USUAL_NAMES[kind]) {
    const found = free.find((name) => newName(name, options).toLowerCase() === usual);
    if (found !== undefined) return found;
  }
  return null;
}

/** Names to which flags give another meaning. */
function takenNames(kind: keyof typeof USUAL_NAMES, options: ReadOptions): ReadonlySet<string> {
  const { timeColumn, targetColumn, labelColumn } = options;
  const given = { time: timeColumn, target: targetColumn, label: labelColumn };
  const taken = new Set(options.columns);
  for (const [other, column] of Object.entries(given)) {
    if (other !== kind && column !== undefined) taken.add(column);
  }
  return taken;
}

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

/** A list of names for a message, cut if it would be too long to read. */
export function listNames(names: readonly string[], most = 12): string {
  if (names.length === 0) return 'nothing';
  const shown = names.slice(0, most).map((name) => (name === '' ? '(nameless)' : oneLine(name)));
  return shown.join(', ') + (names.length > most ? `, … (${names.length - most} more)` : '');
}
