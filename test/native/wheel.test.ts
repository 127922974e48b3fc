import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { checkWheel, unpack } from '#build/native/wheel.js';
import { temporaryFolder } from '../support/cli.js';
import { assertRefuses } from '../support/refusals.js';
import { zipOf } from '../support/zip.js';

const { signal } = new AbortController();
const bytes = zipOf({ 'tensorflow/libtensorflow_cc.so.2': 'library' });
const pin = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };

describe('checking', () => {
  test('the expected bytes pass', async (t) => {
    const path = join(temporaryFolder(t), 'any-name.whl');
    writeFileSync(path, bytes);
    await assert.doesNotReject(checkWheel(path, signal, pin));
  });

  test('a flipped bit does not pass', async (t) => {
    const path = join(temporaryFolder(t), 'w.whl');
    const flipped = Buffer.from(bytes);
    flipped[flipped.length >> 1]! ^= 1;
    writeFileSync(path, flipped);
    await assertRefuses(
      checkWheel(path, signal, pin),
      'input_unusable',
      /its sha256 is [0-9a-f]{64}/,
      new RegExp(pin.sha256),
    );
  });

  test('a truncated wheel is recognized by its size', async (t) => {
    const path = join(temporaryFolder(t), 'w.whl');
    writeFileSync(path, bytes);
    truncateSync(path, bytes.length - 1);
    await assertRefuses(checkWheel(path, signal, pin), 'input_unusable', /truncated/);
  });

  test('a folder and a missing file are refused', async (t) => {
    const folder = temporaryFolder(t);
    await assertRefuses(checkWheel(folder, signal), 'input_unusable', /is not a file/);
    await assertRefuses(checkWheel(join(folder, 'none'), signal), 'input_missing', /ENOENT/, /--wheel/);
  });
});

describe('unpacking', () => {
  const FILES = { 'a/one.h': 'first', 'a/b/two.so': 'second'.repeat(10_000), 'a/other.py': 'not wanted' };

  function archive(t: TestContext, bytes: Buffer): { path: string; to: string } {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'w.whl'), bytes);
    return { path: join(folder, 'w.whl'), to: join(folder, 'out') };
  }

  test('the wanted entries go where they are wanted, and no others', async (t) => {
    const { path, to } = archive(t, zipOf(FILES));
    const wanted = new Map([
      ['a/b/two.so', join(to, 'lib/2.so')],
      ['a/one.h', join(to, 'include/deep/1.h')],
    ]);
    await unpack(path, wanted, signal);
    assert.deepEqual(readdirSync(to, { recursive: true }).sort(), [
      'include',
      'include/deep',
      'include/deep/1.h',
      'lib',
      'lib/2.so',
    ]);
    assert.equal(readFileSync(join(to, 'lib/2.so'), 'utf8'), FILES['a/b/two.so']);
  });

  test('a missing entry is named', async (t) => {
    const { path, to } = archive(t, zipOf(FILES));
    const wanted = new Map([['a/none', join(to, 'none')]]);
    await assertRefuses(unpack(path, wanted, signal), 'input_unusable', /lacks a\/none/);
  });

  test('a truncated or damaged archive is refused', async (t) => {
    const bytes = zipOf(FILES);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 40, 60); // in the first entry's packed bytes and the second one's header
    for (const bad of [bytes.subarray(0, bytes.length - 40), damaged, Buffer.from('no archive at all')]) {
      const { path, to } = archive(t, bad);
      const wanted = new Map(Object.keys(FILES).map((name) => [name, join(to, name)]));
      await assertRefuses(unpack(path, wanted, signal), 'input_unusable', /cannot unpack .*w\.whl/);
    }
  });

  test('it can be interrupted', async (t) => {
    const { path, to } = archive(t, zipOf(FILES));
    const wanted = new Map([['a/one.h', join(to, 'one')]]);
    await assert.rejects(unpack(path, wanted, AbortSignal.abort()), { name: 'AbortError' });
  });
});
