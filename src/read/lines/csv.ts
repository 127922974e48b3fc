import { plural } from '../../core/count-text.js';
import {
  csvRecord,
  fewestFields,
  fitsHeader,
  headerRules,
  recordRules,
  type CsvRecord,
  type CsvRules,
} from './csv-record.js';
import type { TextBlock } from './lines.js';
import { NumberScanner, fieldEnd } from './number-field.js';
import { mayBeGrouped, numberParser, type ParseNumber } from './number-format.js';
import { valuesPerRow, type FilePlan } from './plan.js';
import { IGNORED, isName, isOfTime, valueIndex, type Role } from './roles.js';
import { suffixParsers } from './units.js';
import { FoundRow } from './found-row.js';
import { timeJoiner } from './joined-time.js';
import type { BlockReader, RowSink } from './records.js';
import type { ParseTime } from '../../core/time/format.js';
import { TargetNames } from './target-filter.js';

const QUOTE = 34;
const [BLANK, TAB] = [32, 9];

/**
 * Reads rows of CSV. Lines without quotes, or with quotes around whole fields only, are read straight from the bytes;
 * others go through `csvRecord`.
 */
export class CsvReader implements BlockReader {
  readonly cursor;
  readonly #sink: RowSink;
  readonly #row = new FoundRow();
  readonly #header: readonly string[];
  /** Of the fields of the header. */
  readonly #roles: readonly Role[];
  /** Of the values that they hold; -1: none. */
  readonly #indexes: Int32Array;
  readonly #delimiter: number;
  readonly #scanner: NumberScanner;
  readonly #parseNumber: ParseNumber;
  readonly #suffixed: ReadonlyMap<string, ParseNumber>;
  readonly #units: ReadonlyMap<string, string>;
  /** For each field, whether a bare number may mean something else; null: for none. */
  readonly #doubtful: readonly boolean[] | null;
  readonly #names = new TargetNames();
  /** Whether the file lacks some of the recording's columns. */
  readonly #isPartial: boolean;
  readonly #fewestFields: number;
  #headerSeen: boolean;
  /** Lines of units to skip below the header. */
  #unitLines: number;
  readonly #headerRules: CsvRules;
  readonly #recordRules: CsvRules;
  readonly #joinTime: ReturnType<typeof timeJoiner>;
  /** Offset of the first quote at or after the current line. */
  #quote = 0;

  constructor(sink: RowSink, plan: FilePlan, parseTime: ParseTime) {
    const { delimiter, header, numbers } = plan;
    this.#scanner = new NumberScanner(numbers);
    this.#parseNumber = numberParser(numbers);
    this.#suffixed = suffixParsers(numbers);
    this.#units = new Map(numbers.units);
    const doubtful = new Set([...numbers.open, ...this.#units.keys()]);
    this.#doubtful = doubtful.size === 0 ? null : header.map((name) => doubtful.has(name));
    this.#fewestFields = fewestFields(header);
    this.cursor = sink.cursor;
    this.#headerSeen = sink.cursor.line > 0;
    this.#unitLines = this.#headerSeen ? 0 : (plan.marks.unitLines ?? 0);
    this.#sink = sink;
    this.#header = header;
    this.#roles = header.map((name) => plan.roles.get(name) ?? IGNORED);
    this.#indexes = Int32Array.from(this.#roles, valueIndex);
    this.#delimiter = delimiter.charCodeAt(0);
    this.#headerRules = headerRules(delimiter);
    this.#recordRules = recordRules(plan, parseTime);
    this.#joinTime = timeJoiner(plan);
    const brought = this.#indexes.filter((index) => index >= 0);
    this.#isPartial = brought.length < valuesPerRow(plan);
    if (this.#isPartial) this.#row.brings = [...brought];
  }

  read(block: TextBlock, last: boolean): number {
    const { cursor } = this;
    cursor.enter(block);
    this.#quote = quoteFrom(block, 0);
    while (cursor.advance()) {
      if (!this.#headerSeen) {
        const header = csvRecord(cursor, this.#headerRules, last);
        if (header === 'more') {
          cursor.giveBack();
          break;
        }
        if ('fields' in header) cursor.line += header.lines - 1;
        this.#headerSeen = true;
        continue;
      }
      if (this.#unitLines > 0) {
        this.#unitLines--;
        continue;
      }
      if (this.#quote < cursor.start) this.#quote = quoteFrom(block, cursor.start);
      if (this.#quote >= cursor.end || this.#isSimplyQuoted()) {
        this.#simpleLine();
      } else {
        const record = csvRecord(cursor, this.#recordRules, last);
        if (record === 'more') {
          cursor.giveBack();
          break;
        }
        this.#quotedRecord(record);
      }
    }
    return cursor.next;
  }

  /** Whether quotes are around whole fields only, so that a field ends at the next quote or delimiter. */
  #isSimplyQuoted(): boolean {
    const { block, start, end } = this.cursor;
    const { bytes } = block;
    for (let at = start; at < end; at++) {
      if (bytes[at] === QUOTE) {
        at = fieldEnd(block, at + 1, end, QUOTE) + 1;
        if (at > end || (at < end && bytes[at] !== this.#delimiter)) return false;
      } else {
        while (at < end && bytes[at] !== this.#delimiter) if (bytes[at++] === QUOTE) return false;
      }
    }
    return true;
  }

  #simpleLine(): void {
    const { block, start, end } = this.cursor;
    const { bytes } = block;
    const row = this.#begin();
    const { values } = row;
    const indexes = this.#indexes;
    const roles = this.#roles;
    const delimiter = this.#delimiter;
    const scanner = this.#scanner;
    let field = 0;
    let hasMore = false;
    for (let at = start; ; at++) {
      const index = indexes[field] ?? -1;
      const isQuoted = bytes[at] === QUOTE && at < end;
      if (isQuoted) at++;
      const close = isQuoted ? QUOTE : delimiter;
      const from = at;
      if (index >= 0) {
        const value = scanner.scan(block, at, end, close);
        at = scanner.stop;
        if (value === undefined) this.#unusualValue(field, index, block.slice(from, at));
        else if (this.#doubtful?.[field] === true)
          this.#doubtfulValue(field, index, block.slice(from, at), value);
        else values[index] = value;
      } else {
        at = fieldEnd(block, at, end, close);
        const role = roles[field];
        if (role === undefined) hasMore ||= from < at && block.slice(from, at).trim() !== '';
        else if (isOfTime(role)) row.set(role, timeText(block, from, at));
        else if (isName(role)) row.set(role, this.#names.at(block, from, at).trim());
        else if (role.kind === 'label') row.set(role, block.slice(from, at));
        else if (role.kind === 'late') this.#late(field, block.text.substring(from, at));
      }
      field++;
      if (isQuoted) at++;
      if (at >= end) break;
    }
    this.#take(field, !hasMore && field >= this.#fewestFields);
  }

  #quotedRecord(record: Exclude<CsvRecord, 'more'>): void {
    const { cursor } = this;
    if (!('fields' in record)) {
      cursor.reject('bad_line', record.message);
      return;
    }
    const { fields, lines } = record;
    const row = this.#begin();
    for (let field = 0; field < fields.length; field++) {
      const text = fields[field] ?? '';
      const role = this.#roles[field] ?? IGNORED;
      if (role.kind === 'value') {
        const value = this.#parseNumber(text);
        if (value === undefined) this.#unusualValue(field, role.index, text);
        else if (this.#doubtful?.[field] === true) this.#doubtfulValue(field, role.index, text, value);
        else row.values[role.index] = value;
      } else if (role.kind === 'late') this.#late(field, text);
      else row.set(role, isName(role) ? text.trim() : text);
    }
    this.#take(fields.length, fitsHeader(fields, this.#header));
    cursor.line += lines - 1;
  }

  #begin(): FoundRow {
    this.#sink.begin(this.#row);
    if (this.#isPartial) this.#row.values.fill(NaN);
    return this.#row;
  }

  #take(fields: number, isWhole: boolean): void {
    this.#joinTime?.(this.#row);
    if (this.#isBlank()) return;
    if (isWhole) this.#sink.take(this.#row);
    else
      this.cursor.reject(
        'column_count',
        `${plural(fields, 'field')}, but the header has ${this.#header.length}`,
      );
  }

  /** Whether the line has nothing but delimiters, as blank rows of a spreadsheet have. */
  #isBlank(): boolean {
    const { block, start, end } = this.cursor;
    for (let at = start; at < end; at++) {
      const byte = block.bytes[at];
      if (byte !== this.#delimiter && byte !== BLANK && byte !== TAB) return false;
    }
    return true;
  }

  /** Takes a value that is no number, unless it is one with a percent sign or unit where those are dropped. */
  #unusualValue(field: number, index: number, text: string): void {
    const name = this.#header[field] ?? '';
    const value = this.#suffixed.get(name)?.(text);
    this.#row.values[index] = value ?? Infinity;
    if (value === undefined) this.#row.badValue(name, text, this.#units.get(name));
  }

  /** Takes a number of a field in which nothing shows what a point means, or whose numbers have a unit. */
  #doubtfulValue(field: number, index: number, text: string, value: number): void {
    const name = this.#header[field] ?? '';
    const unit = this.#units.get(name);
    const isBad = unit === undefined ? mayBeGrouped(text) : !Number.isNaN(value);
    this.#row.values[index] = isBad ? Infinity : value;
    if (isBad && unit === undefined) this.#row.unclearValue(name, text);
    else if (isBad) this.#row.badValue(name, text, unit);
  }

  #late(field: number, text: string): void {
    if (!Number.isNaN(this.#parseNumber(text))) this.#sink.late.see(this.#header[field] ?? '', false);
  }
}

/** The text of a time. A valid one is ASCII; an invalid one must be decoded for the message. */
function timeText(block: TextBlock, start: number, end: number): string {
  const text = block.text.substring(start, end);
  return block.ascii || !/[^ -~]/.test(text) ? text : block.slice(start, end);
}

function quoteFrom(block: TextBlock, at: number): number {
  const found = block.bytes.indexOf(QUOTE, at);
  return found < 0 ? Infinity : found;
}
