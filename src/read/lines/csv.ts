import { csvRecord, headerRules, recordRules } from './csv-record.js';
import type { CsvRules } from './csv-record.js';
import type { TextBlock } from './lines.js';
import { NumberScanner, fieldEnd, metricOfText } from './number-field.js';
import { ROLE } from './plan.js';
import type { FilePlan } from './plan.js';
import { labelOf, show } from './records.js';
import type { BlockReader, RecordMaker } from './records.js';
import { TargetNames } from './target-names.js';

const QUOTE = 34;

/**
 * Reads rows of CSV. A line without quotes, or with quotes around whole fields only, is taken
 * straight from the bytes; others go through `csvRecord`.
 */
export class CsvReader implements BlockReader {
  readonly cursor;
  readonly #maker: RecordMaker;
  readonly #plan: FilePlan;
  readonly #roles: Int32Array;
  readonly #delimiter: number;
  readonly #scanner = new NumberScanner();
  readonly #names = new TargetNames();
  /** The file lacks some of the recording's columns. */
  readonly #isPartial: boolean;
  #headerSeen: boolean;
  readonly #headerRules: CsvRules;
  readonly #recordRules: CsvRules;
  /** Offset of the first quote at or after the current line. */
  #quote = 0;

  constructor(maker: RecordMaker, plan: FilePlan) {
    this.cursor = maker.cursor;
    this.#headerSeen = maker.cursor.line > 0;
    this.#maker = maker;
    this.#plan = plan;
    this.#roles = Int32Array.from(plan.header, (name) => plan.roles.get(name) ?? ROLE.ignored);
    const { delimiter, header } = plan;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#headerRules = headerRules(delimiter);
    this.#recordRules = recordRules(delimiter, header, () => plan.timeField, maker.rules.parseTime);
    this.#isPartial = this.#roles.filter((role) => role >= 0).length < plan.columns.length;
  }

  read(block: TextBlock, last: boolean): number {
    const { cursor } = this;
    cursor.enter(block);
    this.#quote = quoteFrom(block, 0);
    while (cursor.advance()) {
      if (!this.#headerSeen) {
        if (!this.#header(last)) break;
        continue;
      }
      if (this.#quote < cursor.start) this.#quote = quoteFrom(block, cursor.start);
      if (this.#quote >= cursor.end || this.#isSimplyQuoted()) {
        this.#simpleLine();
      } else if (!this.#quotedRecord(last)) {
        break;
      }
    }
    return cursor.next;
  }

  /** Whether quotes stand around whole fields only, so that a field ends at the next quote or delimiter. */
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

  /** A line without quotes, or with quotes around whole fields only, straight from its bytes. */
  #simpleLine(): void {
    const { block, start, end } = this.cursor;
    const { bytes } = block;
    const roles = this.#roles;
    const delimiter = this.#delimiter;
    const scanner = this.#scanner;
    const values = this.#maker.begin();
    if (this.#isPartial) values.fill(NaN);
    let time = '';
    let target: string | null = null;
    let label = '';
    let badField = -1;
    let badText = '';
    let field = 0;
    for (let at = start; ; at++) {
      const role = roles[field] ?? ROLE.ignored;
      const isQuoted = bytes[at] === QUOTE && at < end;
      if (isQuoted) at++;
      const close = isQuoted ? QUOTE : delimiter;
      const from = at;
      if (role >= 0) {
        const value = scanner.scan(block, at, end, close);
        at = scanner.stop;
        if (value !== undefined) {
          values[role] = value;
        } else if (badField < 0) {
          badField = field;
          badText = block.slice(from, at);
        }
      } else {
        at = fieldEnd(block, at, end, close);
        if (role === ROLE.time) time = block.text.substring(from, at);
        else if (role === ROLE.target) target = this.#names.at(block, from, at).trim();
        else if (role === ROLE.label) label = block.slice(from, at);
        else if (role === ROLE.late) this.#late(field, block.text.substring(from, at));
      }
      field++;
      if (isQuoted) at++;
      if (at >= end) break;
    }
    this.#finish(field, block.ascii ? time : decoded(time), target, label, badField, badText);
  }

  /** Skips the header; false when only the lines of the next block can tell where it ends. */
  #header(last: boolean): boolean {
    const { cursor } = this;
    const header = csvRecord(cursor, this.#headerRules, last);
    if (header === 'more') {
      cursor.giveBack();
      return false;
    }
    if ('fields' in header) cursor.line += header.lines - 1;
    this.#headerSeen = true;
    return true;
  }

  /** False when only the lines of the next block can tell what the line is. */
  #quotedRecord(last: boolean): boolean {
    const { cursor } = this;
    const record = csvRecord(cursor, this.#recordRules, last);
    if (record === 'more') {
      cursor.giveBack();
      return false;
    }
    if ('fields' in record) {
      this.#row(record.fields);
      cursor.line += record.lines - 1;
    } else {
      cursor.reject('bad_line', record.message);
    }
    return true;
  }

  #row(fields: readonly string[]): void {
    const values = this.#maker.begin();
    if (this.#isPartial) values.fill(NaN);
    let time = '';
    let target: string | null = null;
    let label = '';
    let badField = -1;
    for (let field = 0; field < fields.length; field++) {
      const role = this.#roles[field] ?? ROLE.ignored;
      const text = fields[field] ?? '';
      if (role >= 0) {
        const value = metricOfText(text);
        if (value !== undefined) values[role] = value;
        else if (badField < 0) badField = field;
      } else if (role === ROLE.time) time = text;
      else if (role === ROLE.target) target = text.trim();
      else if (role === ROLE.label) label = text;
      else if (role === ROLE.late) this.#late(field, text);
    }
    this.#finish(fields.length, time, target, label, badField, fields[badField] ?? '');
  }

  #finish(
    fields: number,
    time: string,
    targetField: string | null,
    label: string,
    badField: number,
    badText: string,
  ): void {
    const maker = this.#maker;
    const { cursor } = this;
    const { header, targetField: targetName, timeField, series } = this.#plan;
    if (fields !== header.length) {
      cursor.reject('column_count', `${fields} fields, but the header has ${header.length}`);
      return;
    }
    const target = targetField ?? series;
    if (target === '') {
      const known = { target: null, minuteMs: maker.minuteOf(time) };
      cursor.reject('no_target', `${targetName ?? 'target'} is empty`, known);
      return;
    }
    if (!maker.selects(target)) return;
    const minuteMs = maker.minuteOf(time);
    if (Number.isNaN(minuteMs)) {
      const known = { target, minuteMs };
      if (time.trim() === '') cursor.reject('no_time', `${timeField} is empty`, known);
      else maker.rejectTime(timeField, time, target);
    } else if (badField >= 0) {
      const message = `${header[badField] ?? ''}: ${show(badText)} is not a number`;
      cursor.reject('bad_value', message, { target, minuteMs });
    } else {
      maker.make(minuteMs, target, maker.values(), labelOf(label));
    }
  }

  #late(field: number, text: string): void {
    if (!Number.isNaN(metricOfText(text))) this.#maker.rules.late.see(this.#plan.header[field] ?? '');
  }
}

/** The text of bytes that were taken for Latin-1; a time has only others than ASCII where it is none. */
function decoded(latin1: string): string {
  return /[^ -~]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1;
}

function quoteFrom(block: TextBlock, at: number): number {
  const found = block.bytes.indexOf(QUOTE, at);
  return found < 0 ? Infinity : found;
}
