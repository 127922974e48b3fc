import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { LookBack } from '#build/core/look-back.js';
import type { MinuteRecord, ReadStep } from '#build/core/types.js';
import { BlockLength, BlockMaker, type BlockMakerOptions, type StepBlock } from '#build/replay/blocks.js';
import type { DueSteps } from '#build/replay/feed.js';

import { MINUTE_MS, minuteBatch, record, reject } from '../support/records.js';
import { minuteTiming } from '../support/timings.js';

const NOTHING = {
  lookBack: false,
  isTail: false,
  found: 0,
  rejects: [],
  merged: 0,
  filtered: 0,
  positions: [],
};

function minute(tick: number, more: Partial<ReadStep> = {}, records?: readonly MinuteRecord[]): DueSteps {
  const batch = minuteBatch(tick, records ?? [record(tick, 'a', [tick])]);
  return { steps: [{ ...NOTHING, batch, ...more }], dueAtMs: null };
}

const REJECTS: DueSteps = { steps: [{ ...NOTHING, batch: null, rejects: [reject('bad')] }], dueAtMs: null };

function maker(given: Partial<BlockMakerOptions> = {}): BlockMaker {
  return new BlockMaker({
    lookBack: new LookBack({
      intervalMs: MINUTE_MS,
      window: 3,
      recordingColumns: ['cpu'],
      columns: 'each',
      missing: 'hold',
    }),
    length: { minutes: 100 },
    mostBytes: Infinity,
    holdMs: Infinity,
    compares: () => false,
    now: () => 0,
    ...given,
  });
}

/** The minutes of each block, `r` for a step of rejects, `!` after a compared one. */
async function blocksOf(
  made: BlockMaker,
  steps: Iterable<DueSteps> | AsyncIterable<DueSteps>,
): Promise<string[]> {
  const blocks: string[] = [];
  for await (const block of made.blocks(toAsync(steps))) blocks.push(shown(block));
  return blocks;
}

function shown({ steps, block, isCompared }: StepBlock): string {
  const ticks = steps.map(({ batch }) => (batch === null ? 'r' : String(batch.minuteMs / MINUTE_MS)));
  const minutes = steps.flatMap(({ batch }) => (batch === null ? [] : [batch.minuteMs]));
  assert.deepEqual(block?.minutesMs ?? [], minutes);
  return `${ticks.join(' ')}${isCompared ? '!' : ''}`;
}

async function* toAsync<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}

const minutes = (count: number): DueSteps[] => Array.from({ length: count }, (_, i) => minute(i + 1));

test('a block is closed when it has as many minutes as it should, and at the end', async () => {
  assert.deepEqual(await blocksOf(maker({ length: { minutes: 3 } }), minutes(7)), ['1 2 3', '4 5 6', '7']);
});

test('a block is closed when its values take more memory than allowed; a minute always fits', async () => {
  const bytes = (window: number, more: number): number => (window + more) * Float64Array.BYTES_PER_ELEMENT;
  assert.deepEqual(await blocksOf(maker({ mostBytes: bytes(3, 1) }), minutes(4)), ['1 2', '3 4']);
  assert.deepEqual(await blocksOf(maker({ mostBytes: 1 }), minutes(3)), ['1', '2', '3']);
});

test('what the end of an input closes begins a block, so that the run can resume before it', async () => {
  const steps = [minute(1), minute(2), minute(3, { isTail: true }), minute(4)];
  assert.deepEqual(await blocksOf(maker(), steps), ['1 2', '3 4']);
});

test('so do rejects without a minute', async () => {
  assert.deepEqual(await blocksOf(maker(), [minute(1), REJECTS, REJECTS, minute(2)]), ['1', 'r', 'r 2']);
});

test('and a minute after a gap as long as a window, which shares nothing with those before it', async () => {
  assert.deepEqual(await blocksOf(maker(), [minute(1), minute(4), minute(8), minute(9)]), ['1 4', '8 9']);
});

test('look-back is in no block, but in its windows', async () => {
  const made = maker();
  const steps = [minute(1, { lookBack: true }), minute(2, { lookBack: true }), minute(3)];
  for await (const { block, minutesWithItems } of made.blocks(toAsync(steps))) {
    assert.deepEqual(block?.minutesMs, [3 * MINUTE_MS]);
    assert.deepEqual(Array.from(block.values), [1, 2, 3]);
    assert.equal(minutesWithItems, 1);
  }
});

test('a minute that is compared is a block of its own, between others, once it has items', async () => {
  let asked = 0;
  const compares = (): boolean => ++asked !== 2;
  const length = { minutes: 2 };
  assert.deepEqual(await blocksOf(maker({ compares, length }), minutes(6)), ['1 2', '3 4', '5!', '6!']);
  assert.equal(asked, 4);
});

test('a block is dispatched when its first minute has been held for long enough', async () => {
  let nowMs = 0;
  const steps = function* (): Generator<DueSteps> {
    for (const one of minutes(5)) {
      yield one;
      nowMs += 10;
    }
  };
  assert.deepEqual(await blocksOf(maker({ holdMs: 20, now: () => nowMs }), steps()), ['1 2 3', '4 5']);
});

test('with nothing held back each minute is a block', async () => {
  assert.deepEqual(await blocksOf(maker({ holdMs: 0 }), minutes(3)), ['1', '2', '3']);
});

test('a block is dispatched when the input is slow to deliver the next minute', async (t: TestContext) => {
  let nowMs = 0;
  t.mock.timers.enable({ apis: ['setInterval'] });
  let deliver = (): void => undefined;
  const steps = async function* (): AsyncGenerator<DueSteps> {
    yield* minutes(2);
    await new Promise<void>((resolve) => (deliver = resolve));
    yield minute(3);
  };
  const blocks = maker({ now: () => nowMs }).blocks(steps());
  const first = blocks.next();
  await new Promise((resolve) => setImmediate(resolve));
  nowMs = 30;
  t.mock.timers.tick(10);
  assert.equal(shown((await first).value as StepBlock), '1 2');
  const second = blocks.next();
  deliver();
  assert.equal(shown((await second).value as StepBlock), '3');
  assert.equal((await blocks.next()).done, true);
});

test('steps are asked to end when the blocks are given up', async () => {
  let isEnded = false;
  const steps = async function* (): AsyncGenerator<DueSteps> {
    try {
      yield* minutes(5);
    } finally {
      isEnded = true;
    }
  };
  for await (const block of maker({ length: { minutes: 1 } }).blocks(steps())) {
    assert.ok(block);
    break;
  }
  assert.ok(isEnded);
});

test('what reading fails with ends the blocks', async () => {
  const steps = async function* (): AsyncGenerator<DueSteps> {
    yield minute(1);
    throw new Error('damaged');
  };
  await assert.rejects(blocksOf(maker(), steps()), /damaged/);
});

const served = (count: number, slowestMs: number, items = 10) => ({
  ...minuteTiming([slowestMs / 2, slowestMs]),
  minutes: count,
  items,
});

test('the length grows towards chunks of 100 ms, at most twofold at a time', () => {
  const length = new BlockLength(null);
  const lengths: number[] = [];
  for (let i = 0; i < 8; i++) {
    length.learn(served(length.minutes, 5 * length.minutes));
    lengths.push(length.minutes);
  }
  assert.deepEqual(lengths, [2, 4, 8, 16, 20, 20, 20, 20]);
});

test('it shrinks at once, to no less than a minute', () => {
  const length = new BlockLength(null);
  for (let i = 0; i < 6; i++) length.learn(served(length.minutes, 1));
  length.learn(served(64, 640));
  assert.equal(length.minutes, 10);
  length.learn(served(10, 1e6));
  assert.equal(length.minutes, 1);
});

test('minutes without items make no measure: blocks of them grow up to 64', () => {
  const length = new BlockLength(null);
  for (let i = 0; i < 20; i++) length.learn(served(length.minutes, 0.1, 0));
  assert.equal(length.minutes, 64);
});

test('blocks that actors were lost on halve the length for good; a single loss is chance', () => {
  const length = new BlockLength(null);
  for (let i = 0; i < 6; i++) length.learn(served(length.minutes, 1));
  assert.equal(length.minutes, 64);
  assert.equal(length.learnLosses(64, 1), null);
  assert.equal(length.learnLosses(64, 1), 32);
  length.learn(served(64, 1));
  assert.equal(length.minutes, 32);
  assert.equal(length.learnLosses(64, 2), null, 'dispatched before');
  assert.equal(length.learnLosses(32, 0), null);
  assert.equal(length.learnLosses(32, 1), 16);
  for (const minutes of [16, 8, 4, 2]) assert.equal(length.learnLosses(minutes, 2), minutes / 2);
  assert.equal(length.learnLosses(1, 2), null);
  assert.equal(length.minutes, 1);
});

test('a fixed length is halved too', () => {
  const length = new BlockLength(7);
  assert.equal(length.learnLosses(7, 2), 3);
  assert.equal(length.minutes, 3);
});

test('a fixed length stays', () => {
  const length = new BlockLength(7);
  length.learn(served(7, 1e6));
  assert.equal(length.minutes, 7);
  assert.equal(length.isFixedAtOne, false);
  assert.equal(new BlockLength(1).isFixedAtOne, true);
});
