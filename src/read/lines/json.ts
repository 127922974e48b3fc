import { JsonFields, takeList } from './json-fields.js';
import { JsonTemplate } from './json-template.js';
import { isObject, own, parseJsonLine } from './json-text.js';
import type { JsonObject } from './json-text.js';
import type { LineCursor, TextBlock } from './lines.js';
import type { FilePlan } from './plan.js';
import { FoundRow, badShape, show } from './records.js';
import type { BlockReader, RowSink } from './records.js';

/** Reads rows of JSON, one object per line; metrics may also be in an object called `values`. */
export class JsonRowsReader implements BlockReader {
  readonly cursor: LineCursor;
  readonly #sink: RowSink;
  readonly #row = new FoundRow();
  readonly #fields: JsonFields;
  readonly #template: JsonTemplate;

  constructor(sink: RowSink, plan: FilePlan) {
    this.cursor = sink.cursor;
    this.#sink = sink;
    this.#fields = new JsonFields(plan, sink.late);
    this.#template = new JsonTemplate(plan);
  }

  read(block: TextBlock): number {
    const { cursor } = this;
    const sink = this.#sink;
    const row = this.#row;
    cursor.enter(block);
    while (cursor.advance()) {
      const { start, end } = cursor;
      sink.begin(row);
      if (this.#template.take(block, start, end, row)) {
        sink.take(row);
        continue;
      }
      const fields = parseObject(cursor);
      if (fields === null) continue;
      sink.begin(row, fields);
      this.#fields.take(fields, row);
      sink.take(row);
      this.#template.learn(block, start, end);
    }
    return cursor.next;
  }
}

/** Reads minute-batches, one per line: `{"minute": …, "items": [{"target": …, "values": …}, …]}`. */
export class JsonBatchesReader implements BlockReader {
  readonly cursor: LineCursor;
  readonly #sink: RowSink;
  readonly #row = new FoundRow();
  readonly #plan: FilePlan;
  readonly #fields: JsonFields;

  constructor(sink: RowSink, plan: FilePlan) {
    this.cursor = sink.cursor;
    this.#sink = sink;
    this.#plan = plan;
    this.#fields = new JsonFields(plan, sink.late);
  }

  read(block: TextBlock): number {
    const { cursor } = this;
    cursor.enter(block);
    while (cursor.advance()) {
      const line = parseObject(cursor);
      if (line !== null) this.#line(line);
    }
    return cursor.next;
  }

  #line(line: JsonObject): void {
    const sink = this.#sink;
    const time = own(line, this.#plan.timeField);
    const items = own(line, 'items');
    if (!Array.isArray(items)) {
      sink.reject('not_a_record', 'no list called items', time);
      return;
    }
    if (!sink.beginBatch(time)) return;
    for (let index = 0; index < items.length; index++) {
      const item: unknown = items[index];
      if (isObject(item)) this.#item(time, item, index);
      else sink.reject('not_a_record', 'an item is not an object', time, index);
    }
  }

  #item(time: unknown, item: JsonObject, index: number): void {
    const row = this.#row;
    const { targetField, labelField } = this.#plan;
    this.#values(own(item, 'values'));
    row.time = time;
    row.target = targetField === null ? undefined : own(item, targetField);
    row.label = labelField === null ? undefined : own(item, labelField);
    this.#sink.take(row, index);
  }

  #values(given: unknown): void {
    const row = this.#row;
    const { columns } = this.#plan;
    if (isObject(given)) {
      this.#sink.begin(row, given);
      this.#fields.take(given, row);
      return;
    }
    if (given === undefined) {
      this.#sink.begin(row);
      row.problem = badShape(`no values, but the recording has ${columns.length} columns`);
      return;
    }
    const list: unknown[] = Array.isArray(given) ? given : [given];
    const isWindow = list.some((each) => Array.isArray(each));
    const lists = isWindow ? list : [list];
    if (!this.#sink.beginLists(row, lists, isWindow)) return;
    const width = row.values.length / lists.length;
    for (const [k, values] of lists.entries()) {
      if (!Array.isArray(values)) continue;
      const bad = takeList(values, row.values, k * width);
      if (bad >= 0) row.badValue(`${columns[bad] ?? ''}${isWindow ? ` of row ${k}` : ''}`, values[bad]);
    }
  }
}

/** The object on the cursor's line; null if there is none and the line is rejected. */
function parseObject(cursor: LineCursor): JsonObject | null {
  const parsed = parseJsonLine(cursor.block.slice(cursor.start, cursor.end));
  if (isObject(parsed)) return parsed;
  if (parsed === undefined) cursor.reject('bad_line', 'not JSON');
  else cursor.reject('not_a_record', `${show(parsed)} is not an object`);
  return null;
}
