import { AiopsError } from '#dist/core/errors.js';
import type { LoadRuntime, Runtime } from '#dist/actor/runtime.js';
import type { Analyzer, AnalyzerAnswer, AnalyzerItem } from '#dist/model/analyzer.js';

/** Does something to the process or the call instead of just answering; chosen by an item's target. */
export type Trick = (item: AnalyzerItem) => AnalyzerAnswer;

/** Answers with the mean of the window as score and the window itself as output, without any model. */
export function answerOf(item: AnalyzerItem): AnalyzerAnswer {
  const mean = item.values.reduce((sum, value) => sum + value, 0) / item.values.length;
  return { score: mean, anomaly: mean > 100, output: item.values };
}

export function fakeAnalyzer(tricks: Readonly<Record<string, Trick>> = {}): Analyzer {
  return {
    window: 1,
    predict: (items) =>
      items.map(
        (item) => (Object.hasOwn(tricks, item.target) ? tricks[item.target]?.(item) : null) ?? answerOf(item),
      ),
  };
}

/** A runtime that loads nothing; `params.refuse` makes it refuse, any other param shows in the facts. */
export function fakeRuntime(analyzer: Analyzer): LoadRuntime {
  return async ({ params, threads }): Promise<Runtime> => {
    if (params['refuse'] !== undefined) {
      throw new AiopsError('model', `${params['refuse']} is no model`, { hint: 'name another one' });
    }
    return {
      analyzer,
      backend: {
        name: 'wasm',
        versions: { fake: params['version'] ?? '1' },
        threads,
        batchSize: null,
        features: [],
      },
      model: { name: 'fake', version: '1', format: 'graph-model', digest: 'none' },
      loadMs: 1,
      warmupMs: 2,
      notices: params['notice'] === undefined ? [] : [params['notice']],
    };
  };
}
