import assert from 'node:assert/strict';
import { appendFile, open, readFile, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compareInputs, type InputState, type VerifyInput } from '#build/read/snapshot/compare-inputs.js';
import { factsOf, isUntouched } from '#build/read/bytes/file-facts.js';
import type { InputSnapshot } from '#build/read/snapshot/snapshot.js';
import { openRecording } from '#build/read/recording.js';
import { SegmentSums, type Segment } from '#build/read/bytes/digests.js';
import { READ_DEFAULTS, folderWith } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const row = (minute: number): string =>
  `${new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()},a,1\n`;
const TEXT = `time,target,v\n${Array.from({ length: 20_000 }, (_, minute) => row(minute)).join('')}`;
const LATER = new Date('2026-06-01');
/** Not touched while the tests run. */
const FIXTURE = 'fixtures/recordings/real-day.csv';

/** Reads minutes of recordings, all by default, and says what a journal keeps of them. */
async function takeSnapshot(paths: readonly string[], minutes = Infinity): Promise<InputSnapshot> {
  const stdin = Readable.from([`time,target,v\n${row(0)}${row(1)}`]);
  const recording = await openRecording(paths, READ_DEFAULTS, stdin);
  let read = 0;
  if (minutes > 0) for await (const _ of recording.steps()) if (++read >= minutes) break;
  const snapshot = recording.snapshot();
  await recording.close();
  return JSON.parse(JSON.stringify(snapshot)) as InputSnapshot;
}

async function recorded(t: TestContext, content: string | Buffer = TEXT): Promise<string> {
  return join(await folderWith(t, { 'a.csv': content }), 'a.csv');
}

async function stateOf(
  path: string,
  snapshot: InputSnapshot,
  verify: VerifyInput = 'changed',
): Promise<InputState> {
  const [state] = await compareInputs([path], snapshot, { verify, live: false });
  return state ?? assert.fail('no state');
}

/** `same, 2 of 3`: how many of how many segments were compared. */
async function shortState(...args: Parameters<typeof stateOf>): Promise<string> {
  const state = await stateOf(...args);
  if (state.state === 'unknown') return state.state;
  if (state.state === 'changed') return `changed: ${state.what}`;
  return `${state.state}, ${state.compared.segments} of ${state.compared.ofSegments}`;
}

async function overwrite(path: string, at: number, text: string): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.write(text, at);
  await handle.close();
}

/** The same recording as if its file had been read in segments of so many bytes. */
async function inSegments(
  snapshot: InputSnapshot,
  path: string,
  segmentBytes: number,
): Promise<InputSnapshot> {
  const bytes = await readFile(path);
  const sums = new SegmentSums([], segmentBytes);
  for (let at = 0; at < bytes.length; at += segmentBytes) sums.add(at, bytes.subarray(at, at + segmentBytes));
  return withDigests(snapshot, sums.all());
}

function withDigests(snapshot: InputSnapshot, digests: readonly Segment[]): InputSnapshot {
  return { ...snapshot, files: snapshot.files.map((file) => ({ ...file, digests })) };
}

test('an untouched file counts as unchanged without being read; a flag makes it compare all, or samples', async () => {
  const snapshot = await inSegments(await takeSnapshot([FIXTURE]), FIXTURE, 1000);
  const segments = snapshot.files[0]?.digests.length ?? 0;
  assert.ok(segments > 30);
  assert.equal(await shortState(FIXTURE, snapshot), `same, 0 of ${segments}`);
  assert.equal(await shortState(FIXTURE, snapshot, 'all'), `same, ${segments} of ${segments}`);
  assert.equal(await shortState(FIXTURE, snapshot, 'sample'), `same, 18 of ${segments}`);
  const [first, ...others] = snapshot.files[0]?.digests ?? [];
  const forged = withDigests(snapshot, [{ ...first, endByte: 1000, sha256: '0'.repeat(64) }, ...others]);
  assert.equal(await shortState(FIXTURE, forged), `same, 0 of ${segments}`);
  for (const verify of ['all', 'sample'] as const)
    assert.match(await shortState(FIXTURE, forged, verify), /^changed: .* in bytes 0 to 999$/);
});

test('a file that was copied, downloaded again or touched is unchanged if all bytes that were read are', async (t) => {
  const path = await recorded(t);
  const snapshot = await takeSnapshot([path]);
  await utimes(path, LATER, LATER);
  assert.equal(await shortState(path, snapshot), 'same, 1 of 1');
  await writeFile(`${path}.new`, TEXT);
  await rename(`${path}.new`, path);
  assert.equal(await shortState(path, snapshot), 'same, 1 of 1');
});

test('a single changed byte is detected anywhere, and the refusal names the segment', async (t) => {
  const path = await recorded(t);
  const snapshot = await inSegments(await takeSnapshot([path]), path, 65_536);
  for (const at of [0, 65_535, 65_536, 200_001, TEXT.length - 1]) {
    await writeFile(path, TEXT);
    await overwrite(path, at, '#');
    const from = at - (at % 65_536);
    const to = Math.min(from + 65_536, TEXT.length) - 1;
    assert.equal(
      await shortState(path, snapshot),
      `changed: holds other bytes than it did, somewhere in bytes ${from} to ${to}`,
    );
  }
});

test('samples are the first segment, the last, and 16 in between', async (t) => {
  const path = await recorded(t);
  const snapshot = await inSegments(await takeSnapshot([path]), path, 5000);
  const { digests = [] } = snapshot.files[0] ?? {};
  let noticed = 0;
  for (const [i, { endByte }] of digests.entries()) {
    await overwrite(path, endByte - 1, '#');
    const isNoticed = (await stateOf(path, snapshot, 'sample')).state === 'changed';
    await overwrite(path, endByte - 1, TEXT[endByte - 1]!);
    if (isNoticed) noticed++;
    else assert.ok(i > 0 && i < digests.length - 1, `segment ${i} of ${digests.length}`);
  }
  assert.equal(noticed, 18);
});

test('a longer file has grown, even gzip by another member; one with other bytes has changed', async (t) => {
  for (const isPacked of [false, true]) {
    const pack = (text: string): Buffer => (isPacked ? gzipSync(text) : Buffer.from(text));
    const path = await recorded(t, pack(TEXT));
    const snapshot = await takeSnapshot([path]);
    await appendFile(path, pack(row(200_000)));
    assert.equal(await shortState(path, snapshot), 'grown, 1 of 1');
    await overwrite(path, 3, '#');
    assert.match(await shortState(path, snapshot), /^changed: holds other bytes/);
  }
});

test('of a file that was not read to its end, only what was read is compared', async (t) => {
  const path = await recorded(t);
  const snapshot = await takeSnapshot([path], 3);
  const readBytes = snapshot.files[0]?.digests.at(-1)?.endByte ?? NaN;
  assert.ok(readBytes > 0 && readBytes < TEXT.length, `${readBytes} bytes were read`);
  await overwrite(path, readBytes, '#');
  assert.equal(await shortState(path, snapshot), 'same, 1 of 1');
  await overwrite(path, readBytes - 1, '#');
  assert.match(await shortState(path, snapshot), /^changed/);
});

test('smaller, replaced by something else, or missing', async (t) => {
  const path = await recorded(t);
  const snapshot = await takeSnapshot([path]);
  await truncate(path, 1000);
  assert.equal(await shortState(path, snapshot), `changed: has become smaller: 1000 bytes of ${TEXT.length}`);
  assert.deepEqual(await stateOf('/dev/null', snapshot), { state: 'changed', what: 'is no longer a file' });
  await assert.rejects(stateOf(`${path}.gone`, snapshot), refusal('input_missing'));
});

test('facts taken within a tick of a change are not trusted: another change may leave them the same', async (t) => {
  const stats = await stat(await recorded(t), { bigint: true });
  const at = (nowMs: number) => factsOf(stats, nowMs) ?? assert.fail('no file');
  const changedMs = Number(stats.ctimeNs / 1000n) / 1000;
  assert.equal(isUntouched(at(changedMs + 99), at(changedMs + 5000)), false);
  assert.equal(isUntouched(at(changedMs + 101), at(changedMs + 5000)), true);
  assert.equal(isUntouched({ ...at(changedMs + 101), inode: '1' }, at(changedMs + 5000)), false);
});

test('an empty input that has records now has changed; standard input is unknown until it is read', async (t) => {
  const folder = await folderWith(t, { 'empty.csv': '', 'header.csv': 'time,target,v\n', 'a.csv': TEXT });
  const paths = ['empty.csv', 'header.csv', 'a.csv'].map((name) => join(folder, name));
  const inputs = [...paths, '-'];
  const snapshot = await takeSnapshot(inputs);
  const states = async (): Promise<string[]> =>
    (await compareInputs(inputs, snapshot, { verify: 'changed', live: false })).map((state) =>
      state.state === 'changed' ? state.what : state.state,
    );
  assert.deepEqual(await states(), ['same', 'same', 'same', 'unknown']);
  for (const path of paths) await appendFile(path, row(200_000));
  const hadNone = 'had no record when the run began';
  assert.deepEqual(await states(), [hadNone, hadNone, 'grown', 'unknown']);
});

test('a pipe whose minutes the clock closed, or would close now, counts as changed; files do not', async (t) => {
  const inputs = [await recorded(t), '-'];
  const snapshot = await takeSnapshot(inputs);
  assert.equal(snapshot.isLive, false);
  for (const [isLive, live, what] of [
    [true, false, /^was a live feed/],
    [true, true, /^was a live feed/],
    [false, true, /^would be a live feed/],
  ] as const) {
    const [file, pipe] = await compareInputs(inputs, { ...snapshot, isLive }, { verify: 'changed', live });
    assert.equal(file?.state, 'same');
    assert.ok(pipe?.state === 'changed');
    assert.match(pipe.what, what);
  }
});
