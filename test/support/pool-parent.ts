/**
 * A parent that keeps its actors busy (`busy`) until somebody ends it, or that ends by itself (`done`).
 * Prints its actors' process ids.
 */
import { Pool } from '#dist/dispatch/pool.js';

import { batchOf } from './batches.js';
import { loadOf } from './fake-runtime.js';

const pool = new Pool({
  actors: 2,
  load: loadOf(),
  log: () => undefined,
  timeoutMs: 60_000,
  entry: new URL('./fake-actor.js', import.meta.url),
});
const { actors } = await pool.start();
const [target = 'done'] = process.argv.slice(2);
const run = pool.run(batchOf([target, target]), 'batched');
process.stdout.write(`${actors.map(({ pid }) => pid).join(' ')}\n`);
await run;
await pool.stop();
process.stdout.write('stopped\n');
