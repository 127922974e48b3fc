import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { installedNative, nativeFolder } from '#build/host/native/location.js';
import { RECEIPT_NAME } from '#build/host/native/receipt.js';
import { temporaryFolder } from '../../support/cli.js';
import { receiptOf, writeReceipt } from '../../support/native-install.js';

const home = (): string => '/home/me';

test('the cache folder is the system’s, or XDG_CACHE_HOME', () => {
  assert.equal(nativeFolder({}, 'linux', home), '/home/me/.cache/aiops-serve/native');
  assert.equal(nativeFolder({}, 'darwin', home), '/home/me/Library/Caches/aiops-serve/native');
  assert.equal(nativeFolder({ XDG_CACHE_HOME: '/big' }, 'linux', home), '/big/aiops-serve/native');
  assert.equal(nativeFolder({ LOCALAPPDATA: '/local' }, 'win32', home), '/local/aiops-serve/native');
});

test('a relative or empty XDG_CACHE_HOME is ignored', () => {
  for (const XDG_CACHE_HOME of ['', 'cache', './cache']) {
    assert.equal(nativeFolder({ XDG_CACHE_HOME }, 'linux', home), '/home/me/.cache/aiops-serve/native');
  }
});

test('without a home folder there is no cache folder', () => {
  const none = (): string => {
    throw new Error('uv_os_homedir returned ENOENT');
  };
  assert.equal(nativeFolder({}, 'linux', none), null);
  assert.equal(
    nativeFolder({}, 'linux', () => ''),
    null,
  );
  assert.equal(installedNative(null), null);
});

test('an install is where its receipt says, and a folder without one is not an install', async (t) => {
  const cache = temporaryFolder(t);
  mkdirSync(join(cache, 'tfjs-node-x.abc'));
  assert.equal(installedNative(cache), null);
  await writeReceipt(cache, receiptOf('tfjs-node-x.abc'));
  assert.equal(installedNative(cache)?.folder, join(cache, 'tfjs-node-x.abc'));
});

test('an invalid receipt, or one that names a folder elsewhere, is not an install', (t) => {
  const cache = temporaryFolder(t);
  const whole = receiptOf('tfjs-node-x.abc');
  const texts = [
    '',
    '{',
    'null',
    '[]',
    JSON.stringify({ ...whole, format: 2 }),
    JSON.stringify({ ...whole, files: [{}] }),
    JSON.stringify({ ...whole, tensorflow: undefined }),
    JSON.stringify({ ...whole, folder: '..' }),
    JSON.stringify({ ...whole, folder: 'tfjs-node-x/../../..' }),
    JSON.stringify({ ...whole, folder: '/etc' }),
  ];
  for (const text of texts) {
    writeFileSync(join(cache, RECEIPT_NAME), text);
    assert.equal(installedNative(cache), null, text);
  }
});
