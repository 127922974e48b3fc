import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { plural } from '#build/core/count-text.js';
import type { ErrorCode } from '#build/core/errors.js';
import { openRecording, type ReadOptions, type Recording } from '#build/read/recording.js';
import { READ_DEFAULTS, folderWith } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

const OPTIONS: ReadOptions = { ...READ_DEFAULTS, interval: 60_000, columns: ['v'] };
const START_MS = Date.UTC(2026, 0, 1);
const MINUTES = 3000;

/** Rows of two targets; noise keeps them from packing well. */
function rows(from: number, to: number, key: string): string {
  let text = '';
  for (let minute = from; minute < to; minute++) {
    const time = new Date(START_MS + minute * 60_000).toISOString();
    for (const target of ['a', 'b'])
      text += `${time},${target},${minute},${noise(`${key}${minute}${target}`)}\n`;
  }
  return text;
}

function noise(seed: string): string {
  let state = Array.from(seed).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  let text = '';
  while (text.length < 300) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += (state >>> 4).toString(36);
  }
  return text;
}

const HEADER = 'time,target,v,noise\n';
const TEXT = HEADER + rows(0, MINUTES, 'x');
const PLAIN = (text: string): Buffer => Buffer.from(text);
const PACKINGS: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['data.csv', PLAIN],
  ['data.csv.gz', (text) => gzipSync(text)],
];

interface Reading {
  /** Minutes emitted, counted from the first. */
  readonly minutes: number[];
  records: number;
  rejects: number;
  readonly error: unknown;
}

/** Reads a recording, and changes its file after so many minutes. */
async function readWhile(recording: Recording, after: number, change: () => void): Promise<Reading> {
  const reading = { minutes: [] as number[], records: 0, rejects: 0, error: null as unknown };
  try {
    for await (const { batch, rejects } of recording.steps()) {
      reading.rejects += rejects.length;
      if (batch === null) continue;
      reading.minutes.push((batch.minuteMs - START_MS) / 60_000);
      reading.records += batch.records.length;
      if (reading.minutes.length === after) change();
    }
    reading.error = await recording.checkInputs();
  } catch (error) {
    reading.error = error;
  } finally {
    await recording.close();
  }
  return reading;
}

async function open(t: TestContext, name: string, content: Buffer): Promise<[string, Recording]> {
  const path = join(await folderWith(t, { [name]: content }), name);
  return [path, await openRecording([path], OPTIONS, Readable.from([]))];
}

function assertRefused({ error }: Reading, code: ErrorCode, pattern: RegExp): void {
  refusal(code, pattern)(error);
}

/** The minutes emitted are whole, start with the first, and are not all of them. */
function assertWholeMinutes({ minutes, records, rejects }: Reading): void {
  assert.deepEqual(minutes, [...minutes.keys()]);
  assert.ok(minutes.length < MINUTES - 1, `${minutes.length} minutes`);
  assert.deepEqual([records, rejects], [2 * minutes.length, 0]);
}

function overwrite(path: string, at: number, bytes: string): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, at);
  closeSync(fd);
}

for (const [name, pack] of PACKINGS) {
  const whole = pack(TEXT);
  const other = pack(HEADER + rows(0, 2 * MINUTES, 'y'));

  test(`${name} that is truncated is refused; no half line becomes a reject, no half minute is emitted`, async (t) => {
    for (const toBytes of [0, 1000, Math.floor(whole.length * 0.55), Math.floor(whole.length * 0.9) + 13]) {
      const [path, recording] = await open(t, name, whole);
      const reading = await readWhile(recording, 1, () => truncateSync(path, toBytes));
      assertRefused(
        reading,
        'input_unusable',
        /data\.csv(\.gz)? shrank from \d+ to \d+ bytes while it was read/,
      );
      assertWholeMinutes(reading);
    }
  });

  test(`${name} that another file is copied over is refused before lines of both are joined`, async (t) => {
    const [path, recording] = await open(t, name, whole);
    const reading = await readWhile(recording, 1, () => writeFileSync(path, other));
    assertRefused(reading, 'input_unusable', /changed while it was read: bytes 0 to \d+ /);
    assertWholeMinutes(reading);
  });

  test(`${name} in which a byte changes after it was read is refused at its end`, async (t) => {
    const [path, recording] = await open(t, name, whole);
    const reading = await readWhile(recording, 1, () => overwrite(path, 20, '#'));
    assertRefused(reading, 'input_unusable', /changed while it was read: bytes 0 to \d+ /);
    assertWholeMinutes({ ...reading, minutes: reading.minutes.slice(0, -2), records: reading.records - 4 });
  });

  test(`${name} may be appended to, touched, and written again as it is`, async (t) => {
    const [path, recording] = await open(t, name, whole);
    const reading = await readWhile(recording, 1, () => {
      overwrite(path, 0, whole.toString('latin1', 0, 1));
      appendFileSync(path, pack(rows(MINUTES, MINUTES + 2, 'x')));
    });
    assert.equal(reading.error, null);
    assert.deepEqual(
      [reading.minutes.length, reading.records, reading.rejects],
      [MINUTES + 2, 2 * MINUTES + 4, 0],
    );
  });

  test(`${name} that is deleted, renamed or replaced is read to its end, then reported as an error`, async (t) => {
    for (const [pattern, change] of [
      [/was deleted or renamed while it was read/, (path: string) => rmSync(path)],
      [/was deleted or renamed while it was read/, (path: string) => renameSync(path, `${path}.1`)],
      [
        /was replaced by another file while it was read/,
        (path: string) => {
          copyFileSync(path, `${path}.new`);
          renameSync(`${path}.new`, path);
        },
      ],
    ] as const) {
      const [path, recording] = await open(t, name, whole);
      const reading = await readWhile(recording, 1, () => change(path));
      assertRefused(reading, 'input_missing', pattern);
      assert.deepEqual([reading.minutes.length, reading.records, reading.rejects], [MINUTES, 2 * MINUTES, 0]);
    }
  });
}

test('a file that was read to its end is checked again at the end of the run', async (t) => {
  const folder = await folderWith(t, { 'a.csv': HEADER + rows(0, 2, 'x'), 'b.csv': TEXT });
  const paths = ['a.csv', 'b.csv'].map((name) => join(folder, name));
  const recording = await openRecording(paths, OPTIONS, Readable.from([]));
  const reading = await readWhile(recording, 10, () => overwrite(join(folder, 'a.csv'), 30, '#'));
  assertRefused(reading, 'input_unusable', /a\.csv changed while it was read/);
  assert.equal(reading.minutes.length, MINUTES);
});

test('so is a file that was read only up to --to', async (t) => {
  const path = join(await folderWith(t, { 'data.csv': TEXT }), 'data.csv');
  const read = async (change: () => void): Promise<Reading> => {
    writeFileSync(path, TEXT);
    const options = { ...OPTIONS, toMs: START_MS + 5 * 60_000 };
    return readWhile(await openRecording([path], options, Readable.from([])), 5, change);
  };
  assertRefused(await read(() => overwrite(path, 30, '#')), 'input_unusable', /changed while it was read/);
  assertRefused(await read(() => truncateSync(path, TEXT.length - 1)), 'input_unusable', /shrank/);
  // What was not read is none of its business.
  const { error, minutes } = await read(() => overwrite(path, TEXT.length - 30, '#'));
  assert.deepEqual([error, minutes.length], [null, 5]);
});

test('a file that grows after its end was read says so', async (t) => {
  const folder = await folderWith(t, { 'data.csv': HEADER + rows(0, 10, 'x') });
  const path = join(folder, 'data.csv');
  for (const more of [null, rows(10, 12, 'x')]) {
    // The sample is the whole of so small a file.
    const recording = await openRecording([path], OPTIONS, Readable.from([]));
    if (more !== null) appendFileSync(path, more);
    const { error, minutes } = await readWhile(recording, Infinity, () => undefined);
    assert.equal(error, null);
    assert.equal(minutes.length, 10);
    const [text = '', ...others] = recording.lateNotices().map((notice) => notice.text);
    assert.ok(text.startsWith(more === null ? '' : `${path} grew by ${plural(more.length, 'byte')}`), text);
    assert.deepEqual([text === '', others], [more === null, []]);
  }
});
