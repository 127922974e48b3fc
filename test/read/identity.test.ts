import assert from 'node:assert/strict';
import { appendFile, open, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AiopsError } from '#dist/core/errors.js';
import { compareInputs } from '#dist/read/compare-inputs.js';
import type { InputState } from '#dist/read/compare-inputs.js';
import type { PinnedRecording } from '#dist/read/pinned.js';
import { openRecording } from '#dist/read/recording.js';
import { READ_DEFAULTS, folderWith } from '../support/reading.js';

const row = (minute: number): string =>
  `${new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString()},a,1\n`;
const TEXT = `time,target,v\n${Array.from({ length: 100_000 }, (_, minute) => row(minute)).join('')}`;
const LATER = new Date('2026-06-01');

async function pin(paths: readonly string[], whole = false): Promise<PinnedRecording> {
  const recording = await openRecording(
    paths,
    READ_DEFAULTS,
    Readable.from([`time,target,v\n${row(0)}${row(1)}`]),
  );
  const pinned = await recording.pin({ whole });
  await recording.close();
  return JSON.parse(JSON.stringify(pinned)) as PinnedRecording;
}

async function recorded(t: TestContext, content: string | Buffer = TEXT): Promise<string> {
  return join(await folderWith(t, { 'a.csv': content }), 'a.csv');
}

async function stateOf(
  path: string,
  pinned: PinnedRecording,
  whole = false,
): Promise<InputState | undefined> {
  return (await compareInputs([path], pinned, { whole, live: false }))[0];
}

async function overwrite(path: string, at: number, text: string): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.write(text, at);
  await handle.close();
}

test('a file that nobody touched is the same without a look into it', async (t) => {
  const path = await recorded(t);
  const pinned = await pin([path]);
  assert.deepEqual(await stateOf(path, pinned), { state: 'same', verified: 'facts' });
  assert.equal(pinned.files[0]?.identity?.sizeBytes, TEXT.length);
});

test('a file that was copied, fetched again or touched is the same if its samples are', async (t) => {
  const path = await recorded(t);
  const pinned = await pin([path]);
  await utimes(path, LATER, LATER);
  assert.deepEqual(await stateOf(path, pinned), { state: 'same', verified: 'samples' });
  await writeFile(`${path}.new`, TEXT);
  await rename(`${path}.new`, path);
  assert.deepEqual(await stateOf(path, pinned), { state: 'same', verified: 'samples' });
});

test('a file that became longer has grown, gzip by another member too; one with other bytes has changed', async (t) => {
  for (const isPacked of [false, true]) {
    const pack = (text: string): Buffer => (isPacked ? gzipSync(text) : Buffer.from(text));
    const path = await recorded(t, pack(TEXT));
    const pinned = await pin([path]);
    await appendFile(path, pack(row(200_000)));
    assert.deepEqual(await stateOf(path, pinned), { state: 'grown', verified: 'samples' });
    await overwrite(path, 3, '#');
    assert.deepEqual(await stateOf(path, pinned), {
      state: 'changed',
      what: 'holds other bytes than it did',
    });
  }
});

test('head, tail and places in between are looked at', async (t) => {
  const size = TEXT.length;
  for (const at of [0, 65_535, size - 65_536, size - 1]) {
    const path = await recorded(t);
    const pinned = await pin([path]);
    await overwrite(path, at, '#');
    await utimes(path, LATER, LATER);
    assert.equal((await stateOf(path, pinned))?.state, 'changed', `byte ${at}`);
  }
  // Sixteen blocks of 64 KiB: a stretch of an eighth of the file in its middle does not get by all of them.
  const path = await recorded(t);
  const pinned = await pin([path]);
  for (let eighth = 1; eighth < 7; eighth++) {
    await writeFile(path, TEXT);
    await overwrite(path, Math.floor((size * eighth) / 8), '#'.repeat(Math.floor(size / 8)));
    assert.equal((await stateOf(path, pinned))?.state, 'changed', `eighth ${eighth}`);
  }
});

test('smaller, replaced by something else, or missing', async (t) => {
  const path = await recorded(t);
  const pinned = await pin([path]);
  await truncate(path, 1000);
  const state = await stateOf(path, pinned);
  assert.ok(state?.state === 'changed');
  assert.match(state.what, new RegExp(`smaller: 1000 bytes of ${TEXT.length}$`));
  assert.deepEqual(await stateOf('/dev/null', pinned), { state: 'changed', what: 'is no longer a file' });
  await assert.rejects(
    stateOf(`${path}.gone`, pinned),
    (error) => error instanceof AiopsError && error.code === 'input_missing',
  );
});

test('a change that the samples pass over shows when all bytes are hashed, if the run kept their sum', async (t) => {
  const path = await recorded(t);
  const byte = async (pinned: PinnedRecording): Promise<number> => {
    // A byte that no sample holds is found by trying, from the file's middle on.
    for (let at = Math.floor(TEXT.length / 2); at < TEXT.length; at += 65_536) {
      await writeFile(path, TEXT);
      await overwrite(path, at, '#');
      if ((await stateOf(path, pinned))?.state === 'same') return at;
    }
    return assert.fail('the samples hold every byte tried');
  };
  const sampled = await pin([path]);
  const whole = await pin([path], true);
  assert.deepEqual(await stateOf(path, whole, true), { state: 'same', verified: 'whole' });
  const at = await byte(sampled);
  assert.deepEqual(await stateOf(path, sampled, true), { state: 'same', verified: 'samples' });
  assert.equal((await stateOf(path, whole, true))?.state, 'changed');
  await writeFile(path, TEXT + row(200_000));
  assert.deepEqual(await stateOf(path, whole, true), { state: 'grown', verified: 'whole' });
  await overwrite(path, at, '#');
  assert.equal((await stateOf(path, whole, true))?.state, 'changed');
});

test('all bytes are hashed also where nothing seems to have been touched', async (t) => {
  const path = await recorded(t);
  const past = new Date('2026-01-01');
  await utimes(path, past, past);
  const pinned = await pin([path], true);
  await overwrite(path, 5, '#');
  await utimes(path, past, past);
  assert.deepEqual(await stateOf(path, pinned), { state: 'same', verified: 'facts' });
  assert.equal((await stateOf(path, pinned, true))?.state, 'changed');
});

test('an input without a record that has some now has changed; standard input only shows when it is read', async (t) => {
  const folder = await folderWith(t, { 'empty.csv': '', 'header.csv': 'time,target,v\n', 'a.csv': TEXT });
  const paths = ['empty.csv', 'header.csv', 'a.csv'].map((name) => join(folder, name));
  const inputs = [...paths, '-'];
  const pinned = await pin(inputs);
  assert.deepEqual(
    (await compareInputs(inputs, pinned, { whole: false, live: false })).map(({ state }) => state),
    ['same', 'same', 'same', 'unknown'],
  );
  for (const path of paths) await appendFile(path, row(200_000));
  assert.deepEqual(await compareInputs(inputs, pinned, { whole: false, live: false }), [
    { state: 'changed', what: 'had no record when the run began' },
    { state: 'changed', what: 'had no record when the run began' },
    { state: 'grown', verified: 'samples' },
    { state: 'unknown' },
  ]);
});

test('a file may grow while it is opened: what it was then is what counts', async (t) => {
  const path = await recorded(t);
  const recording = await openRecording([path], READ_DEFAULTS, Readable.from([]));
  await appendFile(path, row(200_000));
  const pinned = await recording.pin({ whole: true });
  assert.equal(pinned.files[0]?.identity?.sizeBytes, TEXT.length);
  assert.deepEqual(await stateOf(path, pinned, true), { state: 'grown', verified: 'whole' });
  await writeFile(`${path}.new`, TEXT);
  await rename(`${path}.new`, path);
  await assert.rejects(
    recording.pin({ whole: false }),
    (error) =>
      error instanceof AiopsError && error.code === 'input_unusable' && /was replaced/.test(error.message),
  );
  await recording.close();
  assert.equal((await stat(path)).size, TEXT.length);
});

test('a pipe whose minutes the clock closed, or would close now, is not read again; files are', async (t) => {
  const inputs = [await recorded(t), '-'];
  const pinned = await pin(inputs);
  assert.equal(pinned.isLive, false);
  for (const [isLive, live, what] of [
    [true, false, /^was a live feed/],
    [true, true, /^was a live feed/],
    [false, true, /^would be a live feed/],
  ] as const) {
    const [file, pipe] = await compareInputs(inputs, { ...pinned, isLive }, { whole: false, live });
    assert.equal(file?.state, 'same');
    assert.ok(pipe?.state === 'changed');
    assert.match(pipe.what, what);
  }
});
