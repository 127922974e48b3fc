import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { failedItem, joinAnswers } from '#dist/core/answers.js';
import type { Incident } from '#dist/core/incidents.js';
import type { InputPosition } from '#dist/core/input-position.js';
import { Quarantines, quarantineOf } from '#dist/core/quarantines.js';
import type { MinuteRun, ReadStep, Reject, ResultRow } from '#dist/core/types.js';
import type { RunOutput } from '#dist/output/run-output.js';
import { IncidentLog } from '#dist/pool/executors.js';
import type { Recording } from '#dist/read/recording.js';
import type { RunProgress } from '#dist/replay/resume/run-facts.js';
import { Sink, type DispatchedMinute, type SinkConfig } from '#dist/replay/sink.js';
import { RunTotals } from '#dist/replay/totals.js';

import { batchOf } from '../support/batches.js';
import { progress } from '../support/journals.js';
import { MINUTE_MS, minuteBatch, record, reject } from '../support/records.js';
import { minuteTiming } from '../support/timings.js';

const at = (line: number): InputPosition => ({
  byteOffset: line,
  line,
  doneLine: line - 1,
  doneItem: null,
});
const REJECT = reject('synthetic');

type Enqueued = readonly [step: ReadStep, dispatched: DispatchedMinute | null];

const NOTHING = { lookBack: false, isTail: false, found: 0, rejects: [], merged: 0, filtered: 0 };
const rejectsOnly: Enqueued = [
  { ...NOTHING, batch: null, positions: [at(99)], found: 1, rejects: [REJECT] },
  null,
];

/** A minute without records, which closes with no more than its position. */
function minute(
  tick: number,
  run: Promise<MinuteRun> = Promise.resolve(emptyRun()),
): readonly [step: ReadStep, dispatched: DispatchedMinute] {
  const batch = minuteBatch(tick, []);
  const { minuteMs } = batch;
  const windowed = { minuteMs, rows: [], batch: batchOf([]) };
  return [
    { ...NOTHING, batch, positions: [at(tick)] },
    { minute: windowed, run, dueAtMs: null },
  ];
}

function emptyRun(): MinuteRun {
  return { answers: joinAnswers([]), timing: minuteTiming([]) };
}

interface Opened {
  readonly sink: Sink;
  readonly totals: RunTotals;
  readonly incidents: IncidentLog;
  readonly quarantines: Quarantines;
  readonly rows: readonly ResultRow[];
  /** `minute` or `rejects 1` for a write, `commit 3` for one after the minute with that number. */
  readonly events: string[];
}

interface Given {
  readonly commitIntervalMs?: number;
  readonly inflight?: number;
  readonly before?: RunProgress;
  readonly onMinute?: () => void;
  readonly onRows?: () => Promise<void>;
  /** A commit takes until this resolves. */
  readonly onCommit?: (progress: RunProgress) => Promise<void>;
}

/** A sink on an output that records what it is asked to do. */
async function openSink(given: Given = {}): Promise<Opened> {
  const { commitIntervalMs = NEVER_MS, inflight = 1, before = null, onMinute = () => undefined } = given;
  const { onRows, onCommit } = given;
  const events: string[] = [];
  const rows: ResultRow[] = [];
  const output = {
    writeRows: async (written: readonly ResultRow[]) => {
      await onRows?.();
      rows.push(...written);
    },
    writeTiming: () => Promise.resolve(events.push('minute')),
    writeRejects: (rejects: readonly Reject[]) =>
      Promise.resolve(rejects.length > 0 && events.push(`rejects ${rejects.length}`)),
    commit: async (progress: RunProgress) => {
      const { minuteMs } = progress;
      await onCommit?.(progress);
      events.push(`commit ${(minuteMs ?? NaN) / MINUTE_MS}`);
    },
  } as unknown as RunOutput;
  const recording = {
    columns: ['cpu'],
    intervalMs: MINUTE_MS,
    isLive: false,
    digestUpdates: () => [],
  } as unknown as Recording;
  const totals = new RunTotals(
    { mode: 'parallel', deadlineMs: 1000, pace: null },
    {
      recording,
      windows: { rowsPerRecord: 1 },
      input: { columns: 'each' },
      executors: { pool: { actors: 1 }, solo: { actors: 1 } },
      comparer: { spentMs: 0 },
      before,
    },
  );
  const incidents = new IncidentLog();
  const quarantines = new Quarantines();
  const config: SinkConfig = {
    mode: 'parallel',
    inflight,
    maxRejects: null,
    output: { out: 'out' },
    backfill: { commitIntervalMs },
  };
  const executors = { quarantines, incidents };
  const ready = { actors: [] };
  const sink = await Sink.open(
    config,
    { output, recording, ready, executors, totals, before, onMinute },
    () => 0,
  );
  return { sink, totals, incidents, quarantines, rows, events };
}

const NEVER_MS = 1e9;

test('a minute that rejects follow is committed before them, once, however many there are', async () => {
  const { sink, events } = await openSink();
  await sink.enqueue(...minute(1));
  await sink.enqueue(...minute(2));
  for (let i = 0; i < 3; i++) await sink.enqueue(...rejectsOnly);
  await sink.stop();
  assert.deepEqual(events, ['minute', 'minute', 'commit 2', 'rejects 1', 'rejects 1', 'rejects 1']);
});

/** Lets promises settle without letting time pass. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function mockTimers(t: TestContext): TestContext['mock']['timers'] {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return t.mock.timers;
}

test('the last minute is committed within the interval, even if no other one comes', async (t) => {
  const timers = mockTimers(t);
  const { sink, events } = await openSink({ commitIntervalMs: 1000 });
  await sink.enqueue(...minute(1));
  timers.tick(999);
  await settled();
  assert.deepEqual(events, ['minute']);
  timers.tick(1);
  await settled();
  assert.deepEqual(events, ['minute', 'commit 1']);
  timers.tick(5000);
  await settled();
  assert.deepEqual(events, ['minute', 'commit 1'], 'nothing is left to commit');
});

test('a minute after which reading cannot resume is committed with one after which it can', async (t) => {
  const timers = mockTimers(t);
  const { sink, events } = await openSink({ commitIntervalMs: 1000 });
  const [step, dispatched] = minute(2);
  await sink.enqueue(...minute(1));
  await sink.enqueue({ ...step, positions: null }, dispatched);
  timers.tick(1000);
  await settled();
  assert.deepEqual(events, ['minute', 'minute']);
  await sink.enqueue(...minute(3));
  timers.tick(1000);
  await settled();
  assert.deepEqual(events, ['minute', 'minute', 'minute', 'commit 3']);
});

test('a minute waits for a commit that takes long', async (t) => {
  const timers = mockTimers(t);
  let finish = (): void => undefined;
  const { sink, events } = await openSink({
    commitIntervalMs: 1000,
    onCommit: () => new Promise((resolve) => (finish = resolve)),
  });
  await sink.enqueue(...minute(1));
  timers.tick(1000);
  const entered = sink.enqueue(...minute(2));
  await settled();
  assert.deepEqual(events, ['minute'], 'the second minute waits');
  finish();
  await entered;
  assert.deepEqual(events, ['minute', 'commit 1', 'minute']);
});

test('a commit that fails while no minute comes is reported at once, and again by the next commit', async (t) => {
  const timers = mockTimers(t);
  const { sink } = await openSink({
    commitIntervalMs: 1000,
    onCommit: () => Promise.reject(new Error('disk full')),
  });
  await sink.enqueue(...minute(1));
  timers.tick(1000);
  await settled();
  assert.throws(() => sink.failed.throwIfAborted(), /disk full/);
  await assert.rejects(sink.stop(), /disk full/);
});

test('with an interval of 0 each minute is committed by itself', async () => {
  const { sink, events } = await openSink({ commitIntervalMs: 0 });
  await sink.enqueue(...minute(1));
  await sink.enqueue(...minute(2));
  assert.deepEqual(events, ['minute', 'commit 1', 'minute', 'commit 2']);
});

/** A minute whose only item crashed every actor. */
function lostMinute(tick: number): Enqueued {
  const lost = { errno: 'actor_lost', errmsg: 'gone' };
  const run = Promise.resolve({ answers: failedItem(lost), timing: minuteTiming([]) });
  const [step, dispatched] = minute(tick, run);
  return [step, { ...dispatched, minute: { ...dispatched.minute, batch: batchOf(['a']) } }];
}

const lossIn = (tick: number): Incident => ({
  kind: 'lost',
  actor: 'actor-1',
  minuteMs: tick * MINUTE_MS,
  text: `actor-1 died in minute ${tick}`,
});

test('the tenth item in a row that crashes actors ends the run before its minute; a commit knows of nine', async () => {
  const lengths: (number | undefined)[] = [];
  const onCommit = ({ lostInARow }: RunProgress): Promise<void> =>
    Promise.resolve(void lengths.push(lostInARow));
  const { sink, events, incidents } = await openSink({ onCommit });
  for (let tick = 1; tick <= 10; tick++) incidents.add(lossIn(tick));
  for (let tick = 1; tick <= 9; tick++) await sink.enqueue(...lostMinute(tick));
  const hopeless = (last: string): { code: string; message: string } => ({
    code: 'actor_failed',
    message: `10 items in a row crashed every actor that got them${last}`,
  });
  await assert.rejects(
    sink.enqueue(...lostMinute(10)),
    hopeless('; the last time: actor-1 died in minute 10'),
  );
  await sink[Symbol.asyncDispose]();
  assert.deepEqual(events, [...Array.from({ length: 9 }, () => 'minute'), 'commit 9']);
  assert.deepEqual(lengths, [9]);

  const resumed = await openSink({ before: progress({ lostInARow: 9 }) });
  await assert.rejects(resumed.sink.enqueue(...lostMinute(10)), hopeless(''));
  const fresh = await openSink({ before: progress({}) });
  await fresh.sink.enqueue(...lostMinute(10));
});

test('incidents count with their minute, those between minutes with the next one, each once', async () => {
  const { sink, totals, incidents } = await openSink();
  const counted: number[] = [];
  incidents.add(lossIn(2));
  for (const tick of [1, 2, 3]) {
    if (tick === 3) incidents.add({ ...lossIn(0), minuteMs: null });
    await sink.enqueue(...minute(tick));
    counted.push(totals.incidents.counts.lost);
  }
  incidents.add(lossIn(4));
  await sink.end();
  assert.deepEqual([...counted, totals.incidents.counts.lost], [0, 1, 2, 3]);
});

test('an item that an earlier minute put in quarantine fails, even if it was answered before', async () => {
  const answered = { answers: { ...failedItem({ errno: '', errmsg: '' }), errors: new Map() } };
  const [step, dispatched] = minute(2, Promise.resolve({ ...answered, timing: minuteTiming([]) }));
  const batch = { ...batchOf(['a']), minuteMs: 2 * MINUTE_MS, intervalMs: MINUTE_MS, window: 3 };
  const rows = [{ target: 'a', column: null, label: null, state: 'item' as const }];
  const second = { ...dispatched, minute: { minuteMs: batch.minuteMs, rows, batch } };
  const { sink, quarantines, rows: written } = await openSink({ inflight: 2 });
  let answerFirst: (run: MinuteRun) => void = () => undefined;
  const first = minute(1, new Promise((resolve) => (answerFirst = resolve)));
  await sink.enqueue(...first);
  const enqueued = sink.enqueue({ ...step, batch: minuteBatch(2, [record(2, 'a', [1])]) }, second);
  await settled();
  quarantines.add(quarantineOf({ ...batch, minuteMs: MINUTE_MS }, 0));
  answerFirst(emptyRun());
  await enqueued;
  await sink.drain();
  assert.deepEqual(
    written.map(({ status, error }) => [status, error?.errno]),
    [['error', 'quarantined']],
  );
});

test('minutes are written in the order of reading, with never more than --inflight under way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      async (delays, inflight) => {
        const committed: number[] = [];
        let underWay = 0;
        let most = 0;
        const { sink } = await openSink({
          inflight,
          commitIntervalMs: 0,
          onCommit: ({ minuteMs }) => Promise.resolve(void committed.push((minuteMs ?? NaN) / MINUTE_MS)),
        });
        const serve = async (delay: number): Promise<MinuteRun> => {
          most = Math.max(most, ++underWay);
          await sleep(delay);
          underWay--;
          return emptyRun();
        };
        for (const [tick, delay] of delays.entries()) await sink.enqueue(...minute(tick, serve(delay)));
        await sink.drain();
        assert.deepEqual(committed, [...delays.keys()]);
        assert.ok(most <= inflight);
      },
    ),
    { numRuns: 50 },
  );
});

test('a minute is written as soon as it is answered, even if no other one comes', async () => {
  let written = (): void => undefined;
  const isWritten = new Promise<void>((resolve) => (written = resolve));
  const { sink } = await openSink({ inflight: 2, onMinute: written });
  await sink.enqueue(...minute(1));
  await isWritten;
});

test('a failure is reported at once, even if no other minute comes', async () => {
  const { sink } = await openSink({ inflight: 2, onRows: () => Promise.reject(new Error('full')) });
  await sink.enqueue(...minute(1));
  if (!sink.failed.aborted) await once(sink.failed, 'abort');
  assert.throws(() => sink.failed.throwIfAborted(), /full/);
  await assert.rejects(sink.drain(), /full/);
});

test('after a failure nothing later is written, and later failures stay quiet', async () => {
  const { sink, events } = await openSink({ inflight: 3 });
  await sink.enqueue(...minute(1));
  await sink.enqueue(...minute(2, Promise.reject(new Error('first'))));
  await assert.rejects(async () => {
    await sink.enqueue(...minute(3, Promise.reject(new Error('second'))));
    await sink.drain();
  }, /first/);
  assert.deepEqual(events, ['minute']);
});
