/** Starts a pool with the built-in model, and prints the processor time of each actor once all are ready, ms. Linux. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , root, backend, actors] = process.argv;
const built = (module) => import(pathToFileURL(join(root, 'build', module)).href);
const { Pool } = await built('pool/pool.js');
const { manifestText, openBundle } = await built('model/bundle.js');
const { installedNative } = await built('host/native/location.js');

const bundle = await openBundle(join(root, 'fixtures/bundles/builtin'));
const model = { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) };
const load = {
  ...{ model, backend, modelFormat: 'auto', threadsPerActor: 1, batchSize: 'auto', batchShape: 'fixed' },
  ...{ params: {}, native: installedNative()?.folder ?? null },
};
const pool = new Pool({ load, actors: Number(actors), log: () => undefined, timeoutMs: 120_000 });
try {
  const ready = await pool.start();
  console.log(JSON.stringify(ready.actors.map(({ pid }) => processorMs(pid))));
} finally {
  await pool.stop();
}

/** The first number of a thread's schedstat is its time on a processor, ns. */
function processorMs(pid) {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce(
    (sum, thread) => sum + Number(readFileSync(`${tasks}/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  );
}
