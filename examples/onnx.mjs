/**
 * An analyzer that runs an ONNX model with onnxruntime-node: a scikit-learn IsolationForest, exported by skl2onnx.
 * An item is one row of features: its window, interval by interval, oldest first.
 *
 *   npm install --ignore-scripts onnxruntime-node
 *   aiops-serve replay data.csv --analyzer onnx.mjs --param model=forest.onnx --param columns=cpu,mem
 */
import { resolve } from 'node:path';

import { InferenceSession, Tensor } from 'onnxruntime-node';

/** @type {import('aiops-serve').CreateAnalyzer} */
export async function createAnalyzer({ params, file, measure }) {
  const { model, columns = '', window = '1' } = params;
  if (model === undefined) throw new Error('expected --param model=FILE.onnx');
  const session = await InferenceSession.create(await file(resolve(model)), {
    // Actors are what runs in parallel.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const [input = ''] = session.inputNames;
  return {
    name: 'onnx',
    version: '1.0.0',
    window: Number(window),
    columns: columns === '' ? 'each' : columns.split(','),
    async predict(items) {
      const features = measure('normalize', () =>
        Float32Array.from(items.flatMap(({ values }) => [...values])),
      );
      const rows = new Tensor('float32', features, [items.length, features.length / items.length]);
      // `scores` [items, 1] is decision_function: negative for an anomaly.
      const { scores } = await measure('predict', () => session.run({ [input]: rows }, ['scores']));
      return items.map((_, i) => {
        const score = -Number(scores?.data[i]);
        return { score, anomaly: score > 0, output: [] };
      });
    },
    dispose: () => session.release(),
  };
}
