import type { CallStyle, InputSpec, ItemError } from '../core/types.js';
import type { AnalyzerAnswer, AnalyzerItem, LoadedBundle } from '../model/analyzer.js';
import { createNormalizer, type NormalizeItem } from '../model/normalize.js';
import { scoreProblem, verdict } from '../model/score.js';
import type { Outputs } from './backends/backend.js';
import type { BundleModel } from './bundle-model.js';

/** A bundle that answers items, for analyzers that load one: normalize → predict → score. */
export class BundleAnalyzer implements LoadedBundle {
  readonly name: string;
  readonly version: string;
  readonly window: number;
  readonly columns: InputSpec['columns'];
  readonly missing: InputSpec['missing'];
  readonly #model: BundleModel;
  readonly #serial: SerialQueue;
  readonly #normalize: NormalizeItem;

  /** @param serial a prediction waits for earlier ones, also of other bundles */
  constructor(model: BundleModel, serial: SerialQueue) {
    const { name, version, input } = model.manifest;
    this.name = name;
    this.version = version;
    this.window = input.window;
    this.columns = input.columns;
    this.missing = input.missing;
    this.#model = model;
    this.#serial = serial;
    this.#normalize = createNormalizer(input.normalize, model.shape, model.seen);
  }

  predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle } = { style: 'batched' },
  ): Promise<AnalyzerAnswer[]> {
    return this.#serial.run(async () => {
      const { intervals, width } = this.#model.shape;
      const size = intervals * width;
      const unfit = this.#model.fill(items.length, (i, out, at) => {
        const { values } = items[i]!;
        if (values.length !== size) throw new RangeError(`an item has ${values.length} numbers, not ${size}`);
        return this.#normalize(values, out, at);
      });
      const outputs = await this.#model.predict(items.length, call.style);
      return items.map((_, i) => (unfit.has(i) ? NOT_FINITE : this.#answer(outputs, i)));
    });
  }

  dispose(): void {
    this.#model.dispose();
  }

  #answer(outputs: Outputs, i: number): AnalyzerAnswer {
    const { output } = this.#model.manifest;
    const score = this.#model.score(outputs, i);
    const problem = scoreProblem(output, score);
    if (problem !== null) return problem;
    const { values, width } = outputs;
    return { score, anomaly: verdict(output, score), output: values.subarray(i * width, (i + 1) * width) };
  }
}

export const NOT_FINITE: ItemError = {
  errno: 'non_finite_input',
  errmsg: 'after normalization, a value of the window exceeds the range of Float32',
};

/** Runs asynchronous work one at a time, in the order of the calls. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
