import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pacer, type PaceClock, type PacedFeed } from '#build/replay/pacer.js';

const NEVER = new AbortController().signal;

/** A clock that only advances while a test sleeps, or by hand. */
class FakeClock implements PaceClock {
  atMs = 1000;
  readonly slept: number[] = [];

  now(): number {
    return this.atMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    assert.ok(!signal.aborted, 'nothing sleeps any more');
    this.slept.push(ms);
    this.atMs += ms;
    return Promise.resolve();
  }
}

test('minutes are due as far apart as they were recorded, divided by the pace, gaps included', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(10, clock);
  const due: (number | null)[] = [];
  for (const minute of [7, 8, 9, 20]) due.push(await pacer.due(minute * 60_000, NEVER));
  assert.deepEqual(due, [1000, 7000, 13_000, 79_000]);
  assert.deepEqual(clock.slept, [6000, 6000, 66_000]);
});

test('a slow minute moves no later one: what is overdue does not wait, and the schedule stays', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(1, clock);
  await pacer.due(0, NEVER);
  clock.atMs += 150_000; // served for two minutes and a half
  assert.equal(await pacer.due(60_000, NEVER), 61_000);
  assert.equal(await pacer.due(120_000, NEVER), 121_000);
  assert.deepEqual(clock.slept, []);
  assert.equal(await pacer.due(180_000, NEVER), 181_000);
  assert.deepEqual(clock.slept, [30_000]);
});

test('a timer that fires early is set again, and a long gap is waited out', async () => {
  const clock = new FakeClock();
  clock.sleep = (ms) => {
    clock.slept.push(ms);
    clock.atMs += ms === 500 ? 499 : ms;
    return Promise.resolve();
  };
  const pacer = new Pacer(2, clock);
  await pacer.due(0, NEVER);
  await pacer.due(1000, NEVER);
  assert.deepEqual(clock.slept.splice(0), [500, 1]);
  const days30 = 30 * 86_400_000;
  await pacer.due(days30, NEVER);
  assert.equal(clock.atMs, 1000 + days30 / 2);
});

test('a signal ends the wait at once', async () => {
  const stop = new AbortController();
  const pacer = new Pacer(1); // the real clock
  await pacer.due(0, stop.signal);
  const waiting = pacer.due(3_600_000, stop.signal);
  stop.abort();
  await waiting;
});

const HOUR_MS = 3_600_000;

interface FakeFeed extends PacedFeed {
  readonly end: () => void;
  readonly told: [minuteMs: number, waitMs: number][];
}

/** A feed whose minutes are waited for up to a minute after its end. */
function fakeFeed(longestWaitMs = 60_000): FakeFeed {
  const ended = new AbortController();
  const told: [number, number][] = [];
  return {
    ended: ended.signal,
    longestWaitMs,
    onLongWait: (...wait) => told.push(wait),
    end: () => ended.abort(),
    told,
  };
}

test('while a feed is open, a gap is waited out, and told', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(1, clock);
  const feed = fakeFeed();
  await pacer.due(0, NEVER, feed);
  assert.equal(await pacer.due(60_000, NEVER, feed), 61_000);
  assert.equal(await pacer.due(HOUR_MS, NEVER, feed), 1000 + HOUR_MS);
  assert.deepEqual(feed.told, [[HOUR_MS, HOUR_MS - 60_000]]);
});

test('the end of a feed cuts the wait in a gap short, and later minutes keep their distance', async () => {
  const clock = new FakeClock();
  const pacer = new Pacer(1, clock);
  const feed = fakeFeed();
  await pacer.due(0, NEVER, feed);
  clock.sleep = async (ms, signal) => {
    clock.slept.push(ms);
    if (ms <= 60_000) {
      clock.atMs += ms;
      return;
    }
    clock.atMs += 10_000;
    feed.end();
    assert.ok(signal.aborted, 'the sleep would go on');
    await Promise.resolve();
  };
  assert.equal(await pacer.due(HOUR_MS, NEVER, feed), 11_000, 'due at once');
  assert.equal(await pacer.due(HOUR_MS + 60_000, NEVER, feed), 71_000, 'a step of a minute still takes one');
  assert.equal(await pacer.due(3 * HOUR_MS, NEVER, feed), 71_000, 'a second gap is not waited out at all');
  assert.deepEqual(clock.slept, [HOUR_MS, 60_000]);
  assert.equal(await pacer.due(3 * HOUR_MS + 1000, NEVER, { ...feed, longestWaitMs: 0 }), 71_000);
});

test('a signal ends the wait in a gap of a feed at once, and moves no schedule', async () => {
  const stop = new AbortController();
  const pacer = new Pacer(1);
  const first = await pacer.due(0, stop.signal, fakeFeed());
  const waiting = pacer.due(HOUR_MS, stop.signal, fakeFeed());
  stop.abort();
  assert.equal(await waiting, first + HOUR_MS);
});
