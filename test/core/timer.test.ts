import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { sleep, Timer } from '#build/core/timer.js';

/** Node's own limit: a longer wait ends after 1 ms. */
const TOO_LONG_MS = 2 ** 31;

/** Stands in for `setTimeout`; time passes when it is told to fire. */
class FakeTimers {
  stepMs = NaN;
  passedMs = 0;
  isSet = false;
  fire = (): void => assert.fail('no timer is set');

  readonly set = (callback: () => void, ms: number): { refresh(): void; unref(): void } => {
    this.stepMs = ms;
    this.isSet = true;
    this.fire = () => {
      assert.ok(this.isSet);
      this.isSet = false;
      this.passedMs += ms < TOO_LONG_MS ? ms : 1;
      callback();
    };
    return { refresh: () => (this.isSet = true), unref: () => undefined };
  };
}

test('a timer fires once, after exactly the time it was given, however long', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 4e12, noNaN: true }), (ms) => {
      const timers = new FakeTimers();
      let fired = 0;
      new Timer(ms, () => fired++, timers.set);
      while (fired === 0) timers.fire();
      assert.ok(Math.abs(timers.passedMs - ms) <= 1e-9 * ms, `${timers.passedMs} instead of ${ms}`);
      assert.equal(timers.isSet, false);
      assert.equal(fired, 1);
    }),
  );
});

test('restarting a timer starts all of its steps over', () => {
  const timers = new FakeTimers();
  let fired = 0;
  const timer = new Timer(3 * (TOO_LONG_MS - 1), () => fired++, timers.set);
  timers.fire();
  timers.fire();
  timer.restart();
  timers.fire();
  timers.fire();
  assert.equal(fired, 0);
  timers.fire();
  assert.equal(fired, 1);
  timer.restart();
  for (let step = 0; step < 3; step++) timers.fire();
  assert.equal(fired, 2);
});

test('an infinite timer never fires', () => {
  const timers = new FakeTimers();
  new Timer(Infinity, () => assert.fail('it fired'), timers.set);
  assert.ok(timers.stepMs < TOO_LONG_MS);
  for (let step = 0; step < 1000; step++) timers.fire();
});

test('a signal ends a sleep of years, and one that was given before prevents it', async () => {
  const stop = new AbortController();
  const sleeping = sleep(1e12, stop.signal);
  stop.abort();
  await sleeping;
  await sleep(1e12, stop.signal);
});
