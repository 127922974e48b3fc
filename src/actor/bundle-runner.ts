import { performance } from 'node:perf_hooks';

import { minuteOffsets } from '../core/block.js';
import { fillWindow } from '../core/windows.js';
import { scoreProblem, verdict } from '../model/score.js';
import type { Outputs } from './backends/backend.js';
import { MOST_ITEMS } from './backends/batches.js';
import { CallPace, type BlockRunner, type BlockWork, type Pause } from './block-runner.js';
import type { BundleModel, WriteWindow } from './bundle-model.js';
import type { RowAnswers } from './row-answers.js';

/** The most memory of a call's normalized windows, unless the smallest call has larger ones. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Runs a bundle's model along the series of a block: windows are normalized one after another, and calls span series
 * and minutes.
 */
export class BundleRunner implements BlockRunner {
  readonly #model: BundleModel;
  readonly #pace = new CallPace();
  /** A window with its missing values replaced. */
  readonly #window: Float64Array;

  constructor(model: BundleModel) {
    const { shape } = model;
    this.#model = model;
    this.#window = new Float64Array(shape.intervals * shape.width);
  }

  async run(work: BlockWork, rows: RowAnswers, pause: Pause): Promise<void> {
    const { block, plan, style } = work;
    const { intervals, width } = this.#model.shape;
    if (block.window !== intervals || block.width !== width)
      throw new RangeError(
        `the block has items [${block.window},${block.width}], not [${intervals},${width}]`,
      );
    const write = this.#windowsOf(work);
    let first = 0;
    while (first < plan.items) {
      const paused = first > 0 ? pause() : null;
      if (paused !== null) await paused;
      const count = Math.min(style === 'per-item' ? 1 : this.#callItems(work.callItems), plan.items - first);
      const start = first;
      const startedAt = performance.now();
      const unfit = this.#model.fill(count, (i, out, at) => write(start + i, out, at));
      const outputs = await this.#model.predict(count, style);
      this.#pace.add(count, performance.now() - startedAt);
      this.#collect(outputs, unfit, work, { start, count }, rows);
      first += count;
    }
  }

  #callItems(limit: number): number {
    const { plan, shape } = this.#model;
    const least = plan.size ?? 1;
    const itemBytes = 4 * shape.intervals * shape.width;
    const wanted = plan.mostWithSameBits ?? plan.size ?? MOST_ITEMS;
    const most = Math.min(wanted, limit, this.#pace.items(wanted), Math.floor(MOST_BYTES / itemBytes));
    return Math.max(least, most - (most % least));
  }

  /** Writes the normalized windows of the plan's items, which come series by series. */
  #windowsOf({ block, plan, missing }: BlockWork): WriteWindow {
    const { values, intervals, width, targets, columns } = block;
    const { normalizer } = this.#model;
    const seriesSize = intervals * width;
    const starts = minuteOffsets(block);
    let current = -1;
    let isKnown = false;
    return (item, out, at) => {
      const series = plan.itemSeries[item]!;
      const minute = plan.itemMinutes[item]!;
      if (series !== current) {
        current = series;
        isKnown = normalizer.turnTo(targets[series]!, columns[series] ?? null);
        normalizer.sliding.begin(values.subarray(series * seriesSize, (series + 1) * seriesSize));
      }
      if (!isKnown) return false;
      if (plan.isWhole[item] === 1) return normalizer.sliding.normalize(starts[minute]!, out, at);
      fillWindow(block, series, minute, missing, this.#window, 0);
      return normalizer.normalize(this.#window, out, at);
    };
  }

  #collect(
    outputs: Outputs,
    unfit: ReadonlySet<number>,
    { block: { targets, columns }, plan: { itemRows, itemSeries } }: BlockWork,
    { start, count }: { readonly start: number; readonly count: number },
    rows: RowAnswers,
  ): void {
    const { output } = this.#model.manifest;
    const { values, width } = outputs;
    for (let i = 0; i < count; i++) {
      const row = itemRows[start + i]!;
      const score = this.#model.score(outputs, i);
      const series = itemSeries[start + i]!;
      const problem = unfit.has(i)
        ? this.#model.whyUnfit(targets[series]!, columns[series] ?? null)
        : scoreProblem(output, score);
      if (problem !== null) rows.refuse(row, problem);
      else rows.answer(row, score, verdict(output, score), values, i * width, width);
    }
  }
}
