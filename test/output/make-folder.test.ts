import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { makeFolder } from '#build/output/durable-files.js';

import { temporaryFolder } from '../support/cli.js';
import { CrashStates } from '../support/crash-states.js';
import { errnoError, MemoryFiles } from '../support/memory-files.js';

test('a folder is created with its parents, or exists already', async (t) => {
  const path = join(temporaryFolder(t), 'a/b/c');
  await makeFolder(path);
  await makeFolder(`${path}/`);
  assert.ok(statSync(path).isDirectory());
});

test('several processes may create the same folders at once', async (t) => {
  const path = join(temporaryFolder(t), 'a/b/c');
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, '../d'))]);
  assert.ok(statSync(path).isDirectory());
  assert.ok(statSync(join(path, '../d')).isDirectory());
});

test('a file in the way is named', async (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  await assert.rejects(makeFolder(file), {
    code: 'output_cannot_create',
    message: new RegExp(`${file}: a file`),
  });
  await assert.rejects(makeFolder(join(file, 'x')), {
    code: 'output_cannot_create',
    message: /EEXIST.*file'/,
  });
});

test('a folder whose creator was killed before syncing it is synced by the next run', async () => {
  const files = new MemoryFiles();
  const crash = new CrashStates([{ path: '/', number: 0, bytes: null }]);
  const sync = files.syncFolder.bind(files);
  files.syncFolder = async (path) => {
    if (files.names.has('/a')) throw errnoError('EIO', 'fsync', path);
    await sync(path);
  };
  await assert.rejects(makeFolder('/a', files), /fsync '\/'/);
  files.syncFolder = sync;
  assert.equal(await makeFolder('/a/b', files), true);
  assert.equal(await makeFolder('/a/b', files), false);
  for (const operation of files.log) crash.enter(operation);
  assert.deepEqual([...crash.state('lost').folders], ['/', '/a', '/a/b']);
});

test('an existing folder is accepted if its parent is not readable', async () => {
  const files = new MemoryFiles();
  await makeFolder('/a', files);
  files.syncFolder = async (path) => {
    throw errnoError('EACCES', 'open', path);
  };
  assert.equal(await makeFolder('/a', files), false);
  await assert.rejects(makeFolder('/a/b', files), { code: 'output_cannot_create' });
});

const procfs = { skip: existsSync('/proc/self') ? false : 'no /proc here' };

test('a parent that takes no folders is an error rather than an endless search', procfs, async () => {
  for (const path of ['/proc/x', '/proc/x/y/z']) {
    await assert.rejects(makeFolder(path), {
      code: 'output_cannot_create',
      message: /cannot create .*\/proc\/x/,
    });
  }
});
