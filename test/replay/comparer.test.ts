import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ROW_STATUS, type Answers, type Block, type BlockRequest } from '#build/core/block.js';
import type { BlockRun, PoolExecutor } from '#build/core/executor.js';
import { IncidentLog } from '#build/pool/executors.js';
import { Comparer } from '#build/replay/comparer.js';

import { blockOf } from '../support/blocks.js';
import { minuteTiming } from '../support/timings.js';

const minute = blockOf(['a']);
const minuteMs = minute.minutesMs[0]!;

const answers = (score: number): Answers => ({
  rowOffsets: Uint32Array.of(0, 1),
  statuses: Uint8Array.of(ROW_STATUS.ok),
  scores: Float32Array.of(score),
  anomalies: Uint8Array.of(0),
  lines: { bytes: new Uint8Array(), offsets: Uint32Array.of(0, 0) },
  outputs: { values: new Float32Array(), offsets: Uint32Array.of(0, 0) },
});

/** An executor that takes `wallMs` by a clock of its own and tells in what order it was called. */
function executor(name: 'pool' | 'solo', calls: string[], clock: { now: number }, score = 0.5): PoolExecutor {
  return {
    name,
    actors: 1,
    ask: () => Promise.reject(new Error('not needed')),
    start: () => Promise.reject(new Error('not needed')),
    stop: () => Promise.resolve(),
    run: (block: Block, { style }: BlockRequest): Promise<BlockRun> => {
      calls.push(`${name} ${style}`);
      clock.now += 10;
      return Promise.resolve({
        answers: answers(score),
        timing: { ...minuteTiming([]), items: block.targets.length, wallMs: 10 },
      });
    },
  };
}

function comparer(compareTimeMs: number, compare: 'sample' | 'all' = 'sample', poolScore = 0.5) {
  const calls: string[] = [];
  const clock = { now: 0 };
  const incidents = new IncidentLog();
  const pool = executor('pool', calls, clock, poolScore);
  const made = new Comparer({
    executors: { pool, solo: executor('solo', calls, clock), writer: pool, incidents },
    compare,
    compareTimeMs,
    lines: { format: 'jsonl', anomaliesOnly: false, fullOutput: false },
    now: () => clock.now,
  });
  return { made, calls, incidents };
}

async function serveOrCompare(made: Comparer): Promise<void> {
  if (made.isDue) await made.compare(minute);
  else made.noteServed(1);
}

test('every way is served, batches twice, and each way comes first in its turn', async () => {
  const { made, calls } = comparer(1000);
  for (let i = 0; i < 3; i++) await made.compare(minute);
  const once = ['pool batched', 'pool batched', 'solo batched', 'solo batched', 'solo per-item'];
  assert.deepEqual(calls.slice(0, 5).toSorted(), once);
  assert.deepEqual([calls[0], calls[5], calls[10]].toSorted(), [
    'pool batched',
    'solo batched',
    'solo per-item',
  ]);
  assert.equal(made.result(0)?.summary.minutes, 3);
  assert.equal(made.spentMs, 3 * 40);
});

test('the answers written are those of the mode, and a difference is seen', async () => {
  const { made } = comparer(1000, 'all', 0.25);
  const written = await made.compare(minute);
  assert.equal(written.answers.scores[0], 0.25);
  const summary = made.result(0)?.summary;
  assert.equal(summary?.answers.parallel.identical, true);
  assert.deepEqual(summary.answers['sequential-batched'], {
    identical: false,
    maxDifference: 0.25,
    differingVerdicts: 0,
  });
});

test('a minute in which something happened to an actor is not compared, and its incident is kept', async () => {
  const { made, incidents } = comparer(1000, 'all');
  incidents.add({ kind: 'lost', actor: 'sequential actor', minuteMs, text: 'gone' });
  await made.compare(minute);
  assert.equal(made.result(0), null);
  assert.equal(incidents.take(minuteMs).length, 1);
  await made.compare(minute);
  assert.equal(made.result(0)?.summary.minutes, 1);
});

test('a sample ends with its budget; all does not', async () => {
  for (const [choose, expected] of [
    ['sample', 2],
    ['all', 12],
  ] as const) {
    const { made } = comparer(90, choose);
    let compared = 0;
    for (let i = 0; i < 12; i++) {
      if (made.isDue) compared++;
      await serveOrCompare(made);
    }
    assert.equal(compared, expected);
  }
});

test('minutes without items do not count for the sample', () => {
  const { made } = comparer(1000);
  for (let i = 0; i < 9; i++) made.noteServed(0);
  assert.equal(made.isDue, true);
});

test('the distance of samples doubles after every eighth', async () => {
  const { made } = comparer(1e9);
  const sampled: number[] = [];
  for (let index = 0; index < 1440; index++) {
    if (made.isDue) sampled.push(index);
    await serveOrCompare(made);
  }
  assert.deepEqual(
    sampled.slice(0, 20),
    [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 17, 19, 21, 23, 27, 31, 35, 39],
  );
  assert.ok(sampled.length > 50 && sampled.length < 64, String(sampled.length));
});

test('a sample that is overdue after a long block is taken next, and sets the distance to the one after it', async () => {
  const { made } = comparer(1e9);
  for (let i = 0; i < 16; i++) await made.compare(minute);
  made.noteServed(100);
  assert.equal(made.isDue, true);
  await made.compare(minute);
  const due: boolean[] = [];
  for (let i = 0; i < 4; i++) {
    due.push(made.isDue);
    made.noteServed(1);
  }
  assert.deepEqual([...due, made.isDue], [false, false, false, true, true]);
});
