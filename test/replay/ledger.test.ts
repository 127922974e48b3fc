import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { failedItem } from '#dist/core/answer-parts.js';
import { joinAnswers } from '#dist/core/gather.js';
import type { InputPosition } from '#dist/core/input-position.js';
import { Quarantines } from '#dist/core/quarantines.js';
import type { Reject } from '#dist/core/types.js';
import type { RunProgress } from '#dist/replay/resume/run-facts.js';
import { Ledger, type LedgerOptions, type ServedStep } from '#dist/replay/ledger.js';
import { NO_USAGE } from '#dist/replay/run-usage.js';
import type { RunOutput } from '#dist/output/run-output.js';

import { batchOf } from '../support/batches.js';
import { progress } from '../support/journals.js';
import { MINUTE_MS, minuteBatch, reject } from '../support/records.js';
import { minuteTiming } from '../support/timings.js';

const at = (line: number): InputPosition => ({
  byteOffset: line,
  line,
  doneLine: line - 1,
  doneItem: null,
});
const REJECT = reject('made up');

/** A minute without records, which closes with no more than its place. */
function minute(tick: number): ServedStep {
  const batch = minuteBatch(tick, []);
  const { minuteMs } = batch;
  const windowed = { minuteMs, rows: [], batch: batchOf([]) };
  const run = { answers: joinAnswers([]), timing: minuteTiming([]), incidents: [] };
  return {
    step: { ...NOTHING, batch, positions: [at(tick)] },
    served: { minute: windowed, run, dueAtMs: null },
  };
}

const NOTHING = { lookBack: false, isTail: false, found: 0, rejects: [], merged: 0, filtered: 0 };
const rejectsOnly: ServedStep = {
  step: { ...NOTHING, batch: null, positions: [at(99)], found: 1, rejects: [REJECT] },
  served: null,
};

interface Told {
  readonly ledger: Ledger;
  /** `commit 3` for one after the minute with that number, `rejects 1` for a write. */
  readonly told: string[];
}

/** A ledger on an output that tells what it is asked to do; a commit takes until `committing` resolves. */
function openLedger(
  commitIntervalMs: number,
  committing: () => Promise<void> = () => Promise.resolve(),
  given: Partial<LedgerOptions> = {},
  onCommit: (progress: RunProgress) => Promise<void> = () => Promise.resolve(),
): Told {
  const told: string[] = [];
  const output = {
    writeRows: () => Promise.resolve(),
    writeTiming: () => Promise.resolve(told.push('minute')),
    writeRejects: (rejects: readonly Reject[]) =>
      Promise.resolve(rejects.length > 0 && told.push(`rejects ${rejects.length}`)),
    commit: async (progress: RunProgress) => {
      const { minuteMs } = progress;
      await committing();
      await onCommit(progress);
      told.push(`commit ${(minuteMs ?? NaN) / MINUTE_MS}`);
    },
  };
  const ledger = new Ledger({
    output: output as unknown as RunOutput,
    trace: null,
    rowsPerRecord: 1,
    deadlineMs: 1000,
    maxRejects: null,
    series: { columns: ['cpu'], modelColumns: 'each' },
    commitIntervalMs,
    quarantines: new Quarantines(),
    usage: (busyMs) => ({ ...NO_USAGE, busyMs }),
    digestUpdates: () => [],
    before: null,
    now: () => 0,
    ...given,
  });
  return { ledger, told };
}

const NEVER_MS = 1e9;

test('a minute that rejects follow is committed before them, once, however many there are', async () => {
  const { ledger, told } = openLedger(NEVER_MS);
  await ledger.enter(minute(1));
  await ledger.enter(minute(2));
  for (let i = 0; i < 3; i++) await ledger.enter(rejectsOnly);
  await ledger.commit();
  assert.deepEqual(told, ['minute', 'minute', 'commit 2', 'rejects 1', 'rejects 1', 'rejects 1']);
});

/** Lets promises settle without letting time pass. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function mockTimers(t: TestContext): TestContext['mock']['timers'] {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return t.mock.timers;
}

test('what was entered last is committed within the interval, though nothing more comes', async (t) => {
  const timers = mockTimers(t);
  const { ledger, told } = openLedger(1000);
  await ledger.enter(minute(1));
  timers.tick(999);
  await settled();
  assert.deepEqual(told, ['minute']);
  timers.tick(1);
  await settled();
  assert.deepEqual(told, ['minute', 'commit 1']);
  timers.tick(5000);
  await settled();
  assert.deepEqual(told, ['minute', 'commit 1'], 'nothing is left to commit');
});

test('a minute after which reading cannot go on waits for one after which it can', async (t) => {
  const timers = mockTimers(t);
  const { ledger, told } = openLedger(1000);
  const { step, served } = minute(2);
  await ledger.enter(minute(1));
  await ledger.enter({ step: { ...step, positions: null }, served });
  timers.tick(1000);
  await settled();
  assert.deepEqual(told, ['minute', 'minute']);
  await ledger.enter(minute(3));
  timers.tick(1000);
  await settled();
  assert.deepEqual(told, ['minute', 'minute', 'minute', 'commit 3']);
});

test('a commit that takes long and what is entered meanwhile do not mix', async (t) => {
  const timers = mockTimers(t);
  let finish = (): void => undefined;
  const { ledger, told } = openLedger(1000, () => new Promise((resolve) => (finish = resolve)));
  await ledger.enter(minute(1));
  timers.tick(1000);
  const entered = ledger.enter(minute(2));
  await settled();
  assert.deepEqual(told, ['minute'], 'the second minute waits');
  finish();
  await entered;
  assert.deepEqual(told, ['minute', 'commit 1', 'minute']);
});

test('a commit that fails while nothing comes is told at once, and again to whoever commits next', async (t) => {
  const timers = mockTimers(t);
  const { ledger } = openLedger(1000, () => Promise.reject(new Error('disk full')));
  await ledger.enter(minute(1));
  timers.tick(1000);
  await settled();
  assert.throws(() => ledger.failed.throwIfAborted(), /disk full/);
  await assert.rejects(ledger.commit(), /disk full/);
});

test('with an interval of 0 each minute is committed by itself', async () => {
  const { ledger, told } = openLedger(0);
  await ledger.enter(minute(1));
  await ledger.enter(minute(2));
  assert.deepEqual(told, ['minute', 'commit 1', 'minute', 'commit 2']);
});

/** A minute whose only item crashed every actor. */
function lostMinute(tick: number): ServedStep {
  const { step, served } = minute(tick);
  const lost = { errno: 'actor_lost', errmsg: 'gone' };
  const text = `actor-1 died in minute ${tick}`;
  const incidents = [{ kind: 'lost', actor: 'actor-1', minuteMs: tick * MINUTE_MS, text }] as const;
  const run = { answers: failedItem(lost), timing: minuteTiming([]), incidents };
  if (served === null) return assert.fail('no minute');
  return { step, served: { ...served, minute: { ...served.minute, batch: batchOf(['a']) }, run } };
}

test('the tenth item in a row that crashes actors ends the run before its minute; a commit knows of nine', async () => {
  const lengths: (number | undefined)[] = [];
  const commit = ({ lostInARow }: RunProgress): Promise<void> =>
    Promise.resolve(void lengths.push(lostInARow));
  const { ledger, told } = openLedger(NEVER_MS, undefined, {}, commit);
  for (let tick = 1; tick <= 9; tick++) await ledger.enter(lostMinute(tick));
  const hopeless = {
    code: 'actor_failed',
    message: '10 items in a row crashed every actor that got them; the last time: actor-1 died in minute 10',
  };
  await assert.rejects(ledger.enter(lostMinute(10)), hopeless);
  await ledger.commit();
  assert.deepEqual(told, [...Array.from({ length: 9 }, () => 'minute'), 'commit 9']);
  assert.deepEqual(lengths, [9]);

  const resumed = openLedger(NEVER_MS, undefined, { before: progress({ lostInARow: 9 }) });
  await assert.rejects(resumed.ledger.enter(lostMinute(10)), hopeless);
  const fresh = openLedger(NEVER_MS, undefined, { before: progress({}) });
  await fresh.ledger.enter(lostMinute(10));
});
