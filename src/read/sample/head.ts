import { AiopsError } from '../../core/errors.js';
import { placeText } from '../../core/place-text.js';
import type { Reject } from '../../core/types.js';
import { csvRecord, fitsHeader, headerRules } from '../lines/csv-record.js';
import { splitFields } from '../text/split-fields.js';
import { isObject, own, parseJsonLine } from '../text/json-value.js';
import { LineCursor, type TextBlock } from '../lines/lines.js';
import type { Layout } from '../lines/plan.js';
import type { BlockReader } from '../lines/records.js';
import type { ReadOptions } from '../options.js';
import { remedyOf } from '../lines/reject-remedies.js';
import type { FileHead } from './form/file-head.js';
import { TABLE_ROWS, TableBuilder, type SampleTable } from './table.js';

const SHOWN_TEXT = 60;

/** Reads the first rows of a file. */
export class HeadReader implements BlockReader {
  readonly cursor: LineCursor;
  /** Whether there are enough rows. */
  isDone = false;
  readonly head: FileHead;
  layout: Layout = 'rows';
  /** CSV only; null: not read yet. */
  header: readonly string[] | null = null;
  /** JSONL only: the beginning of the first line. */
  firstLine = '';
  /** The first line that is too long, or not text. */
  unread: Reject | null = null;
  readonly #maxLines: number;
  /** How many fields the first row has that does not fit the header. */
  #misfit: number | null = null;
  readonly #rows = new TableBuilder();
  #hasLine = false;
  #unitLines: number;

  /** Gives up after `maxLines`. */
  constructor(
    file: string,
    head: FileHead,
    { maxLineBytes }: Pick<ReadOptions, 'maxLineBytes'>,
    maxLines: number,
  ) {
    const { marks } = head;
    this.cursor = new LineCursor(file, maxLineBytes, (reject) => this.#pass(reject), { marks });
    this.head = head;
    this.#unitLines = marks.unitLines ?? 0;
    this.#maxLines = maxLines;
  }

  read(block: TextBlock, last: boolean): number {
    const { cursor } = this;
    cursor.enter(block);
    while (!this.isDone && cursor.advance()) {
      const line = block.slice(cursor.start, cursor.end);
      if (this.head.format === 'jsonl') {
        this.#json(line);
      } else if (this.header !== null) {
        if (this.#unitLines > 0) this.#unitLines--;
        else this.#csvRow(this.header, line);
      } else if (!this.#csvHeader(line, last)) {
        cursor.giveBack();
        break;
      }
      this.isDone = this.#rows.length >= TABLE_ROWS || cursor.found >= this.#maxLines;
    }
    return this.isDone ? block.bytes.length : cursor.next;
  }

  /** Whether there is a row whose fields can be named. */
  get hasRow(): boolean {
    return this.head.format === 'csv' ? this.#hasLine : this.#rows.length > 0;
  }

  /** How many fields the first row has if no row fits the header. */
  get misfit(): number | null {
    return this.#rows.length === 0 ? this.#misfit : null;
  }

  get table(): SampleTable {
    return this.#rows.table(this.layout, this.header);
  }

  /** False if only the lines of the next block can tell where the header ends. */
  #csvHeader(line: string, last: boolean): boolean {
    const header = csvRecord(this.cursor, headerRules(this.head.delimiter), last);
    if (header === 'more') return false;
    this.header = 'fields' in header ? this.#namesOf(header.fields) : [line];
    if ('fields' in header) this.cursor.line += header.lines - 1;
    return true;
  }

  #csvRow(header: readonly string[], line: string): void {
    this.#hasLine = true;
    const split = splitFields(line, this.head.delimiter);
    if (!('fields' in split)) return;
    const { fields } = split;
    if (fitsHeader(fields, header)) this.#rows.addFields(header, fields);
    else this.#misfit ??= fields.length;
  }

  #namesOf(fields: readonly string[]): string[] {
    const names = fields.map((name) => name.trim());
    if (this.head.isHeaderMarked) names[0] = (names[0] ?? '').replace(/^#\s*/, '');
    return names;
  }

  #json(text: string): void {
    if (this.cursor.found === 1) this.firstLine = text.slice(0, SHOWN_TEXT);
    const line = parseJsonLine(text);
    if (isObject(line)) {
      const items = own(line, 'items');
      if (this.#rows.length === 0) this.layout = Array.isArray(items) ? 'batches' : 'rows';
      if (this.layout === 'rows') {
        this.#rows.addRow(line);
      } else if (Array.isArray(items)) {
        for (const item of items as unknown[])
          if (isObject(item) && own(item, 'values') !== undefined) this.#rows.addItem(line, item);
      }
    }
  }

  /** @throws AiopsError `input_unusable` if the line was to be the header */
  #pass(reject: Reject): void {
    const { source, reason, message } = reject;
    this.unread ??= reject;
    if (this.header !== null || this.head.format === 'jsonl') return;
    throw new AiopsError('input_unusable', `${placeText(source)}: the header cannot be read: ${message}`, {
      hint: remedyOf(reason, { example: { message, file: source.file } }),
    });
  }
}
