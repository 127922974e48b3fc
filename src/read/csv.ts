import { isUtf8 } from 'node:buffer';
import { splitFields } from './csv-fields.js';
import type { TextBlock } from './lines.js';
import { NumberScanner, fieldEnd, metricOfText } from './number-field.js';
import { ROLE } from './plan.js';
import type { FilePlan } from './plan.js';
import { labelOf, show } from './records.js';
import type { BlockReader, RecordMaker } from './records.js';
import { TargetNames } from './target-names.js';

const QUOTE = 34;
/** How far a quoted field may reach over line ends. */
const MAX_JOINED_LINES = 32;
const MAX_JOINED_BYTES = 64 * 1024;

/**
 * Reads rows of CSV. A line without quotes, or with quotes around whole fields only, is taken
 * straight from the bytes; others go through `splitFields`. A quoted field may go on over following lines as long as these are no records
 * by themselves; otherwise its first line is rejected, and reading starts afresh at the next.
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
  /** Offset of the first quote at or after the current line. */
  #quote = 0;

  constructor(maker: RecordMaker, plan: FilePlan) {
    this.cursor = maker.cursor;
    this.#headerSeen = maker.cursor.line > 0;
    this.#maker = maker;
    this.#plan = plan;
    this.#roles = Int32Array.from(plan.header, (name) => plan.roles.get(name) ?? ROLE.ignored);
    this.#delimiter = plan.delimiter.charCodeAt(0);
    this.#isPartial = this.#roles.filter((role) => role >= 0).length < plan.columns.length;
  }

  read(block: TextBlock, last: boolean): number {
    const { cursor } = this;
    cursor.enter(block);
    this.#quote = quoteFrom(block, 0);
    while (cursor.advance()) {
      if (!this.#headerSeen) {
        this.#headerSeen = true;
        continue;
      }
      if (this.#quote < cursor.start) this.#quote = quoteFrom(block, cursor.start);
      if (this.#quote >= cursor.end || this.#isSimplyQuoted()) {
        this.#simpleLine();
      } else if (!this.#quotedLine(last)) {
        cursor.giveBack();
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
    const values = this.#maker.values();
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

  /** False when only the lines of the next block can tell what the line is. */
  #quotedLine(last: boolean): boolean {
    const { cursor } = this;
    const line = splitFields(cursor.block.slice(cursor.start, cursor.end), this.#plan.delimiter);
    if ('fields' in line) {
      this.#row(line.fields);
      return true;
    }
    if (line.problem === 'open') {
      const joined = this.#join(last);
      if (joined === 'more') return false;
      if (joined !== null) {
        cursor.end = joined.end;
        this.#row(joined.fields);
        cursor.next = joined.next;
        cursor.line += joined.lines - 1;
        return true;
      }
    }
    cursor.reject('bad_line', `not CSV: ${line.message}`);
    return true;
  }

  /** Looks whether the lines after it close the quoted field that the current line leaves open. */
  #join(
    last: boolean,
  ): { fields: readonly string[]; end: number; next: number; lines: number } | 'more' | null {
    const { block, start, next } = this.cursor;
    const { length } = block.bytes;
    for (let from = next, lines = 2; lines <= MAX_JOINED_LINES; lines++) {
      if (from >= length) return last ? null : 'more';
      const newline = block.text.indexOf('\n', from);
      const stop = newline < 0 ? length : newline;
      // Such a line is not read, not even as a part of another.
      if (stop - from > this.#maker.rules.maxLineBytes) return null;
      const end = stop > from && block.bytes[stop - 1] === 13 ? stop - 1 : stop;
      if (end - start > MAX_JOINED_BYTES || this.#isRecord(block.slice(from, end))) return null;
      if (block.suspect && !isText(block.bytes.subarray(start, end))) return null;
      if (block.bytes.subarray(from, end).includes(QUOTE)) {
        const split = splitFields(block.slice(start, end), this.#plan.delimiter);
        if ('fields' in split) {
          const fits = split.fields.length === this.#roles.length;
          return fits ? { fields: split.fields, end, next: stop + 1, lines } : null;
        }
        if (split.problem === 'broken') return null;
      }
      from = stop + 1;
    }
    return null;
  }

  #isRecord(line: string): boolean {
    const split = splitFields(line, this.#plan.delimiter);
    if (!('fields' in split) || split.fields.length !== this.#roles.length) return false;
    const time = split.fields[this.#roles.indexOf(ROLE.time)] ?? '';
    return !Number.isNaN(this.#maker.minuteOf(time));
  }

  #row(fields: readonly string[]): void {
    const values = this.#maker.values();
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
      else cursor.reject('bad_time', `${timeField}: ${show(time)} is not a time`, known);
    } else if (badField >= 0) {
      const message = `${header[badField] ?? ''}: ${show(badText)} is not a number`;
      cursor.reject('bad_value', message, { target, minuteMs });
    } else {
      maker.make(minuteMs, target, maker.values(), labelOf(label));
    }
  }

  #late(field: number, text: string): void {
    if (!Number.isNaN(metricOfText(text))) this.#maker.rules.late.count(this.#plan.header[field] ?? '');
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

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}
