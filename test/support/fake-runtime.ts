import { AnalyzerRunner } from '#build/actor/analyzer-runner.js';
import type { LoadRuntime, Runtime } from '#build/actor/load-runtime.js';
import { AiopsError } from '#build/core/errors.js';
import type { Analyzer, AnalyzerAnswer, AnalyzerItem } from '#build/model/analyzer.js';
import type { LoadRequest } from '#build/protocol/messages.js';

export function loadOf(params: LoadRequest['params'] = {}): LoadRequest {
  return {
    model: { kind: 'analyzer', module: '/nowhere' },
    backend: 'auto',
    modelFormat: 'auto',
    threadsPerActor: 1,
    batchSize: 'auto',
    batchShape: 'fixed',
    native: null,
    params,
  };
}

/** Answers with the mean of the window as score and the window itself as output, without any model. */
export function answerOf(item: AnalyzerItem): AnalyzerAnswer {
  const mean = item.values.reduce((sum, value) => sum + value, 0) / item.values.length;
  return { score: mean, anomaly: mean > 100, output: item.values };
}

/** What an analyzer does for a target of that name in place of just answering. */
export type Tricks = Readonly<Record<string, (item: AnalyzerItem) => AnalyzerAnswer>>;

export function fakeAnalyzer(tricks: Tricks = {}): Analyzer {
  return {
    window: 1,
    predict: (items) =>
      items.map((item) => {
        const trick = Object.hasOwn(tricks, item.target) ? tricks[item.target]! : answerOf;
        return trick(item);
      }),
  };
}

/** Loads nothing; `params.refuse` makes it refuse, `params.version` and `params.notice` show in what it tells. */
export function fakeRuntime(analyzer: Analyzer): LoadRuntime {
  return ({ params, threadsPerActor: threads }): Promise<Runtime> => {
    const { refuse, version = '1', notice } = params;
    if (refuse !== undefined) {
      return Promise.reject(new AiopsError('model', `${refuse} is no model`, { hint: 'name another one' }));
    }
    return Promise.resolve({
      analyzer,
      runner: new AnalyzerRunner(analyzer, params),
      input: { window: analyzer.window, columns: 'each', missing: 'hold' },
      backend: {
        name: 'wasm',
        versions: { fake: version },
        threads,
        batchSize: null,
        reproducible: true,
        features: [],
      },
      model: {
        name: 'fake',
        version: '1',
        format: 'graph-model',
        digest: 'none',
        outputs: [{ name: 'window', size: 1 }],
        bundles: [],
      },
      loadMs: 1,
      warmupMs: 2,
      notices: notice === undefined ? [] : [{ level: 'info', text: notice }],
    });
  };
}
