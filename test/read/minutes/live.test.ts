import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { Intervals, plainGrid } from '#build/core/grid.js';
import type { MinuteRecord, ReadStep, Reject } from '#build/core/types.js';
import { LiveMinutes } from '#build/read/minutes/live.js';
import { openRecording, type ReadOptions } from '#build/read/recording.js';

import { folderWith, READ_DEFAULTS } from '../../support/reading.js';
import { MINUTE_MS, record } from '../../support/records.js';

const INTERVAL_MS = 100;
const START_MS = Date.UTC(2024, 0, 1);
const LIVE: ReadOptions = { ...READ_DEFAULTS, format: 'csv', interval: INTERVAL_MS, live: true };

/** A line of a target in an interval. */
const line = (tick: number, target: string): string => `${START_MS + tick * INTERVAL_MS},${target},${tick}\n`;
const tickOf = (step: ReadStep): number | null =>
  step.batch === null ? null : (step.batch.minuteMs - START_MS) / INTERVAL_MS;

interface Feed {
  readonly next: () => Promise<ReadStep>;
  readonly hasEnded: () => Promise<boolean>;
}

/** Steps of a recording that is read as it comes. */
async function openFeed(
  t: TestContext,
  inputs: readonly string[],
  stdin: Readable,
  options: Partial<ReadOptions> = {},
): Promise<Feed> {
  const recording = await openRecording(inputs, { ...LIVE, ...options }, stdin);
  assert.equal(recording.isLive, options.live !== false);
  t.after(() => recording.close());
  const steps = recording.steps()[Symbol.asyncIterator]();
  return {
    next: async () => {
      const step = await steps.next();
      return step.done === true ? assert.fail('the feed has ended') : step.value;
    },
    hasEnded: async () => (await steps.next()).done === true,
  };
}

test('a minute is closed even if nothing more comes, and later records for it are rejected as late', async (t) => {
  const stdin = new PassThrough();
  stdin.write(`timestamp,target,value\n${line(0, 'a')}`);
  const feed = await openFeed(t, ['-'], stdin);
  const first = await feed.next();
  assert.equal(tickOf(first), 0);
  assert.equal(first.isTail, false);
  assert.notEqual(first.positions, null, 'it can be committed');
  stdin.write(line(0, 'b') + line(1, 'a') + line(2, 'a'));
  const second = await feed.next();
  assert.equal(tickOf(second), 1);
  assert.deepEqual(
    second.rejects.map(({ reason, message, source }) => [reason, message, source.line]),
    [['late', 'comes after its minute, 2024-01-01T00:00:00Z, was closed', 3]],
  );
  stdin.end();
  assert.equal(tickOf(await feed.next()), 2);
  assert.ok(await feed.hasEnded());
});

test('a record that goes back beyond --grace stops a file; in a live feed it is late', async (t) => {
  const text = `timestamp,target,value\n${line(0, 'a')}${line(5, 'a')}${line(4, 'b')}${line(3, 'c')}${line(6, 'a')}`;
  for (const live of [false, true]) {
    const stdin = new PassThrough();
    stdin.end(text);
    const feed = await openFeed(t, ['-'], stdin, { live, grace: 1 });
    const first = await feed.next();
    assert.equal(tickOf(first), 0);
    if (live) {
      const steps = [await feed.next(), await feed.next(), await feed.next()];
      assert.deepEqual(steps.map(tickOf), [4, 5, 6]);
      assert.deepEqual(
        steps.flatMap(({ rejects }) => rejects.map(({ reason, source }) => [reason, source.line])),
        [['late', 5]],
      );
    } else await assert.rejects(feed.next(), /not in time order/);
  }
});

/** Takes what a feed's minutes are made into. */
class FakeSink {
  readonly accepted: number[] = [];
  readonly closed: number[] = [];
  readonly rejected: Reject[] = [];

  record({ minuteMs }: MinuteRecord): void {
    this.accepted.push(minuteMs / MINUTE_MS);
  }

  filtered(): void {
    // not selected
  }

  reject(reject: Reject): void {
    this.rejected.push(reject);
  }

  closeThrough(minuteMs: number): void {
    this.closed.push(minuteMs);
  }
}

test('bytes that arrived while this process was busy come before the clock', async (t) => {
  const sink = new FakeSink();
  const live = new LiveMinutes(sink, {
    intervals: new Intervals(plainGrid(300)),
    grace: 0,
    maxAhead: Infinity,
  });
  const cat = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => cat.kill('SIGKILL'));
  cat.stdin.write('first');
  const chunks = live.watch(cat.stdout)[Symbol.asyncIterator]();
  assert.equal(String((await chunks.next()).value), 'first');
  live.record(record(0, 'a', [1]));
  const next = chunks.next();
  await turn(); // it waits now
  cat.stdin.write('second');
  const busyUntil = performance.now() + 1000; // longer than the minute may be open
  while (performance.now() < busyUntil);
  assert.equal(String((await next).value), 'second');
  assert.deepEqual(sink.closed, []);
  assert.equal(String((await chunks.next()).value), ''); // now it is silent
  assert.deepEqual(sink.closed, [0]);
  cat.stdin.end();
  assert.equal((await chunks.next()).done, true);
});

/** A live feed's minutes at this time of day, with intervals of a minute. */
function minutesAt(
  epochNow: number,
  maxAhead: number,
): { readonly live: LiveMinutes; readonly sink: FakeSink } {
  const sink = new FakeSink();
  const clock = { now: () => 0, epochNow: () => epochNow };
  return {
    live: new LiveMinutes(
      sink,
      { intervals: new Intervals(plainGrid(MINUTE_MS)), grace: 0, maxAhead },
      clock,
    ),
    sink,
  };
}

test('a record that is ahead of the clock by more than --max-ahead is early, and closes nothing', () => {
  const { live, sink } = minutesAt(10.5 * MINUTE_MS, 5);
  for (const tick of [10, 16, 11, 60, 10]) live.record(record(tick, 'a', [1]));
  assert.deepEqual(sink.accepted, [10, 11]);
  assert.deepEqual(
    sink.rejected.map(({ reason }) => reason),
    ['early', 'early', 'late'],
  );
  assert.equal(
    sink.rejected[0]?.message,
    "1970-01-01T00:16:00Z is more than 5 × 1m (--max-ahead) ahead of this machine's clock, 1970-01-01T00:10:30Z",
  );
});

test('--max-ahead 0 takes the current interval; without a limit, and in the past, nothing is early', () => {
  const strict = minutesAt(10.5 * MINUTE_MS, 0);
  for (const tick of [10, 11]) strict.live.record(record(tick, 'a', [1]));
  assert.deepEqual(strict.sink.accepted, [10]);
  const free = minutesAt(0, Infinity);
  free.live.record(record(1e6, 'a', [1]));
  assert.deepEqual(free.sink.accepted, [1e6]);
  const late = minutesAt(1e9 * MINUTE_MS, 0);
  for (const tick of [0, 60, 61]) late.live.record(record(tick, 'a', [1]));
  assert.deepEqual([late.sink.accepted, late.sink.rejected], [[0, 60, 61], []]);
});

test('rejects are emitted even if there is nothing else', async (t) => {
  const stdin = new PassThrough();
  const tomorrow = Date.now() + 86_400_000;
  stdin.write(`timestamp,target,value\n${tomorrow},a,1\n${tomorrow},b,1\n`);
  const feed = await openFeed(t, ['-'], stdin, { interval: 3_600_000, maxAhead: 0, columns: ['value'] });
  const { batch, rejects, found } = await feed.next();
  assert.deepEqual([batch, found], [null, 2]);
  assert.deepEqual(
    rejects.map(({ reason, source }) => [reason, source.line]),
    [
      ['early', 2],
      ['early', 3],
    ],
  );
});

const hasPipes = spawnSync('mkfifo', ['--version']).status === 0;
const namedPipes = { skip: hasPipes ? false : 'no mkfifo here' };

test(
  'of two feeds, a silent one is not waited for; its overdue records are late, later ones are not',
  namedPipes,
  async (t) => {
    const folder = await folderWith(t, {});
    const path = join(folder, 'b.csv');
    spawnSync('mkfifo', [path]);
    const stdin = new PassThrough();
    const other = createWriteStream(path);
    t.after(() => other.destroy());
    stdin.write(`timestamp,target,value\n${line(0, 'a')}`);
    other.write(`timestamp,target,value\n${line(0, 'b')}`);
    const feed = await openFeed(t, ['-', path], stdin);
    const first = await feed.next();
    assert.equal(tickOf(first), 0);
    assert.deepEqual(
      first.batch?.records.map(({ target }) => target),
      ['a', 'b'],
    );
    stdin.write(line(1, 'a') + line(2, 'a') + line(3, 'a'));
    assert.equal(tickOf(await feed.next()), 1);
    assert.equal(tickOf(await feed.next()), 2);
    other.write(line(2, 'b') + line(9, 'b'));
    stdin.write(line(9, 'a'));
    const steps: ReadStep[] = [];
    do steps.push(await feed.next());
    while (tickOf(steps.at(-1) ?? assert.fail()) !== 9);
    const rejects = steps.flatMap((step) =>
      step.rejects.map(({ reason, source }) => [reason, source.file, source.line]),
    );
    assert.deepEqual(rejects, [['late', path, 3]]);
    assert.deepEqual(steps.filter(({ batch }) => batch !== null).map(tickOf), [3, 9]);
    assert.deepEqual(
      steps
        .at(-1)
        ?.batch?.records.map(({ target }) => target)
        .sort(),
      ['a', 'b'],
    );
    stdin.end();
    other.end();
    assert.ok(await feed.hasEnded());
  },
);

test(
  'a named pipe is read until its last writer ends, and can be closed while it is silent',
  namedPipes,
  async (t) => {
    const folder = await folderWith(t, {});
    const path = join(folder, 'feed.csv');
    spawnSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `printf 'timestamp,target,value\\n${START_MS},a,1\\n' > feed.csv`], {
      cwd: folder,
    });
    const feed = await openFeed(t, [path], new PassThrough(), { live: false });
    assert.equal(tickOf(await feed.next()), 0);
    assert.ok(await feed.hasEnded());
    if (writer.exitCode === null) await once(writer, 'exit');
    assert.equal(writer.exitCode, 0);

    const silent = createWriteStream(path);
    t.after(() => silent.destroy());
    silent.write(`timestamp,target,value\n${line(0, 'a')}`);
    const recording = await openRecording([path], { ...LIVE, live: false }, new PassThrough());
    const next = recording.steps()[Symbol.asyncIterator]().next();
    await recording.close();
    const step: IteratorResult<ReadStep, unknown> = await next;
    assert.equal(step.done === true ? null : tickOf(step.value), 0);
  },
);
