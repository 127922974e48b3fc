import type { RejectFacts } from '../../core/types.js';
import { FieldValues, noTarget, rejectLine, rejectTime, takeList, targetOf } from './json-fields.js';
import type { BadValue } from './json-fields.js';
import { isObject, own, parseJsonLine } from './json-line.js';
import type { LineCursor, TextBlock } from './lines.js';
import type { FilePlan } from './plan.js';
import { labelOf, show } from './records.js';
import type { BlockReader, RecordMaker } from './records.js';

/** Reads minute-batches, one a line: `{"minute": …, "items": [{"target": …, "values": …}, …]}`. */
export class JsonBatchesReader implements BlockReader {
  readonly cursor: LineCursor;
  readonly #maker: RecordMaker;
  readonly #plan: FilePlan;
  readonly #values: FieldValues;

  constructor(maker: RecordMaker, plan: FilePlan) {
    this.cursor = maker.cursor;
    this.#maker = maker;
    this.#plan = plan;
    this.#values = new FieldValues(plan, maker.rules.late);
  }

  read(block: TextBlock): number {
    const { cursor } = this;
    cursor.enter(block);
    while (cursor.advance()) {
      const line = parseJsonLine(block.slice(cursor.start, cursor.end));
      if (isObject(line)) this.#line(line);
      else rejectLine(cursor, line);
    }
    return cursor.next;
  }

  #line(line: Readonly<Record<string, unknown>>): void {
    const { cursor } = this;
    const time = own(line, this.#plan.timeField);
    const minuteMs = this.#maker.minuteOfJson(time);
    const items = own(line, 'items');
    if (!Array.isArray(items)) {
      cursor.reject('not_a_record', 'no list called items', { target: null, minuteMs });
      return;
    }
    if (Number.isNaN(minuteMs)) {
      rejectTime(this.#maker, this.#plan.timeField, time, null);
      return;
    }
    for (let i = 0; i < items.length; i++) this.#item(minuteMs, items[i], i);
  }

  #item(minuteMs: number, item: unknown, index: number): void {
    const maker = this.#maker;
    const { cursor } = this;
    const { targetField, labelField, series } = this.#plan;
    if (!isObject(item)) {
      cursor.reject('not_a_record', 'an item is not an object', { target: null, minuteMs }, index);
      return;
    }
    const name = targetField === null ? undefined : own(item, targetField);
    const target = targetField === null ? series : targetOf(name);
    if (target === null) {
      cursor.reject('no_target', noTarget(targetField, name), { target, minuteMs }, index);
      return;
    }
    if (!maker.selects(target, index)) return;
    const values = this.#itemValues(own(item, 'values'), { target, minuteMs }, index);
    if (values === null) return;
    const label = labelField === null ? null : labelOf(own(item, labelField));
    maker.makeItem(minuteMs, target, values, label, index);
  }

  /** Null where they were rejected. */
  #itemValues(given: unknown, known: RejectFacts, index: number): Float64Array | null {
    const { cursor } = this;
    const width = this.#plan.columns.length;
    const values = this.#maker.begin();
    let bad: BadValue | null;
    if (isObject(given)) {
      bad = this.#values.take(given, values);
    } else {
      const list: unknown[] = Array.isArray(given) ? given : [given];
      if (list.some((row) => Array.isArray(row))) return this.#ownWindow(list, known, index);
      if (given === undefined || list.length !== width) {
        const found = given === undefined ? 'no values' : `${list.length} values`;
        cursor.reject('bad_shape', `${found}, but the recording has ${width} columns`, known, index);
        return null;
      }
      bad = takeList(list, this.#plan.columns, values, 0);
    }
    if (bad === null) return values;
    cursor.reject('bad_value', `${bad.field}: ${show(bad.value)} is not a number`, known, index);
    return null;
  }

  #ownWindow(rows: readonly unknown[], known: RejectFacts, index: number): Float64Array | null {
    const { cursor } = this;
    const { columns } = this.#plan;
    const window = this.#maker.rules.ownWindow?.window ?? null;
    const isShaped = rows.every((row) => Array.isArray(row) && row.length === columns.length);
    if (window === null || rows.length !== window || !isShaped) {
      const wanted = window === null ? 'values without a window' : `[${window}][${columns.length}]`;
      const lengths = new Set(rows.map((row) => (Array.isArray(row) ? row.length : 'not a list')));
      const message = `values are [${rows.length}][${[...lengths].join(' or ')}], not ${wanted}`;
      cursor.reject('bad_shape', message, known, index);
      return null;
    }
    const values = new Float64Array(window * columns.length);
    for (let k = 0; k < window; k++) {
      const bad = takeList(rows[k] as readonly unknown[], columns, values, k * columns.length);
      if (bad === null) continue;
      const message = `${bad.field} of row ${k}: ${show(bad.value)} is not a number`;
      cursor.reject('bad_value', message, known, index);
      return null;
    }
    return values;
  }
}
