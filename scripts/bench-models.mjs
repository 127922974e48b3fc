/**
 * Predict times of the example models on both backends. Each variant has its own actor, they take turns, and ratios are
 * paired by round. Needs a build and `aiops-serve native install`.
 *
 *   node scripts/bench-models.mjs formats        500 items in each format on each backend, per item and batched
 *   node scripts/bench-models.mjs batch-shape    calls of a fixed shape against one free call
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { RandomStream } from '#build/core/random.js';
import { numbersOnly } from '#build/measure/turn.js';
import { Solo } from '#build/pool/solo.js';
import { installedNative } from '#build/host/native/location.js';
import { manifestText, openBundle } from '#build/model/bundle.js';

import { minuteOf } from './shared/minutes.mjs';
import { median } from './shared/samples.mjs';

const BUNDLES = ['mlp-autoencoder', 'builtin', 'lstm-forecast'];
const WARM_UP_ROUNDS = 3;

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '40' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const compare = { formats: compareFormats, 'batch-shape': compareBatchShapes }[positionals[0]];
if (compare === undefined) throw new Error('expected what to compare: formats or batch-shape');

for (const name of BUNDLES) {
  const bundle = await openBundle(fileURLToPath(new URL(`../fixtures/bundles/${name}`, import.meta.url)));
  await compare(bundle);
}

async function compareFormats(bundle) {
  const items = 500;
  const itemsAlone = 10; // one eager LSTM call takes 80 ms
  const variants = [];
  for (const [backend, formats] of Object.entries({
    node: ['saved-model', 'graph-model', 'layers-model'],
    wasm: ['graph-model', 'layers-model'],
  })) {
    for (const format of formats) {
      const solo = await started(bundle, { backend, format, batchShape: 'free' });
      variants.push({ label: `${format} on ${backend}`, solo });
    }
  }
  const batched = await interleaved(variants, randomMinute(bundle.manifest, items), 'batched');
  const perItem = await interleaved(variants, randomMinute(bundle.manifest, itemsAlone), 'per-item');
  console.log(`${bundle.manifest.name}, ms for ${items} items, per item (from ${itemsAlone}) and batched:`);
  for (const { label } of variants) {
    const alone = (median(perItem.get(label)) * items) / itemsAlone;
    console.log(
      `  ${label.padEnd(22)} ${alone.toFixed(0).padStart(6)}  ${median(batched.get(label)).toFixed(2)}`,
    );
  }
  await stop(variants);
}

async function compareBatchShapes(bundle) {
  const variants = [{ label: 'free', solo: await started(bundle, { batchShape: 'free' }) }];
  for (const batchSize of [32, 64, 128, 256, 512, 1024])
    variants.push({ label: String(batchSize), solo: await started(bundle, { batchSize }) });
  for (const items of [10, 100, 500, 5000]) {
    const times = await interleaved(variants, randomMinute(bundle.manifest, items), 'batched');
    const free = times.get('free');
    const cells = variants.map(({ label }) => {
      const own = times.get(label);
      const ratio = median(own.map((time, round) => time / free[round]));
      return `${label} ${median(own).toFixed(2)} ms (${ratio.toFixed(2)})`;
    });
    console.log(`${bundle.manifest.name}, ${items} items: ${cells.join(', ')}`);
  }
  await stop(variants);
}

async function started(bundle, given) {
  const load = {
    model: { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) },
    ...{
      backend: 'node',
      modelFormat: 'saved-model',
      threadsPerActor: 1,
      batchSize: 'auto',
      batchShape: 'fixed',
    },
    ...given,
    native: installedNative()?.folder ?? null,
    params: {},
  };
  const solo = new Solo({ load, log: () => undefined, timeoutMs: 60_000 });
  await solo.start();
  return solo;
}

async function stop(variants) {
  await Promise.all(variants.map(({ solo }) => solo.stop()));
}

/** Predict times by variant, ms, one per round. */
async function interleaved(variants, minute, style) {
  const times = new Map(variants.map(({ label }) => [label, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const { label, solo } of variants) {
      const { timing } = await solo.run(minute, numbersOnly(style));
      if (round >= 0) times.get(label).push(timing.chunks[0].predictMs);
    }
  }
  return times;
}

function randomMinute({ input: { window, columns } }, items) {
  const random = new RandomStream(1);
  const width = columns === 'each' ? 1 : columns.length;
  const length = items * window * width;
  return minuteOf(
    Float64Array.from({ length }, () => 100 + random.nextNormal()),
    { window, width },
  );
}
