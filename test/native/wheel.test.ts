import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { checkWheel } from '#dist/native/wheel.js';
import { temporaryFolder } from '../support/cli.js';
import { refused } from '../support/refused.js';
import { zipOf } from '../support/zip.js';

const { signal } = new AbortController();
const bytes = zipOf({ 'tensorflow/libtensorflow_cc.so.2': 'library' });
const pin = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };

test('the pinned bytes pass', async (t) => {
  const path = join(temporaryFolder(t), 'any-name.whl');
  writeFileSync(path, bytes);
  await assert.doesNotReject(checkWheel(path, signal, pin));
});

test('one bit more or less does not', async (t) => {
  const path = join(temporaryFolder(t), 'w.whl');
  const flipped = Buffer.from(bytes);
  flipped[flipped.length >> 1]! ^= 1;
  writeFileSync(path, flipped);
  await refused(
    checkWheel(path, signal, pin),
    'input_unusable',
    /its sha256 is [0-9a-f]{64}/,
    new RegExp(pin.sha256),
  );
});

test('a wheel cut short is told by its size', async (t) => {
  const path = join(temporaryFolder(t), 'w.whl');
  writeFileSync(path, bytes);
  truncateSync(path, bytes.length - 1);
  await refused(checkWheel(path, signal, pin), 'input_unusable', /cut short/);
});

test('what is no file or not there', async (t) => {
  const folder = temporaryFolder(t);
  await refused(checkWheel(folder, signal), 'input_unusable', /is not a file/);
  await refused(checkWheel(join(folder, 'none'), signal), 'input_missing', /ENOENT/, /--wheel/);
});
