import { performance } from 'node:perf_hooks';

import { fillWindow, type RowPlan } from '../core/windows.js';
import type { Analyzer, AnalyzerItem } from '../model/analyzer.js';
import type { LoadRequest } from '../protocol/messages.js';
import { checkCount, checkForm, isError } from './analyzer-answers.js';
import { CallPace, type BlockRunner, type BlockWork, type Pause } from './block-runner.js';
import type { RowAnswers } from './row-answers.js';
import { WindowViews } from './window-views.js';

/** The most memory of a call's windows, unless a single one is larger. */
const MOST_BYTES = 8 * 2 ** 20;

/**
 * Has a user's analyzer answer a block, minute after minute, items in the order of the series. A call has one minute
 * until a call has been timed, then as many whole minutes as should take a quarter of a second; a minute with too
 * many items for a call, or too large for memory, is cut.
 */
export class AnalyzerRunner implements BlockRunner {
  readonly #analyzer: Analyzer;
  readonly #params: LoadRequest['params'];
  readonly #pace = new CallPace();
  readonly #views = new WindowViews();
  /** `[items, window, width]`: copies of windows, in memory that the next call reuses. */
  #copies = new Float64Array(0);

  constructor(analyzer: Analyzer, params: LoadRequest['params']) {
    this.#analyzer = analyzer;
    this.#params = params;
  }

  async run(work: BlockWork, rows: RowAnswers, pause: Pause): Promise<void> {
    const { block, plan, style, callItems } = work;
    const order = inOrderOfRows(plan);
    const most = Math.max(1, Math.min(callItems, Math.floor(MOST_BYTES / (8 * block.window * block.width))));
    let start = 0;
    while (start < order.length) {
      if (start > 0) await pause();
      const end =
        style === 'per-item' ? Math.min(start + most, order.length) : this.#callEnd(plan, order, start, most);
      const items = order.subarray(start, end);
      const call = { given: this.#itemsOf(work, items), items, plan, rows };
      await (style === 'per-item' ? this.#askEach(call, pause) : this.#askAll(call));
      start = end;
    }
  }

  /** Where a call ends that starts at `start`: after the first minute, and further ones as long as it remains short. */
  #callEnd({ itemMinutes }: RowPlan, order: Uint32Array, start: number, most: number): number {
    const wanted = Math.min(most, this.#pace.items(1));
    const limit = Math.min(order.length, start + most);
    let end = start;
    for (let i = start + 1; i <= limit; i++) {
      const endsMinute = i === order.length || itemMinutes[order[i]!] !== itemMinutes[order[i - 1]!];
      if (!endsMinute) continue;
      if (end > start && i - start > wanted) return end;
      end = i;
    }
    return end > start ? end : limit;
  }

  async #askAll(call: Call): Promise<void> {
    const { given } = call;
    const startedAt = performance.now();
    // A copy, because an analyzer that removes items from its list must not shift the answers.
    const answers = checkCount(given, await this.#analyzer.predict(given.slice(), { style: 'batched' }));
    this.#pace.add(given.length, performance.now() - startedAt);
    for (let i = 0; i < given.length; i++) collect(answers[i], call, i);
  }

  async #askEach(call: Call, pause: Pause): Promise<void> {
    const { given } = call;
    const style = { style: 'per-item' } as const;
    for (let i = 0; i < given.length; i++) {
      const paused = i === 0 ? null : pause();
      if (paused !== null) await paused;
      const item = given[i]!;
      const answers = checkCount([item], await this.#analyzer.predict([item], style));
      collect(answers[0], call, i); // at once: the next call may reuse its memory
    }
  }

  /** What the analyzer gets. Windows that no other overlaps are not copied, unless missing values are replaced. */
  #itemsOf({ block, plan, missing }: BlockWork, items: Uint32Array): AnalyzerItem[] {
    const { window, width, targets, columns, minutesMs } = block;
    const size = window * width;
    const shape = [window, width] as const;
    const isApart = block.intervals === window;
    const windows = isApart ? this.#views.of(block.values, targets.length, size) : [];
    const copies = isApart && !plan.isWhole.includes(0) ? [] : this.#reserve(items.length, size);
    const given: AnalyzerItem[] = [];
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!;
      const series = plan.itemSeries[item]!;
      const minute = plan.itemMinutes[item]!;
      const isView = isApart && plan.isWhole[item] === 1;
      const values = isView ? windows[series]! : copies[i]!;
      if (!isView) fillWindow(block, series, minute, missing, values, 0);
      given.push({
        target: targets[series]!,
        column: columns[series] ?? null,
        minute: minutesMs[minute]!,
        values,
        shape,
        params: this.#params,
      });
    }
    return given;
  }

  /** At least `count` windows of `size` numbers each. */
  #reserve(count: number, size: number): readonly Float64Array[] {
    if (this.#copies.length < count * size) this.#copies = new Float64Array(count * size);
    return this.#views.of(this.#copies, count, size);
  }
}

/** Items that are given to the analyzer, and where their answers go. */
interface Call {
  readonly given: readonly AnalyzerItem[];
  /** `[given]`: their numbers in the plan. */
  readonly items: Uint32Array;
  readonly plan: RowPlan;
  readonly rows: RowAnswers;
}

function collect(answered: unknown, { given, items, plan, rows }: Call, i: number): void {
  const row = plan.itemRows[items[i]!]!;
  const answer = checkForm(answered, given[i]);
  if (isError(answer)) rows.refuse(row, { errno: answer.errno, errmsg: answer.errmsg });
  else rows.answer(row, answer.score, answer.anomaly, answer.output, 0, answer.output.length);
}

/** `[items]`: the items in the order of their rows. */
function inOrderOfRows({ items, itemRows, statuses, rowOffsets }: RowPlan): Uint32Array {
  // In a single minute, series and rows have the same order; if each is an item, rows and items have the same numbers.
  if (items === statuses.length && rowOffsets.length === 2) return itemRows;
  const itemOf = new Int32Array(statuses.length).fill(-1);
  for (let item = 0; item < items; item++) itemOf[itemRows[item]!] = item;
  const order = new Uint32Array(items);
  let next = 0;
  for (const item of itemOf) if (item >= 0) order[next++] = item;
  return order;
}
