/**
 * A parent that keeps its actors busy (with a target of fake-actor.ts), idle, or loading until somebody ends it, or
 * that ends by itself (`done`). Prints its actors' process ids once they are ready, and what they say.
 */
import { Pool } from '#build/pool/pool.js';

import { blockOf } from './blocks.js';
import { NUMBERS } from './chunks.js';
import { loadOf } from './fake-runtime.js';

const [target = 'done'] = process.argv.slice(2);
const pool = new Pool({
  actors: 2,
  load: loadOf(target === 'loading' ? { hang: 'yes' } : {}),
  log: console.log,
  timeoutMs: 60_000,
  entry: new URL('./fake-actor.js', import.meta.url),
});
const { actors } = await pool.start();
const run = target === 'idle' ? null : pool.run(blockOf([target, target]), NUMBERS);
process.stdout.write(`${actors.map(({ pid }) => pid).join(' ')}\n`);
await run;
if (target === 'done') {
  await pool.stop();
  process.stdout.write('stopped\n');
}
