import type { CallStyle, InputSpec } from '../core/types.js';
import type { AnalyzerAnswer, AnalyzerItem, LoadedBundle } from '../model/analyzer.js';
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
  }

  predict(
    items: readonly AnalyzerItem[],
    call: { readonly style: CallStyle } = { style: 'batched' },
  ): Promise<AnalyzerAnswer[]> {
    return this.#serial.run(async () => {
      const { intervals, width } = this.#model.shape;
      const size = intervals * width;
      const unfit = this.#model.fill(items.length, (i, out, at) => {
        const { target, column, values } = items[i]!;
        if (values.length !== size) throw new RangeError(`an item has ${values.length} numbers, not ${size}`);
        const { normalizer } = this.#model;
        return normalizer.turnTo(target, column) && normalizer.normalize(values, out, at);
      });
      const outputs = await this.#model.predict(items.length, call.style);
      return items.map(({ target, column }, i) =>
        unfit.has(i) ? this.#model.whyUnfit(target, column) : this.#answer(outputs, i),
      );
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

/** Runs asynchronous work one at a time, in the order of the calls. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
