/** A workerpool process: loads the model as our actors do and returns outputs only. */
import workerpool from 'workerpool';

import { loadRuntime } from '#build/actor/load-runtime.js';

const { analyzer } = await loadRuntime(JSON.parse(process.env.PEERS_LOAD), (_phase, work) => work());

async function predict(style, { items: count, window, width, values }) {
  const size = window * width;
  const items = Array.from({ length: count }, (_, i) => ({
    ...{ target: '', column: null, minute: 0, shape: [window, width], params: {} },
    values: values.subarray(i * size, (i + 1) * size),
  }));
  const answers = style === 'batched' ? await analyzer.predict(items, { style }) : await oneByOne(items);
  const outputWidth = answers[0].output.length;
  const outputs = new Float32Array(count * outputWidth);
  answers.forEach(({ output }, i) => outputs.set(output, i * outputWidth));
  return outputs;
}

async function oneByOne(items) {
  const answers = [];
  for (const item of items) answers.push(...(await analyzer.predict([item], { style: 'per-item' })));
  return answers;
}

workerpool.worker({ predict });
