import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ROW_STATUS, type Block } from '#build/core/block.js';
import { Quarantines } from '#build/core/quarantines.js';
import type { BlockRun } from '#build/core/executor.js';
import { servedInTurn, type DispatchedBlock } from '#build/replay/served-block.js';

import { blockOf } from '../support/blocks.js';
import { minuteTiming } from '../support/timings.js';

const NO_LOSSES = { length: 0 };
const BLOCK = blockOf(['a', 'b'], { minutes: 4, window: 3 });

/** Answers of which each row's line is its minute and its target. */
function runOf({ minutesMs, targets }: Block): BlockRun {
  const texts = minutesMs.map((ms) => targets.map((target) => `${ms} ${target}\n`).join(''));
  const rows = targets.length * minutesMs.length;
  let end = 0;
  return {
    answers: {
      rowOffsets: Uint32Array.from({ length: minutesMs.length + 1 }, (_, i) => i * targets.length),
      statuses: new Uint8Array(rows).fill(ROW_STATUS.ok),
      scores: new Float32Array(rows),
      anomalies: new Uint8Array(rows),
      lines: {
        bytes: Buffer.from(texts.join('')),
        offsets: Uint32Array.from([0, ...texts.map(({ length }) => (end += length))]),
      },
      outputs: null,
    },
    timing: { ...minuteTiming([2]), minutes: minutesMs.length, items: rows, wallMs: 2 },
  };
}

function dispatched(run: Promise<BlockRun>, again: DispatchedBlock['again']): DispatchedBlock {
  return { block: BLOCK, run, again, isAlone: false, dueAtMs: null };
}

const textOf = ({ answers }: Pick<BlockRun, 'answers'>): string =>
  Buffer.from(answers.lines?.bytes ?? assert.fail()).toString();
const failed = (text: string): Promise<never> => Promise.reject(new Error(text));

test('a block that is answered is not served again', async () => {
  const again = (): Promise<never> => assert.fail('served again');
  const served = await servedInTurn(
    dispatched(Promise.resolve(runOf(BLOCK)), again),
    new Quarantines(),
    0,
    NO_LOSSES,
  );
  assert.equal(textOf(served), textOf(runOf(BLOCK)));
  assert.equal(served.failure, null);
});

test('a block that is rejected is served minute by minute, to the same answers', async () => {
  const asked: number[] = [];
  const again = (block: Block): Promise<BlockRun> => {
    asked.push(block.minutesMs.length);
    return Promise.resolve(runOf(block));
  };
  const served = await servedInTurn(dispatched(failed('too much'), again), new Quarantines(), 0, NO_LOSSES);
  assert.deepEqual(asked, [1, 1, 1, 1]);
  assert.equal(textOf(served), textOf(runOf(BLOCK)));
  const { minutes, items, wallMs, chunks } = served.timing;
  assert.deepEqual([minutes, items, wallMs, chunks.length], [4, 8, 8, 4]);
  assert.equal(served.failure, null);
});

test('it has the answers up to the minute that fails alone, and why that fails', async () => {
  const again = (block: Block): Promise<BlockRun> =>
    block.minutesMs[0] === BLOCK.minutesMs[2] ? failed('this minute') : Promise.resolve(runOf(block));
  const served = await servedInTurn(dispatched(failed('the block'), again), new Quarantines(), 0, NO_LOSSES);
  assert.deepEqual(served.answers.rowOffsets, Uint32Array.of(0, 2, 4));
  assert.equal((served.failure?.error as Error).message, 'this minute');
});

test('no minute is served after one with too many lost items in a row, those of earlier blocks included', async () => {
  const served: number[] = [];
  const again = (block: Block): Promise<BlockRun> => {
    served.push(BLOCK.minutesMs.indexOf(block.minutesMs[0]!));
    const run = runOf(block);
    run.answers.statuses.fill(ROW_STATUS.lost);
    return Promise.resolve(run);
  };
  const block = dispatched(failed('the block'), again);
  const { answers } = await servedInTurn(block, new Quarantines(), 0, { length: 6 });
  assert.deepEqual(served, [0, 1]);
  assert.deepEqual(answers.rowOffsets, Uint32Array.of(0, 2, 4));
});

test('it is rejected where its first minute fails, and where it is a single minute', async () => {
  const again = (): Promise<never> => failed('first minute');
  await assert.rejects(
    servedInTurn(dispatched(failed('block'), again), new Quarantines(), 0, NO_LOSSES),
    /first minute/,
  );
  const single = { ...dispatched(failed('minute'), () => assert.fail()), block: blockOf(['a']) };
  await assert.rejects(servedInTurn(single, new Quarantines(), 0, NO_LOSSES), /^Error: minute$/);
});
