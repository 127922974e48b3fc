import { performance } from 'node:perf_hooks';

import { minuteOffsets } from '../core/block.js';
import { fillWindow } from '../core/windows.js';
import { createNormalizer, type NormalizeItem } from '../model/normalize.js';
import { scoreProblem, verdict } from '../model/score.js';
import { createSlidingNormalizer, type SlidingNormalizer } from '../model/sliding-normalizer.js';
import type { Outputs } from './backends/backend.js';
import { MOST_ITEMS } from './backends/batches.js';
import { CallPace, type BlockRunner, type BlockWork, type Pause } from './block-runner.js';
import { NOT_FINITE } from './bundle-analyzer.js';
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
  readonly #normalize: NormalizeItem;
  readonly #sliding: SlidingNormalizer;
  readonly #pace = new CallPace();
  /** A window with its missing values replaced. */
  readonly #window: Float64Array;

  constructor(model: BundleModel) {
    const { shape, seen, manifest } = model;
    this.#model = model;
    this.#normalize = createNormalizer(manifest.input.normalize, shape, seen);
    this.#sliding = createSlidingNormalizer(manifest.input.normalize, shape, seen);
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
      this.#collect(outputs, unfit, plan.itemRows.subarray(start, start + count), rows);
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
    const { values, intervals, width } = block;
    const seriesSize = intervals * width;
    const starts = minuteOffsets(block);
    let current = -1;
    return (item, out, at) => {
      const series = plan.itemSeries[item]!;
      const minute = plan.itemMinutes[item]!;
      if (plan.isWhole[item] === 0) {
        fillWindow(block, series, minute, missing, this.#window, 0);
        return this.#normalize(this.#window, out, at);
      }
      if (series !== current) {
        current = series;
        this.#sliding.begin(values.subarray(series * seriesSize, (series + 1) * seriesSize));
      }
      return this.#sliding.normalize(starts[minute]!, out, at);
    };
  }

  #collect(outputs: Outputs, unfit: ReadonlySet<number>, itemRows: Uint32Array, rows: RowAnswers): void {
    const { output } = this.#model.manifest;
    const { values, width } = outputs;
    for (let i = 0; i < itemRows.length; i++) {
      const row = itemRows[i]!;
      const score = this.#model.score(outputs, i);
      const problem = unfit.has(i) ? NOT_FINITE : scoreProblem(output, score);
      if (problem !== null) rows.refuse(row, problem);
      else rows.answer(row, score, verdict(output, score), values, i * width, width);
    }
  }
}
