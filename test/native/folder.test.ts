import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import {
  dropEmptyFolders,
  folderBytes,
  freeBytes,
  removeAll,
  stagingFolder,
  sweep,
} from '#build/native/folder.js';
import { RECEIPT_NAME } from '#build/host/native/receipt.js';
import { temporaryFolder } from '../support/cli.js';
import { receiptOf, writeReceipt } from '../support/native-install.js';

/** One install that counts, one of another version, and what interrupted ones leave; something foreign too. */
async function crowded(t: TestContext): Promise<string> {
  const cache = join(temporaryFolder(t), 'aiops-serve', 'native');
  for (const name of ['tfjs-node-1.new', 'tfjs-node-1.dead', 'tfjs-node-0.old', 'mine']) {
    mkdirSync(join(cache, name, 'deep'), { recursive: true });
    writeFileSync(join(cache, name, 'deep/file'), '1234');
  }
  await writeReceipt(cache, receiptOf('tfjs-node-1.new'));
  writeFileSync(join(cache, 'tfjs-node-0.json'), JSON.stringify(receiptOf('tfjs-node-0.old')));
  writeFileSync(join(cache, `${RECEIPT_NAME}.a1b2c3d4`), '{"format":');
  return cache;
}

test('sweeping removes leftovers, and keeps installs of all versions and other files', async (t) => {
  const cache = await crowded(t);
  assert.equal(await sweep(cache), 2);
  assert.deepEqual(
    readdirSync(cache).sort(),
    ['mine', RECEIPT_NAME, 'tfjs-node-0.json', 'tfjs-node-0.old', 'tfjs-node-1.new'].sort(),
  );
  assert.equal(await sweep(cache), 0);
});

test('sweeping keeps an install whose receipt only a newer version can read', async (t) => {
  const cache = await crowded(t);
  writeFileSync(join(cache, 'tfjs-node-1.json'), JSON.stringify({ format: 2, where: 'tfjs-node-1.dead' }));
  await sweep(cache);
  assert.ok(existsSync(join(cache, 'tfjs-node-1.dead')));
});

test('a staging folder has the permissions of the umask', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'ordinary'));
  const staging = await stagingFolder(folder);
  assert.equal(statSync(staging).mode, statSync(join(folder, 'ordinary')).mode);
});

test('removing deletes all installs and returns their size', async (t) => {
  const cache = await crowded(t);
  const before = await folderBytes(cache);
  assert.equal(await removeAll(cache), before - 4);
  assert.deepEqual(readdirSync(cache), ['mine']);
  assert.equal(await removeAll(cache), null);
  await dropEmptyFolders(cache);
  assert.ok(existsSync(join(cache, 'mine/deep/file')), 'a folder that is not empty stays');
});

test('the free space of a missing folder is that of its nearest parent', async (t) => {
  const folder = temporaryFolder(t);
  assert.ok((await freeBytes(join(folder, 'a/b/c'))) > 0);
});
