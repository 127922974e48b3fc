import { FieldValues, noTarget, rejectLine, rejectTime, targetOf } from './json-fields.js';
import type { BadValue, NamedValues } from './json-fields.js';
import { isObject, parseJsonLine } from './json-line.js';
import { JsonTemplate } from './json-template.js';
import type { LineCursor, TextBlock } from './lines.js';
import type { FilePlan } from './plan.js';
import { labelOf, show } from './records.js';
import type { BlockReader, RecordMaker } from './records.js';

/** Reads rows of JSON, one object a line; metrics may also stand in an object called `values`. */
export class JsonRowsReader implements BlockReader {
  readonly cursor: LineCursor;
  readonly #maker: RecordMaker;
  readonly #plan: FilePlan;
  readonly #fields: FieldValues;
  readonly #template: JsonTemplate;

  constructor(maker: RecordMaker, plan: FilePlan) {
    this.cursor = maker.cursor;
    this.#maker = maker;
    this.#plan = plan;
    this.#fields = new FieldValues(plan, maker.rules.late);
    this.#template = new JsonTemplate(plan);
  }

  read(block: TextBlock): number {
    const { cursor } = this;
    const template = this.#template;
    cursor.enter(block);
    while (cursor.advance()) {
      const { start, end } = cursor;
      if (template.take(block, start, end, this.#maker.values())) {
        this.#finish(template, null);
        continue;
      }
      const row = parseJsonLine(block.slice(start, end));
      if (!isObject(row)) {
        rejectLine(cursor, row);
        continue;
      }
      this.#finish(this.#fields, this.#fields.take(row, this.#maker.begin()));
      template.learn(block, start, end);
    }
    return cursor.next;
  }

  #finish(fields: NamedValues, bad: BadValue | null): void {
    const maker = this.#maker;
    const { cursor } = this;
    const { targetField, timeField, series } = this.#plan;
    const target = targetField === null ? series : targetOf(fields.target);
    const { time } = fields;
    if (target === null) {
      const known = { target, minuteMs: maker.minuteOfJson(time) };
      cursor.reject('no_target', noTarget(targetField, fields.target), known);
      return;
    }
    if (!maker.selects(target)) return;
    const minuteMs = maker.minuteOfJson(fields.time);
    if (Number.isNaN(minuteMs)) rejectTime(maker, timeField, fields.time, target);
    else if (bad === null) maker.make(minuteMs, target, maker.values(), labelOf(fields.label));
    else cursor.reject('bad_value', `${bad.field}: ${show(bad.value)} is not a number`, { target, minuteMs });
  }
}
