import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { unpack } from '#dist/native/unpack.js';
import { temporaryFolder } from '../support/cli.js';
import { refused } from '../support/refused.js';
import { zipOf } from '../support/zip.js';

const { signal } = new AbortController();
const FILES = { 'a/one.h': 'first', 'a/b/two.so': 'second'.repeat(10_000), 'a/other.py': 'not wanted' };

function archive(t: TestContext, bytes: Buffer): { path: string; to: string } {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'w.whl'), bytes);
  return { path: join(folder, 'w.whl'), to: join(folder, 'out') };
}

test('what is wanted goes where it is wanted, and nothing else', async (t) => {
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

test('an entry that is not there is named', async (t) => {
  const { path, to } = archive(t, zipOf(FILES));
  const wanted = new Map([['a/none', join(to, 'none')]]);
  await refused(unpack(path, wanted, signal), 'input_unusable', /lacks a\/none/);
});

test('an archive that is cut or damaged is refused', async (t) => {
  const bytes = zipOf(FILES);
  const damaged = Buffer.from(bytes);
  damaged.fill(0xff, 40, 60); // in the first entry's packed bytes and the second one's header
  for (const bad of [bytes.subarray(0, bytes.length - 40), damaged, Buffer.from('no archive at all')]) {
    const { path, to } = archive(t, bad);
    const wanted = new Map(Object.keys(FILES).map((name) => [name, join(to, name)]));
    await refused(unpack(path, wanted, signal), 'input_unusable', /cannot unpack .*w\.whl/);
  }
});

test('it can be interrupted', async (t) => {
  const { path, to } = archive(t, zipOf(FILES));
  const wanted = new Map([['a/one.h', join(to, 'one')]]);
  await assert.rejects(unpack(path, wanted, AbortSignal.abort()), { name: 'AbortError' });
});
