#!/usr/bin/env node
/**
 * What the pool costs on top of a bare pipe: a minute goes to actors that answer at once, and as many bytes through
 * pipes with nothing but a length before them. They take turns in one run.
 *
 *   node scripts/bench-pipe.mjs [--items 500] [--values 60] [--actors 2] [--rounds 2000]
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { ActorMessageEncoder } from '#dist/protocol/actor-frames.js';
import { ParentMessageEncoder } from '#dist/protocol/parent-frames.js';
import { Pool } from '#dist/pool/pool.js';

import { BarePipe } from './bench-pipe/bare-pipe.mjs';
import { median } from './shared/samples.mjs';

const { values: flags } = parseArgs({
  options: {
    items: { type: 'string', default: '500' },
    values: { type: 'string', default: '60' },
    actors: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '2000' },
  },
});
const items = Number(flags.items);
const width = Number(flags.values);
const actors = Number(flags.actors);
const rounds = Number(flags.rounds);

const batch = {
  minuteMs: Date.UTC(2024, 0, 1),
  targets: Array.from({ length: items }, (_, i) => `target-${i}`),
  columns: new Array(items).fill(null),
  window: width,
  width: 1,
  values: Float64Array.from({ length: items * width }, (_, i) => Math.sin(i)),
};

/** Sizes of one chunk's frame and of its answer's, which the bare pipe moves too. */
function frameBytes(replies) {
  const perActor = Math.ceil(items / actors);
  const chunk = {
    type: 'chunk',
    id: 0,
    style: 'batched',
    ...batch,
    targets: batch.targets.slice(0, perActor),
  };
  const values = batch.values.subarray(0, perActor * width);
  const asked = new ParentMessageEncoder().encode({
    ...chunk,
    columns: batch.columns.slice(0, perActor),
    values,
  });
  const moments = { arrivedAtMs: 1234.5678, servedFromMs: 1234.5678 };
  const timing = { ...moments, decodeMs: 0.1234, normalizeMs: 0, predictMs: 0, replyMs: 0.1234 };
  const answers = { ...replies, scores: replies.scores.subarray(0, perActor) };
  answers.anomalies = replies.anomalies.subarray(0, perActor);
  answers.outputOffsets = replies.outputOffsets.subarray(0, perActor + 1);
  answers.outputs = replies.outputs.subarray(0, perActor * width);
  const answered = new ActorMessageEncoder().encode({ type: 'answer', id: 0, answers, timing });
  return { asked: sum(asked), answered: sum(answered) };
}

function sum(buffers) {
  return buffers.reduce((bytes, buffer) => bytes + buffer.length, 0);
}

const load = {
  model: { kind: 'analyzer', module: '/' },
  ...{ backend: 'wasm', modelFormat: 'auto', threadsPerActor: 1, batchSize: 'auto', batchShape: 'free' },
  native: null,
  params: {},
};
const pool = new Pool({
  actors,
  load,
  timeoutMs: 60_000,
  entry: new URL('./bench-pipe/actor.mjs', import.meta.url),
  log: (actor, line) => console.error(`${actor}: ${line}`),
});
await pool.start();
const { answers } = await pool.run(batch, 'batched');
const bytes = frameBytes(answers);
const bare = Array.from({ length: actors }, () => new BarePipe(bytes));

const spent = { pool: [], bare: [] };
const reportedMs = [];
for (let round = -500; round < rounds; round++) {
  let startedAt = performance.now();
  const { timing } = await pool.run(batch, 'batched');
  const poolMs = performance.now() - startedAt;
  startedAt = performance.now();
  await Promise.all(bare.map((pipe) => pipe.ask()));
  const bareMs = performance.now() - startedAt;
  if (round < 0) continue;
  spent.pool.push(poolMs);
  spent.bare.push(bareMs);
  reportedMs.push(timing.wallMs);
}
await pool.stop();
for (const pipe of bare) pipe.stop();

const poolMs = median(spent.pool);
const bareMs = median(spent.bare);
console.log(
  JSON.stringify({
    items,
    values: width,
    actors,
    rounds,
    bytes,
    poolMedianMs: poolMs,
    poolSaysMedianMs: median(reportedMs),
    bareMedianMs: bareMs,
    ratio: poolMs / bareMs,
  }),
);
