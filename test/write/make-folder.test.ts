import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { makeFolder } from '#dist/write/make-folder.js';

import { temporaryFolder } from '../support/cli.js';

test('makes a folder and those above it, also when it is there already or asked for twice at once', async (t) => {
  const path = join(temporaryFolder(t), 'a/b/c');
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, '../d'))]);
  await makeFolder(`${path}/`);
  assert.ok(statSync(path).isDirectory());
  assert.ok(statSync(join(path, '../d')).isDirectory());
});

test('a file in the way is named', async (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  await assert.rejects(makeFolder(file), {
    code: 'output_cannot_create',
    message: /a file of that name exists/,
  });
  await assert.rejects(makeFolder(join(file, 'x')), { code: 'output_cannot_create', message: /ENOTDIR/ });
});

const procfs = { skip: existsSync('/proc/self') ? false : 'no /proc here' };

test('a folder that takes no folders is an error, not an endless search', procfs, async () => {
  for (const path of ['/proc/x', '/proc/x/y/z']) {
    await assert.rejects(makeFolder(path), {
      code: 'output_cannot_create',
      message: /cannot create .*\/proc\/x/,
    });
  }
});
