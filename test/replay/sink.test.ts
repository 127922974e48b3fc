import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { ROW_STATUS, type Answers, type Block, type RowStatus } from '#build/core/block.js';
import { AiopsError } from '#build/core/errors.js';
import type { Incident } from '#build/core/incidents.js';
import type { InputPosition } from '#build/core/input-position.js';
import { Quarantines, quarantineOf } from '#build/core/quarantines.js';
import type { BlockRun } from '#build/core/executor.js';
import type { ReadStep, Reject } from '#build/core/types.js';
import type { RunOutput } from '#build/output/run-output.js';
import { IncidentLog } from '#build/pool/executors.js';
import type { Recording } from '#build/read/recording.js';
import type { RunProgress } from '#build/replay/resume/run-facts.js';
import type { DispatchedBlock } from '#build/replay/served-block.js';
import { Sink, type SinkConfig, type SinkParts } from '#build/replay/sink.js';
import { RunTotals } from '#build/replay/totals.js';
import { NONE_AWAITED } from '#build/read/lines/awaited-columns.js';
import { NO_USAGE } from '#build/replay/usage-meter.js';

import { blockOf } from '../support/blocks.js';
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

type Enqueued = readonly [steps: readonly ReadStep[], dispatched: DispatchedBlock | null];

const NOTHING = { lookBack: false, isTail: false, found: 0, rejects: [], merged: 0, filtered: 0 };
const rejectsOnly: Enqueued = [
  [{ ...NOTHING, batch: null, positions: [at(99)], found: 1, rejects: [REJECT] }],
  null,
];

/** The steps of minutes, each with a record of each target, and how it can be resumed after each. */
function stepsOf(ticks: readonly number[], targets: readonly string[] = []): ReadStep[] {
  return ticks.map((tick) => {
    const batch = minuteBatch(
      tick,
      targets.map((target) => record(tick, target, [1])),
    );
    return { ...NOTHING, batch, found: targets.length, positions: [at(tick)] };
  });
}

/** Answers whose rows have these statuses, minute by minute; the line of a row is its status. */
function answersOf(minutes: readonly (readonly RowStatus[])[]): Answers {
  const rows = minutes.flat();
  const texts = minutes.map((statuses) => statuses.map((status) => `${status}\n`).join(''));
  return {
    rowOffsets: offsetsOf(minutes.map(({ length }) => length)),
    statuses: Uint8Array.from(rows, (status) => ROW_STATUS[status]),
    scores: new Float32Array(rows.length).fill(NaN),
    anomalies: new Uint8Array(rows.length).fill(2),
    lines: { bytes: Buffer.from(texts.join('')), offsets: offsetsOf(texts.map(({ length }) => length)) },
    outputs: null,
  };
}

function offsetsOf(lengths: readonly number[]): Uint32Array {
  let sum = 0;
  return Uint32Array.from([0, ...lengths.map((length) => (sum += length))]);
}

function runOf(minutes: readonly (readonly RowStatus[])[]): BlockRun {
  return { answers: answersOf(minutes), timing: { ...minuteTiming([]), minutes: minutes.length } };
}

function dispatchedOf(block: Block, run: Promise<BlockRun>, again = run): DispatchedBlock {
  return { block, run, again: () => again, isAlone: false, dueAtMs: null };
}

/** A minute without records, which closes with no more than its position. */
function minute(tick: number, run: Promise<BlockRun> = Promise.resolve(runOf([[]]))): Enqueued {
  return [stepsOf([tick]), dispatchedOf(blockOf([], { firstMs: tick * MINUTE_MS }), run)];
}

interface Opened {
  readonly sink: Sink;
  readonly totals: RunTotals;
  readonly incidents: IncidentLog;
  readonly quarantines: Quarantines;
  /** The lines written. */
  readonly lines: readonly string[];
  /** `minute` or `rejects 1` for a write, `commit 3` for one after the minute with that number. */
  readonly events: string[];
}

interface Given {
  readonly commitIntervalMs?: number;
  readonly inflight?: number;
  readonly before?: RunProgress;
  readonly maxRejects?: SinkConfig['maxRejects'];
  readonly onWritten?: SinkParts['onWritten'];
  readonly onRows?: () => Promise<void>;
  /** A commit takes until this resolves. */
  readonly onCommit?: (progress: RunProgress) => Promise<void>;
}

/** A sink on an output that records what it is asked to do. */
async function openSink(given: Given = {}): Promise<Opened> {
  const { commitIntervalMs = NEVER_MS, inflight = 1, before = null, onWritten = () => undefined } = given;
  const { onRows, onCommit, maxRejects = null } = given;
  const events: string[] = [];
  const lines: string[] = [];
  const output = {
    writeLines: async (written: Uint8Array) => {
      await onRows?.();
      lines.push(...Buffer.from(written).toString().split('\n').slice(0, -1));
    },
    writeMetrics: () => Promise.resolve(),
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
    wholeInputs: () => [],
    columnsSeen: () => ({ late: [], awaited: NONE_AWAITED }),
    bytesBefore: ([position]: readonly InputPosition[]) => (position === 'end' ? NaN : position?.byteOffset),
  } as unknown as Recording;
  const totals = new RunTotals(
    { deadlineMs: 1000, pace: null },
    {
      recording,
      lookBack: { rowsPerRecord: 1 },
      input: { columns: 'each' },
      usage: { total: () => NO_USAGE },
      before,
    },
  );
  const incidents = new IncidentLog();
  const quarantines = new Quarantines();
  const config: SinkConfig = {
    mode: 'parallel',
    inflight,
    maxRejects,
    output: { out: 'out' },
    backfill: { commitIntervalMs },
  };
  const executors = { quarantines, incidents };
  const ready = { actors: [] };
  const sink = await Sink.open(
    config,
    { output, recording, ready, executors, totals, before, onWritten },
    () => 0,
  );
  return { sink, totals, incidents, quarantines, lines, events };
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
  const [steps, dispatched] = minute(2);
  await sink.enqueue(...minute(1));
  await sink.enqueue(
    steps.map((step) => ({ ...step, positions: null })),
    dispatched,
  );
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
  const block = blockOf(['a'], { firstMs: tick * MINUTE_MS });
  return [stepsOf([tick], ['a']), dispatchedOf(block, Promise.resolve(runOf([['lost']])))];
}

const lossIn = (tick: number): Incident => ({
  kind: 'lost',
  actor: 'actor-1',
  minuteMs: tick * MINUTE_MS,
  text: `actor-1 died in minute ${tick}; starting a replacement`,
  reason: `actor-1 died in minute ${tick}`,
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

test('a block is served again if an earlier one put a series of it in quarantine, even if it was answered', async () => {
  const { sink, quarantines, lines } = await openSink({ inflight: 2 });
  let answerFirst: (run: BlockRun) => void = () => undefined;
  const first = minute(1, new Promise((resolve) => (answerFirst = resolve)));
  const block = blockOf(['a'], { firstMs: 2 * MINUTE_MS, window: 3 });
  const second = dispatchedOf(
    block,
    Promise.resolve(runOf([['ok']])),
    Promise.resolve(runOf([['quarantined']])),
  );
  await sink.enqueue(...first);
  const enqueued = sink.enqueue(stepsOf([2], ['a']), second);
  await settled();
  quarantines.add(quarantineOf({ ...block, minutesMs: [MINUTE_MS] }, 0, 0));
  answerFirst(runOf([[]]));
  await enqueued;
  await sink.drain();
  assert.deepEqual(lines, ['quarantined']);
});

test('of a block in which the tenth item in a row is lost, the minutes before it are written and committed', async () => {
  const { sink, lines, events, totals } = await openSink();
  const ticks = Array.from({ length: 12 }, (_, i) => i + 1);
  const block = blockOf(['a'], { firstMs: MINUTE_MS, minutes: ticks.length });
  const run = Promise.resolve(runOf(ticks.map(() => ['lost'])));
  await assert.rejects(sink.enqueue(stepsOf(ticks, ['a']), dispatchedOf(block, run)), {
    code: 'actor_failed',
  });
  await sink[Symbol.asyncDispose]();
  assert.equal(lines.length, 9);
  assert.deepEqual(events, ['commit 9']);
  assert.equal(totals.counters.counts.rows, 9);
});

test('a limit on rejects that a step of a block exceeds ends the run after that step', async () => {
  const { sink, lines, events } = await openSink({ maxRejects: { kind: 'count', count: 1 } });
  const steps = stepsOf([1, 2, 3], ['a']).map((step) => ({ ...step, found: 2, rejects: [REJECT] }));
  const block = blockOf(['a'], { firstMs: MINUTE_MS, minutes: 3 });
  const run = Promise.resolve(runOf([['ok'], ['ok'], ['ok']]));
  await assert.rejects(sink.enqueue(steps, dispatchedOf(block, run)), { code: 'reject_limit' });
  await sink[Symbol.asyncDispose]();
  assert.equal(lines.length, 2);
  assert.deepEqual(events, ['rejects 2', 'commit 2']);
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
        const serve = async (delay: number): Promise<BlockRun> => {
          most = Math.max(most, ++underWay);
          await sleep(delay);
          underWay--;
          return runOf([[]]);
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
  const { sink } = await openSink({ inflight: 2, onWritten: () => written() });
  await sink.enqueue(...minute(1));
  await isWritten;
});

test('progress counts what is written, not what was read', async () => {
  const done: number[] = [];
  const { sink } = await openSink({ inflight: 3, onWritten: (written) => done.push(written.doneBytes()) });
  let answer = (): void => undefined;
  const slow = new Promise<BlockRun>((resolve) => (answer = () => resolve(runOf([[]]))));
  await sink.enqueue(...minute(1));
  await sink.enqueue(...minute(2, slow));
  await settled();
  assert.deepEqual(done, [1]);
  answer();
  await sink.drain();
  assert.deepEqual(done, [1, 2]);
});

test('blocks of killed executors are dropped: stopping commits what was written and counts their minutes', async () => {
  const { sink, events } = await openSink({ inflight: 4 });
  await sink.enqueue(...minute(1));
  await sink.drain();
  const stopped = new AiopsError('interrupted', 'the pool was stopped');
  const killed = Promise.reject<BlockRun>(stopped);
  const block = blockOf([], { firstMs: 2 * MINUTE_MS, minutes: 3 });
  await sink.enqueue(stepsOf([2, 3, 4]), dispatchedOf(block, killed));
  await sink.enqueue(...minute(5, killed));
  const outcome = await sink.stop();
  assert.deepEqual(outcome, { kind: 'interrupted', minutes: 1, dropped: 4, resumable: true });
  assert.deepEqual(events, ['minute', 'commit 1']);
});

test('stopping does not hide a failure', async () => {
  const { sink } = await openSink({ inflight: 2, onRows: () => Promise.reject(new Error('full')) });
  await sink.enqueue(...minute(1));
  await assert.rejects(sink.stop(), /full/);
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
