import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { EndingSignal } from '#build/cli/exit-codes.js';
import { watchSignals } from '#build/cli/signals.js';

interface Watched {
  /** Has the signal come, at this time. */
  readonly send: (signal: EndingSignal, atMs: number) => void;
  /** Statuses that the process would have left with. */
  readonly exits: readonly unknown[];
  readonly firsts: readonly EndingSignal[];
  readonly seconds: readonly EndingSignal[];
}

function watched(t: TestContext): Watched {
  const exits: unknown[] = [];
  const firsts: EndingSignal[] = [];
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.method(process, 'exit', (status: unknown) => void exits.push(status));
  const seconds: EndingSignal[] = [];
  const interruption = watchSignals(
    (signal) => firsts.push(signal),
    null,
    (signal) => void seconds.push(signal),
  );
  t.mock.timers.enable({ apis: ['setInterval'] }); // by which the process would leave in the end
  t.after(() => interruption.dispose());
  const send = (signal: EndingSignal, atMs: number): void => {
    nowMs = atMs;
    process.emit(signal, signal);
  };
  return { send, exits, firsts, seconds };
}

test('one Ctrl-C that comes twice counts once, a second one leaves at once', (t) => {
  const { send, exits, firsts } = watched(t);
  send('SIGINT', 1000);
  send('SIGINT', 1099);
  assert.deepEqual([firsts, exits], [['SIGINT'], []]);
  send('SIGINT', 1100);
  assert.deepEqual([firsts, exits], [['SIGINT'], [130]]);
});

test('before a second signal ends the process, it is reported', (t) => {
  const { send, exits, seconds } = watched(t);
  send('SIGINT', 1000);
  assert.deepEqual(seconds, []);
  send('SIGTERM', 1200);
  assert.deepEqual([seconds, exits], [['SIGTERM'], [143]]);
});

test('another signal is no echo, however soon it comes', (t) => {
  const { send, exits, firsts } = watched(t);
  send('SIGINT', 1000);
  send('SIGTERM', 1000);
  assert.deepEqual([firsts, exits], [['SIGINT'], [143]]);
});

test('a terminal that hangs up again and again counts once', (t) => {
  const { send, exits, firsts } = watched(t);
  for (const atMs of [1000, 1500, 9000]) send('SIGHUP', atMs);
  assert.deepEqual([firsts, exits], [['SIGHUP'], []]);
});
