/**
 * What a fixed batch shape costs on native TensorFlow: the predict time of one chunk, in calls of 16 to 256 items
 * filled up to that size, against one free call. An actor an arm, served in turn; ratios are paired by round.
 * Needs a build and `aiops-serve native install`.
 *
 *   node scripts/bench-batch-shape.mjs [--rounds 40] [--items 50,250,500]
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { RandomStream } from '../dist/core/random.js';
import { Solo } from '../dist/dispatch/solo.js';
import { installedNative } from '../dist/host/native/location.js';
import { manifestText, openBundle } from '../dist/model/bundle.js';

const BUNDLES = ['mlp-autoencoder', 'builtin', 'lstm-forecast'];
const SIZES = [16, 32, 64, 128, 256];
const WARM_UP_ROUNDS = 3;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, items: { type: 'string', default: '50,250,500' } },
});
const rounds = Number(values.rounds);
const itemCounts = values.items.split(',').map(Number);

for (const name of BUNDLES) {
  const folder = fileURLToPath(new URL(`../fixtures/bundles/${name}`, import.meta.url));
  const bundle = await openBundle(folder);
  const arms = [{ label: 'free', batchSize: 'auto', batchShape: 'free' }];
  for (const size of SIZES) arms.push({ label: String(size), batchSize: size, batchShape: 'fixed' });
  for (const arm of arms) arm.solo = await started(bundle, arm);
  for (const items of itemCounts) {
    const batch = randomBatch(bundle.manifest, items);
    const times = await interleaved(arms, batch);
    const free = times.get('free');
    const cells = arms.map(({ label }) => {
      const own = times.get(label);
      const ratio = median(own.map((time, round) => time / free[round]));
      return `${label} ${median(own).toFixed(2)} ms (${ratio.toFixed(2)})`;
    });
    console.log(`${name}, ${items} items: ${cells.join(', ')}`);
  }
  await Promise.all(arms.map(({ solo }) => solo.stop()));
}

async function started(bundle, { batchSize, batchShape }) {
  const load = {
    model: { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) },
    ...{ backend: 'node', format: 'saved-model', threads: 1, batchSize, batchShape },
    native: installedNative()?.folder ?? null,
    params: {},
  };
  const solo = new Solo({ load, log: () => undefined, timeoutMs: 60_000 });
  await solo.start();
  return solo;
}

/** Predict times by arm, ms, one a round. */
async function interleaved(arms, batch) {
  const times = new Map(arms.map(({ label }) => [label, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const { label, solo } of arms) {
      const { timing } = await solo.run(batch, 'batched');
      if (round >= 0) times.get(label).push(timing.chunks[0].predictMs);
    }
  }
  return times;
}

function randomBatch({ input }, items) {
  const random = new RandomStream(1);
  const width = input.columns === 'each' ? 1 : input.columns.length;
  const size = input.window * width;
  return {
    minuteMs: 0,
    targets: Array.from({ length: items }, (_, i) => `t${i}`),
    columns: Array.from({ length: items }, () => null),
    window: input.window,
    width,
    values: Float64Array.from({ length: items * size }, () => 100 + random.nextNormal()),
  };
}

function median(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
