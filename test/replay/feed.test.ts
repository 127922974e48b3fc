import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import type { ReadStep } from '#build/core/types.js';
import { Feed, ReadAhead, type DueSteps } from '#build/replay/feed.js';

import { minuteBatch, reject } from '../support/records.js';

const NEVER = new AbortController().signal;
const NOTHING = { lookBack: false, positions: null, isTail: false, rejects: [], merged: 0, filtered: 0 };

/** A minute that so many records make up. */
const minute = (tick: number, found = 1): ReadStep => ({ ...NOTHING, batch: minuteBatch(tick, []), found });
const rejects: ReadStep = {
  ...NOTHING,
  batch: null,
  found: 1,
  rejects: [reject('too late', { reason: 'late' })],
};

interface FakeRecording {
  readonly groups: () => AsyncGenerator<readonly ReadStep[]>;
  readonly progress: () => { readonly readBytes: number; readonly totalBytes: null };
  /** Steps that were asked for so far. */
  readonly asked: () => number;
}

/** Gives these steps as they are asked for, each after so many bytes, and then ends, or fails. */
function fakeRecording(steps: readonly ReadStep[], stepBytes = 10, failure?: Error): FakeRecording {
  let asked = 0;
  return {
    async *groups() {
      for (const step of steps) {
        asked++;
        await turn();
        yield [step];
      }
      if (failure !== undefined) throw failure;
    },
    progress: () => ({ readBytes: asked * stepBytes, totalBytes: null }),
    asked: () => asked,
  };
}

interface Reading {
  readonly ahead: ReadAhead;
  readonly passed: ReadStep[];
  readonly next: () => Promise<IteratorResult<ReadStep, unknown>>;
}

function readAhead(recording: FakeRecording, signal = NEVER): Reading {
  const passed: ReadStep[] = [];
  const onRejects = (step: ReadStep): Promise<void> => Promise.resolve(void passed.push(step));
  const ahead = new ReadAhead(recording, { onRejects, signal, onNotice: () => undefined });
  const steps = ahead[Symbol.asyncIterator]();
  return { ahead, passed, next: () => steps.next() };
}

/** Lets whatever can go on do so. */
async function settled(): Promise<void> {
  for (let i = 0; i < 100; i++) await turn();
}

async function minutesOf({ next }: Reading): Promise<(number | undefined)[]> {
  const minutes: (number | undefined)[] = [];
  for (;;) {
    const result = await next();
    if (result.done === true) return minutes;
    minutes.push(result.value.batch?.minuteMs);
  }
}

test('keeps reading while no minute is taken, and emits rejects at once', async () => {
  const recording = fakeRecording([minute(0), rejects, minute(60), rejects, rejects]);
  const reading = readAhead(recording);
  await settled();
  assert.equal(recording.asked(), 5);
  assert.equal(reading.passed.length, 3);
  assert.ok(reading.ahead.ended.aborted, 'the end is seen before a minute was taken');
  assert.deepEqual(await minutesOf(reading), [0, 3_600_000]);
});

test('what the end of the feed rejects keeps its place behind the minutes', async () => {
  const tail = { ...rejects, isTail: true };
  const reading = readAhead(fakeRecording([minute(0), minute(1), tail]));
  assert.deepEqual(await minutesOf(reading), [0, 60_000, undefined]);
  assert.deepEqual(reading.passed, []);
});

for (const [what, recording] of [
  ['records', fakeRecording(Array.from({ length: 10 }, (_, tick) => minute(tick, 40_000)))],
  [
    'bytes',
    fakeRecording(
      Array.from({ length: 10 }, (_, tick) => minute(tick)),
      22 * 2 ** 20,
    ),
  ],
] as const) {
  test(`reads no further while too many ${what} wait, and on as minutes are taken`, async () => {
    const reading = readAhead(recording);
    await settled();
    const atFirst = recording.asked();
    assert.ok(atFirst >= 3 && atFirst < 6, `${atFirst} steps were read`);
    await reading.next();
    await settled();
    assert.equal(recording.asked(), atFirst + 1);
    const rest = await minutesOf(reading);
    assert.equal(rest.length, 9);
    assert.equal(recording.asked(), 10);
  });
}

test('one minute that is larger than what may wait is read, taken, and followed by the next', async () => {
  const reading = readAhead(fakeRecording([minute(0, 1e6), minute(1, 1e6), minute(2, 1e6)]));
  assert.equal((await minutesOf(reading)).length, 3);
});

test('a failure comes after what was read before it, and counts as the end', async () => {
  const reading = readAhead(fakeRecording([minute(0), minute(1)], 10, new Error('broken pipe')));
  await settled();
  assert.ok(reading.ahead.ended.aborted);
  await reading.next();
  await reading.next();
  await assert.rejects(reading.next(), /broken pipe/);
});

test('nothing more is read once the signal is given', async () => {
  const stop = new AbortController();
  const recording = fakeRecording(Array.from({ length: 1000 }, (_, tick) => minute(tick)));
  const reading = readAhead(recording, stop.signal);
  await reading.next();
  stop.abort();
  await settled();
  const asked = recording.asked();
  assert.ok(asked < 1000);
  await settled();
  assert.equal(recording.asked(), asked);
});

const STEP = { ...NOTHING, batch: minuteBatch(60, []), found: 0 };

function openFeed(steps: readonly ReadStep[] = []): {
  readonly feed: Feed;
  readonly due: AsyncIterator<DueSteps>;
  readonly notices: string[];
} {
  const notices: string[] = [];
  const recording = { ...fakeRecording(steps), intervalMs: 60_000, isLive: true };
  const onNotice = ({ text }: { readonly text: string }): unknown => notices.push(text);
  const feed = new Feed({ recording, pace: null, maxAhead: 5, onNotice });
  const options = { onRejects: () => Promise.resolve(), signal: NEVER, lost: NEVER };
  return { feed, notices, due: feed.steps(options)[Symbol.asyncIterator]() };
}

test('the first early record is reported at once, and how many there were at the end', async () => {
  const early = reject('tomorrow is too far ahead', { line: 7, reason: 'early' });
  const late = reject('too late', { reason: 'late' });
  const { due, notices } = openFeed([
    { ...STEP, rejects: [late] },
    { ...STEP, rejects: [early, early] },
    { ...STEP, rejects: [early] },
  ]);
  await due.next();
  assert.deepEqual(notices, []);
  await due.next();
  await due.next();
  assert.deepEqual(notices.splice(0), [
    'data.csv:7 is rejected as early: tomorrow is too far ahead; is a clock or --timezone wrong?',
  ]);
  await due.next();
  assert.deepEqual(notices, ['3 records were rejected as early']);
});

test('a minute that the end of the feed closed waits for nothing more; others for --max-ahead intervals', () => {
  const { feed, notices } = openFeed();
  assert.equal(feed.paceOf(STEP)?.longestWaitMs, 300_000);
  assert.equal(feed.paceOf({ ...STEP, isTail: true })?.longestWaitMs, 0);
  feed.paceOf({ ...STEP, isTail: true })?.onLongWait(3_600_000, 60_000);
  assert.deepEqual(notices, [], 'not worth a word');
  feed.paceOf(STEP)?.onLongWait(3_600_000, 3_000_000);
  assert.match(notices.join(), /^1970-01-01T01:00:00Z is due in 50\.0 min by --pace realtime, or once/);
});
