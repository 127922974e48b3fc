#!/usr/bin/env node
/**
 * What the pool costs on top of a bare pipe: a minute goes to actors that answer at once, and as many bytes through
 * pipes with nothing but a length before them. They take turns in one run.
 *
 *   node scripts/bench-pipe.mjs [--items 500] [--values 60] [--actors 2] [--rounds 2000]
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { cutSeries } from '#build/core/block.js';
import { numbersOnly } from '#build/measure/turn.js';
import { ActorMessageEncoder } from '#build/protocol/actor-frames.js';
import { ParentMessageEncoder } from '#build/protocol/parent-frames.js';
import { Pool } from '#build/pool/pool.js';

import { BarePipe } from './bench-pipe/bare-pipe.mjs';
import { minuteOf } from './shared/minutes.mjs';
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

const REQUEST = numbersOnly('batched');
const minute = minuteOf(
  Float64Array.from({ length: items * width }, (_, i) => Math.sin(i)),
  { window: width },
);

/** Sizes of one chunk's frame and of its answer's, which the bare pipe moves too. */
function frameBytes({ statuses, scores, anomalies, outputs }) {
  const end = Math.ceil(items / actors);
  const block = cutSeries(minute, { start: 0, end });
  const chunk = { type: 'chunk', id: 0, ...REQUEST, block, untried: [] };
  const answers = {
    rowOffsets: Uint32Array.of(0, end),
    statuses: statuses.subarray(0, end),
    scores: scores.subarray(0, end),
    anomalies: anomalies.subarray(0, end),
    lines: null,
    outputs: {
      values: outputs.values.subarray(0, outputs.offsets[end]),
      offsets: outputs.offsets.subarray(0, end + 1),
    },
  };
  const moments = { arrivedAtMs: 1234.5678, servedFromMs: 1234.5678 };
  const timing = { ...moments, decodeMs: 0.1234, normalizeMs: 0, predictMs: 0, replyMs: 0.1234 };
  const answer = { type: 'answer', id: 0, answers, items: end, timing, usage: { rssBytes: 0, cpuMs: 0 } };
  return {
    asked: sum(new ParentMessageEncoder().encode(chunk)),
    answered: sum(new ActorMessageEncoder().encode(answer)),
  };
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
const { answers } = await pool.run(minute, REQUEST);
const bytes = frameBytes(answers);
const bare = Array.from({ length: actors }, () => new BarePipe(bytes));

const spent = { pool: [], bare: [] };
const reportedMs = [];
for (let round = -500; round < rounds; round++) {
  let startedAt = performance.now();
  const { timing } = await pool.run(minute, REQUEST);
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
