import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { compareInputs } from '#build/read/snapshot/compare-inputs.js';
import { factsOf, type FileFacts } from '#build/read/bytes/file-facts.js';
import { openRecording, reopenRecording, type ReadOptions } from '#build/read/recording.js';
import type { ResumePoint } from '#build/read/snapshot/snapshot.js';
import { FILE_START } from '#build/core/input-position.js';
import { openSource } from '#build/read/bytes/source.js';
import { READ_DEFAULTS, folderWith } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';
import { checkResume, committable, readWhole } from '../../support/resumed.js';
import { plainSteps } from '../../support/read-steps.js';

const OPTIONS: ReadOptions = { ...READ_DEFAULTS, interval: 60_000, columns: ['v'] };
const MIB = 2 ** 20;

/** About 2.5 MiB. */
const LONG = ['time,target,v'];
for (let minute = 0; LONG.length < 52_000; minute++) {
  const time = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
  for (let i = 0; i < 20; i++) LONG.push(`${time},host-number-${i},${minute * 1000 + i}`);
}
const TEXT = Buffer.from(`${LONG.join('\n')}\n`);

test('standard input is read again up to the position, if it begins as before', async () => {
  const inputs = { paths: ['-'], stdin: TEXT };
  const whole = await readWhole(inputs, OPTIONS);
  const places = committable(whole.steps);
  const from = places[places.length - 9]!;
  const m = places[places.length - 5]!;
  const [position] = whole.steps[from]!.positions ?? [];
  assert.ok(position !== undefined && position !== 'end');
  assert.ok(
    position.byteOffset > 2 * MIB && position.prefix?.bytes === position.byteOffset,
    JSON.stringify(position),
  );
  await checkResume(inputs, OPTIONS, whole, from, m);
  await checkResume({ paths: ['-'], stdin: gzipSync(TEXT) }, OPTIONS, whole, from, m);

  const again = async (stdin: Buffer, more: Partial<ResumePoint> = {}): Promise<unknown> => {
    const point: ResumePoint = {
      positions: whole.steps[from]!.positions,
      positionsMinuteMs: whole.steps[from]!.minuteMs,
      afterMinuteMs: whole.steps[m]!.minuteMs ?? NaN,
      ...more,
    };
    const recording = await reopenRecording(['-'], OPTIONS, Readable.from([stdin]), whole.snapshot, point);
    return plainSteps(recording);
  };
  const other = Buffer.from(TEXT);
  other[position.byteOffset - 3]! ^= 1;
  await assert.rejects(
    again(other),
    refusal('config', /stdin is not what this run read before: its first bytes/),
  );
  const cut = TEXT.subarray(0, position.byteOffset - 1);
  await assert.rejects(again(cut), refusal('config', /stdin is not what .* ends before byte \d+/));
  await assert.rejects(again(Buffer.alloc(0)), refusal('config', /ends before byte/));
  const short = TEXT.subarray(0, position.byteOffset + 10);
  await assert.rejects(again(short), refusal('config', /no longer has the minute 20.*, up to which/));
  // From the start there is no position, but the bytes before the last minute are still known.
  const begun = { positions: null, positionsMinuteMs: null, afterPositions: whole.steps[m]!.positions ?? [] };
  await again(TEXT, begun);
  await assert.rejects(again(other, begun), refusal('config', /its first bytes/));
});

test('standard input of few bytes is compared as well', async () => {
  const text = TEXT.subarray(0, 5000);
  const whole = await readWhole({ paths: ['-'], stdin: text }, OPTIONS);
  const m = committable(whole.steps)[1]!;
  const { positions, minuteMs } = whole.steps[m]!;
  const point = {
    positions: null,
    positionsMinuteMs: null,
    afterMinuteMs: minuteMs ?? NaN,
    afterPositions: positions ?? [],
  };
  const again = async (stdin: Buffer): Promise<unknown> =>
    plainSteps(await reopenRecording(['-'], OPTIONS, Readable.from([stdin]), whole.snapshot, point));
  await again(text);
  const other = Buffer.from(String(text).replace(/,0\n/, ',1\n'));
  await assert.rejects(again(other), refusal('config', /its first bytes/));
});

/** A row a minute and target, each of `bytes`. */
function rowsOf(minutes: number, targets: readonly string[], bytes: number): string {
  const lines = ['time,target,v'];
  for (let minute = 0; minute < minutes; minute++) {
    const time = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
    for (const target of targets) lines.push(`${time},${target},`.padEnd(bytes - 1, '1'));
  }
  return `${lines.join('\n')}\n`;
}

test('no minute of a different standard input is emitted, even if it is shorter or still arriving', async () => {
  const text = rowsOf(100, ['a', 'b', 'c', 'd'], 50);
  const { steps, snapshot } = await readWhole({ paths: ['-'], stdin: Buffer.from(text) }, OPTIONS);
  const m = committable(steps)[79]!;
  const [position] = steps[m]!.positions ?? [];
  assert.ok(position !== undefined && position !== 'end' && position.prefix !== undefined);
  const again = async (stdin: string, prefix = position.prefix): Promise<(number | null)[]> => {
    const afterPositions = [{ ...position, ...(prefix === undefined ? {} : { prefix }) }];
    const afterMinuteMs = steps[m]!.minuteMs ?? NaN;
    const point = { positions: null, positionsMinuteMs: null, afterMinuteMs, afterPositions };
    const chunks = Readable.from(Array.from(stdin.matchAll(/[^]{1,70}/g), ([chunk]) => Buffer.from(chunk)));
    const recording = await reopenRecording(['-'], OPTIONS, chunks, snapshot, point);
    const handedOn: (number | null)[] = [];
    try {
      for await (const { batch, lookBack } of recording.steps())
        if (!lookBack) handedOn.push(batch?.minuteMs ?? null);
    } catch (error) {
      assert.deepEqual(handedOn, [], String(error));
      throw error;
    }
    return handedOn;
  };
  const right = steps.slice(m + 1).map(({ minuteMs }) => minuteMs);
  assert.deepEqual(await again(text), right);
  assert.equal((await again(text.slice(0, position.byteOffset))).length, 0, 'it ends at the place');

  const fewer = refusal('config', /stdin is not what .*: .* end before byte \d+$/);
  assert.ok(rowsOf(100, ['x'], 50).length < position.byteOffset);
  await assert.rejects(again(rowsOf(100, ['x'], 50)), fewer, 'shorter');
  assert.ok(rowsOf(1000, ['x'], 50).length > position.byteOffset);
  await assert.rejects(again(rowsOf(1000, ['x'], 50)), fewer, 'long');

  // Cut in the last emitted minute: the end of the input closes it again, with fewer records.
  const cut = text.slice(0, position.byteOffset - 100);
  const ends = refusal('config', /stdin is not what .* it ends before byte \d+, /);
  await assert.rejects(again(cut), ends);
  const sooner = steps[m - 1]!.positions?.[0];
  assert.ok(sooner !== undefined && sooner !== 'end');
  await assert.rejects(again(cut, sooner.prefix), ends, 'the sum is of less');
});

test('a named pipe resumes like standard input', async (t) => {
  const folder = await folderWith(t, { 'data.csv': TEXT });
  const pipe = join(folder, 'pipe');
  execFileSync('sh', ['-c', `mkfifo ${pipe}`]);
  const feed = (): void => {
    const cat = spawn('sh', ['-c', `exec cat ${folder}/data.csv > ${pipe}`], { stdio: 'ignore' });
    t.after(() => cat.kill('SIGKILL'));
  };
  feed();
  const recording = await openRecording([pipe], OPTIONS, Readable.from([]));
  const whole = { steps: await plainSteps(recording), snapshot: recording.snapshot() };
  assert.deepEqual(whole.snapshot.files[0], { ...whole.snapshot.files[0], identity: null, digests: [] });
  const places = committable(whole.steps);
  feed();
  await checkResume(
    { paths: [pipe], stdin: null },
    OPTIONS,
    whole,
    places[places.length - 9]!,
    places[places.length - 5]!,
  );
});

const procfs = { skip: existsSync('/proc/self/mem') ? false : 'no /proc here' };

test('a file that cannot be read to see whether it is gzip is an input error', procfs, async () => {
  const memory = '/proc/self/mem'; // a regular file whose first byte cannot be read
  const source = openSource(memory, { blockBytes: MIB, maxExpansion: 500 }, Readable.from([]), {
    ...FILE_START,
    byteOffset: 10,
  });
  await assert.rejects(source, refusal('input_missing', /cannot read .proc.self.mem: EIO/));
});

test('an input that was read to its end is not read again, and counts as read', async (t) => {
  const row = (minute: number, target: string): string =>
    `${new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()},${target},1\n`;
  const folder = await folderWith(t, {
    'a.csv': `time,target,v\n${row(0, 'a')}`,
    'b.csv': `time,target,v\n${[0, 1, 2, 3].map((minute) => row(minute, 'b')).join('')}`,
  });
  const paths = ['a.csv', 'b.csv'].map((name) => join(folder, name));
  const whole = await readWhole({ paths, stdin: null }, OPTIONS);
  const { positions, minuteMs } = whole.steps[1]!;
  assert.equal(positions?.[0], 'end');
  // What stands there would stop any reading.
  const { size } = await stat(paths[0]!);
  await writeFile(paths[0]!, Buffer.alloc(size));
  const point = { positions, positionsMinuteMs: minuteMs, afterMinuteMs: whole.steps[2]!.minuteMs ?? NaN };
  const recording = await reopenRecording(paths, OPTIONS, Readable.from([]), whole.snapshot, point);
  const { readBytes, totalBytes } = recording.progress();
  assert.ok(
    readBytes >= size && totalBytes !== null && totalBytes > readBytes,
    `${readBytes} of ${totalBytes}`,
  );
  assert.deepEqual((await plainSteps(recording)).slice(1), whole.steps.slice(3));
  assert.deepEqual(recording.progress(), { readBytes: totalBytes, totalBytes });
  await rm(paths[0]!);
  await assert.rejects(
    reopenRecording(paths, OPTIONS, Readable.from([]), whole.snapshot, point),
    refusal('input_missing', /no such file: .*a\.csv/),
  );
});

test('a named pipe without a recording is closed, so that its writer ends', async (t) => {
  const pipe = join(await folderWith(t, {}), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', `exec > ${pipe}; printf '\\377\\376a\\0'; exec cat /dev/zero`]);
  t.after(() => writer.kill('SIGKILL'));
  const ended = once(writer, 'exit');
  await assert.rejects(
    openRecording([pipe], OPTIONS, Readable.from([])),
    refusal('input_unusable', /UTF-16/),
  );
  await ended;
});

test('what a file grows by after it was compared is left to the next session', async (t) => {
  const row = (minute: number, target: string): string =>
    `${new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()},${target},1\n`;
  const a = `time,target,v\n${row(0, 'a')}${row(1, 'a')}`;
  const added = `${row(1, 'c')}${row(5, 'a')}`;
  const b = `time,target,v\n${[0, 1, 2, 3, 4, 5].map((minute) => row(minute, 'b')).join('')}`;
  for (const pack of [(text: string) => Buffer.from(text), (text: string) => gzipSync(text)]) {
    const folder = await folderWith(t, { 'a.csv': pack(a), 'b.csv': pack(b) });
    const paths = ['a.csv', 'b.csv'].map((name) => join(folder, name));
    const { steps, snapshot } = await readWhole({ paths, stdin: null }, OPTIONS);
    await appendFile(paths[0]!, pack(added));
    // Behind minute 2, at which a.csv was at its end; its look-back begins before that end, or at it.
    assert.equal(steps[2]!.positions?.[0], 'end');
    const afterPositions = steps[2]!.positions;
    for (const start of [0, 1]) {
      const { positions, minuteMs: positionsMinuteMs } = steps[start]!;
      const point = {
        positions,
        positionsMinuteMs,
        afterMinuteMs: steps[2]!.minuteMs ?? NaN,
        afterPositions,
      };
      const recording = await reopenRecording(paths, OPTIONS, Readable.from([]), snapshot, point);
      const again = recording.snapshot();
      const lookBack = steps.slice(start + 1, 3).map(({ records }) => records);
      const found = await plainSteps(recording);
      assert.deepEqual(
        found.map(({ records }) => records),
        [...lookBack, ...steps.slice(3).map(({ records }) => records)],
      );
      assert.equal(again.files[0]?.identity?.sizeBytes, pack(a).length);
      const states = await compareInputs(paths, again, { verify: 'changed', live: false });
      assert.deepEqual(
        states.map(({ state }) => state),
        ['grown', 'same'],
      );
    }
  }
});

test('a plain file is opened at the position: bytes before it are not read', async (t) => {
  const folder = await folderWith(t, { 'data.csv': TEXT });
  const path = join(folder, 'data.csv');
  const inputs = { paths: [path], stdin: null };
  const whole = await readWhole(inputs, OPTIONS);
  const places = committable(whole.steps);
  const [position] = whole.steps[places[places.length - 9]!]!.positions ?? [];
  assert.ok(position !== undefined && position !== 'end' && position.prefix === undefined);
  const handle = await open(path, 'r+');
  await handle.write(Buffer.alloc(position.byteOffset, '#'), 0, position.byteOffset, 0);
  await handle.close();
  // As if it had been compared like that: otherwise all of it would be, at its end.
  const files = whole.snapshot.files.map((file) => ({ ...file, identity: null as FileFacts | null }));
  files[0]!.identity = await settledFacts(path);
  const snapshot = { ...whole.snapshot, files };
  await checkResume(
    inputs,
    OPTIONS,
    { ...whole, snapshot },
    places[places.length - 9]!,
    places[places.length - 5]!,
  );
});

test('a file that changed between comparing and opening does not look untouched to the next session', async (t) => {
  const folder = await folderWith(t, { 'data.csv': TEXT });
  const paths = [join(folder, 'data.csv')];
  const whole = await readWhole({ paths, stdin: null }, OPTIONS);
  const compared = await settledFacts(paths[0]!);
  const snapshot = { ...whole.snapshot, files: [{ ...whole.snapshot.files[0]!, identity: compared }] };
  const changed = Buffer.from(TEXT);
  changed[TEXT.length - 3]! ^= 1;
  await writeFile(paths[0]!, changed);
  await settledFacts(paths[0]!);
  const point = { positions: null, positionsMinuteMs: null, afterMinuteMs: -Infinity };
  const reopened = await reopenRecording(paths, OPTIONS, Readable.from([]), snapshot, point);
  const again = reopened.snapshot();
  await reopened.close();
  const [state] = await compareInputs(paths, again, { verify: 'changed', live: false });
  assert.equal(state?.state, 'changed');
});

/** What a file is, once its last change lies far enough back. */
async function settledFacts(path: string): Promise<FileFacts | null> {
  for (;;) {
    const facts = factsOf(await stat(path, { bigint: true }));
    if (facts?.changedMs !== null) return facts;
    await setTimeout(10);
  }
}

test('a file that grew resumes before its old end as if it had always been that long', async (t) => {
  const head = TEXT.subarray(0, TEXT.length - 700);
  for (const isPacked of [false, true]) {
    const pack = (bytes: Buffer): Buffer => (isPacked ? gzipSync(bytes) : bytes);
    const folder = await folderWith(t, { 'data.csv': pack(head) });
    const inputs = { paths: [join(folder, 'data.csv')], stdin: null };
    const { steps, snapshot } = await readWhole(inputs, OPTIONS);
    await appendFile(inputs.paths[0]!, pack(TEXT.subarray(head.length)));
    const grown = await readWhole(inputs, OPTIONS);
    const places = committable(steps);
    assert.deepEqual(steps.slice(0, places.length), grown.steps.slice(0, places.length));
    await checkResume(
      inputs,
      OPTIONS,
      { steps: grown.steps, snapshot },
      places[places.length - 7]!,
      places[places.length - 1]!,
    );
  }
});
