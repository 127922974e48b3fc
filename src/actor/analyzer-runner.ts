import { performance } from 'node:perf_hooks';

import { fillWindow, type RowPlan } from '../core/windows.js';
import type { Analyzer, AnalyzerItem } from '../model/analyzer.js';
import type { LoadRequest } from '../protocol/messages.js';
import { checkCount, checkForm, isError } from './analyzer-answers.js';
import { CallPace, type BlockRunner, type BlockWork } from './block-runner.js';
import type { RowAnswers } from './row-answers.js';

/** The most items of a call. */
const MOST_ITEMS = 4096;
/** The most memory of a call's windows, unless a single one is larger. */
const MOST_BYTES = 8 * 2 ** 20;

/**
 * Has a user's analyzer answer a block, minute after minute, items in the order of the series. A call has one minute
 * until a call has been timed, then as many whole minutes as should take a quarter of a second; a minute too large for
 * memory is cut.
 */
export class AnalyzerRunner implements BlockRunner {
  readonly #analyzer: Analyzer;
  readonly #params: LoadRequest['params'];
  readonly #pace = new CallPace();
  /** `[items, window, width]`: the windows of a call, in memory that the next one reuses. */
  #windows = new Float64Array(0);
  /** Each window of `#windows`. */
  #views: Float64Array[] = [];

  constructor(analyzer: Analyzer, params: LoadRequest['params']) {
    this.#analyzer = analyzer;
    this.#params = params;
  }

  async run(work: BlockWork, rows: RowAnswers, pause: () => Promise<void>): Promise<void> {
    const { block, plan, style } = work;
    const order = inOrderOfRows(plan);
    const most = Math.max(1, Math.min(MOST_ITEMS, Math.floor(MOST_BYTES / (8 * block.window * block.width))));
    let start = 0;
    while (start < order.length) {
      if (start > 0) await pause();
      const end = style === 'per-item' ? start + 1 : this.#callEnd(plan, order, start, most);
      await this.#call(work, order.subarray(start, end), rows);
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

  async #call(
    { block, plan, missing, style }: BlockWork,
    items: Uint32Array,
    rows: RowAnswers,
  ): Promise<void> {
    const views = this.#reserve(items.length, block.window * block.width);
    const shape = [block.window, block.width] as const;
    const given: AnalyzerItem[] = [];
    for (let i = 0; i < items.length; i++) {
      const series = plan.itemSeries[items[i]!]!;
      const minute = plan.itemMinutes[items[i]!]!;
      const values = views[i]!;
      fillWindow(block, series, minute, missing, values, 0);
      given.push({
        target: block.targets[series]!,
        column: block.columns[series] ?? null,
        minute: block.minutesMs[minute]!,
        values,
        shape,
        params: this.#params,
      });
    }
    const startedAt = performance.now();
    // A copy, because an analyzer that removes items from its list must not shift the answers.
    const answers = checkCount(given, await this.#analyzer.predict(given.slice(), { style }));
    this.#pace.add(items.length, performance.now() - startedAt);
    for (let i = 0; i < items.length; i++) {
      const row = plan.itemRows[items[i]!]!;
      const answer = checkForm(answers[i], given[i]);
      if (isError(answer)) rows.refuse(row, { errno: answer.errno, errmsg: answer.errmsg });
      else rows.answer(row, answer.score, answer.anomaly, answer.output, 0, answer.output.length);
    }
  }

  /** At least `items` views of `size` numbers each. */
  #reserve(items: number, size: number): readonly Float64Array[] {
    if (this.#views.length >= items && this.#views[0]!.length === size) return this.#views;
    this.#windows = new Float64Array(items * size);
    this.#views = Array.from({ length: items }, (_, i) => this.#windows.subarray(i * size, (i + 1) * size));
    return this.#views;
  }
}

/** `[items]`: the items in the order of their rows. */
function inOrderOfRows({ items, itemRows, statuses }: RowPlan): Uint32Array {
  const itemOf = new Int32Array(statuses.length).fill(-1);
  for (let item = 0; item < items; item++) itemOf[itemRows[item]!] = item;
  const order = new Uint32Array(items);
  let next = 0;
  for (const item of itemOf) if (item >= 0) order[next++] = item;
  return order;
}
