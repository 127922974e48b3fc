import type { Notice } from '../../core/errors.js';
import { shellPath, shellWord } from '../../core/shell-word.js';
import { STDIN_NAME } from '../shared/stdin-name.js';
import { endOfString, isObject, own, parseJsonLine, type JsonObject } from '../text/json-value.js';
import { ExportLines } from './export-lines.js';
import type { ExportFormat, ExportInput, ExportTable, Translation } from './export.js';
import { freeName } from './json-record.js';
import { byLabels, givenLabels, listed, mixedLabels, type Labelled } from './mixed-labels.js';

/** What Telegraf's JSON serializer writes (https://docs.influxdata.com/telegraf/v1/data_formats/output/json/). */
export const TELEGRAF: ExportFormat = {
  name: 'telegraf',
  what: 'JSON of Telegraf',
  evidence: 'its first line has name, tags, fields and timestamp',
  isBySeries: false,
  needsEnd: false,
  begins: (head) => {
    const text = head.replace(/^\uFEFF/, '');
    const [start = ''] = BATCH.exec(text) ?? [];
    const first = text.slice(start.length);
    if (start === '') return asMetric(parseJsonLine(text)) !== null;
    return FIELDS_FIRST.test(first) || asMetric(firstObject(first)) !== null;
  },
  translate: (input) => new TelegrafExport(input),
};

interface Metric {
  readonly name: string;
  readonly tags: JsonObject;
  readonly fields: JsonObject;
  readonly timestamp: unknown;
}

const BATCH = /^\s*\{\s*"metrics"\s*:\s*\[\s*/;
const FIELDS_FIRST = /^\{\s*"fields"\s*:\s*\{/;
const JOINED = /\}\s*\{(?=\s*"metrics"\s*:\s*\[)/g;
const KEYS = new Set(['name', 'tags', 'fields', 'timestamp']);

function asMetric(value: unknown): Metric | null {
  if (!isObject(value) || !Object.keys(value).every((key) => KEYS.has(key))) return null;
  const [name, tags, fields] = [own(value, 'name'), own(value, 'tags'), own(value, 'fields')];
  if (typeof name !== 'string' || !isObject(tags) || !isObject(fields)) return null;
  const timestamp = own(value, 'timestamp');
  return timestamp === undefined ? null : { name, tags, fields, timestamp };
}

/** The object that a text begins with; undefined if it does not end there. */
function firstObject(text: string): unknown {
  let depth = 0;
  for (let at = 0; at < text.length; at = text[at] === '"' ? endOfString(text, at) : at + 1) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}') depth--;
    if (depth === 0 && text[at] === '}') return parseJsonLine(text.slice(0, at + 1));
  }
  return undefined;
}

/** The batches of a line that were written without line ends between them; null: it has none. */
function joinedBatches(line: string): readonly unknown[] | null {
  // Within a text of JSON, the quotes would have backslashes.
  const separated = line.replace(JOINED, '},{');
  const value = separated === line ? undefined : parseJsonLine(`[${separated}]`);
  return Array.isArray(value) ? (value as readonly unknown[]) : null;
}

/**
 * Writes each metric of Telegraf, or each of a batch, as a record: its time, its tags, and its fields as `name_field`.
 */
class TelegrafExport implements Translation {
  table: ExportTable | null = null;
  readonly #input: ExportInput;
  readonly #lines: ExportLines;
  readonly #given: readonly string[] | null;
  #first: Labelled = { what: '', names: [] };
  #tags: readonly string[] = [];
  #time = 'timestamp';
  /** By the names of metrics and their fields. */
  readonly #keys = new Map<string, Map<string, string>>();
  readonly #ignored = new Set<string>();

  constructor(input: ExportInput) {
    this.#input = input;
    this.#given = givenLabels(input.options);
    this.#lines = new ExportLines(input, (line) => this.#translate(line));
  }

  get found(): string {
    const tags = this.#tags.length === 0 ? 'no tags' : `tags ${this.#tags.join(', ')}`;
    return `${listed([...this.#keys.keys()])}; ${tags}`;
  }

  get notices(): readonly Notice[] {
    if (this.#ignored.size === 0) return [];
    const names = listed([...this.#ignored]);
    return [{ level: 'info', text: `ignored in ${this.#input.file}: ${names} (text, or true and false)` }];
  }

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.endLine();
  }

  #translate(line: string): string {
    const value = parseJsonLine(line);
    const batches = value === undefined ? joinedBatches(line) : [value];
    if (batches === null) return `${line}\n`;
    const elements = batches.flatMap((one): readonly unknown[] => {
      const batch = isObject(one) ? own(one, 'metrics') : undefined;
      return Array.isArray(batch) ? batch : [one];
    });
    // What is no metric must be no record either: a text is none.
    return elements
      .map((element) => this.#record(element) ?? `${JSON.stringify(JSON.stringify(element))}\n`)
      .join('');
  }

  #record(element: unknown): string | null {
    const metric = asMetric(element);
    if (metric === null) return null;
    const { name, tags, fields, timestamp } = metric;
    const names = Object.keys(tags).sort();
    if (this.table === null) this.#begin(name, names);
    else if (this.#given === null && names.join('\n') !== this.#first.names.join('\n')) {
      const other = { what: name, names };
      throw mixedLabels(this.#input.file, [this.#first, other], this.#takeOne(other));
    }
    let record = `{${JSON.stringify(this.#time)}:${JSON.stringify(timestamp)}`;
    for (const tag of this.#tags)
      record += `,${JSON.stringify(tag)}:${JSON.stringify(own(tags, tag) ?? null)}`;
    const keys = this.#keysOf(name);
    for (const field in fields) {
      const value = fields[field];
      const key = keys.get(field) ?? this.#key(keys, name, field);
      if (typeof value === 'number') record += `${key}${value}`;
      else if (value === null || isObject(value)) record += `${key}${JSON.stringify(value)}`;
      else this.#ignored.add(`${name}_${field}`);
    }
    return `${record}}\n`;
  }

  #keysOf(name: string): Map<string, string> {
    let keys = this.#keys.get(name);
    if (keys === undefined) this.#keys.set(name, (keys = new Map<string, string>()));
    return keys;
  }

  /** What precedes the value of a field in a record. */
  #key(keys: Map<string, string>, name: string, field: string): string {
    const key = `,${JSON.stringify(freeName(`${name}_${field}`, [this.#time, ...this.#tags]))}:`;
    keys.set(field, key);
    return key;
  }

  #begin(what: string, names: readonly string[]): void {
    this.#first = { what, names };
    this.#tags = this.#given ?? names;
    this.#time = freeName('timestamp', this.#tags);
    this.table = {
      format: 'jsonl',
      defaults: { timeColumn: this.#time, targetColumns: byLabels(this.#tags), labelColumn: 'none' },
    };
  }

  /** How to read the first metrics without the others. */
  #takeOne({ what }: Labelled): string {
    const first = this.#first;
    const select =
      what === first.what
        ? `select((.tags | keys) == ${JSON.stringify(first.names)})`
        : `select(.name == ${JSON.stringify(first.what)})`;
    const command = `jq -c ${shellWord(`(.metrics[]? // .) | ${select}`)}`;
    const { file } = this.#input;
    const take = `take the metrics of one kind, for instance ${first.what}, with jq`;
    if (file === STDIN_NAME) return `${take}: pipe it through ${command}`;
    return `${take}: ${command} ${shellPath(file)} > one.jsonl`;
  }
}
