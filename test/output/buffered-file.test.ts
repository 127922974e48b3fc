import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BufferedFile } from '#build/output/buffered-file.js';

import { FaultyFiles } from '../support/faulty-files.js';
import { MemoryFiles } from '../support/memory-files.js';

test('a failed file is still closed, and fails again', async () => {
  const files = new MemoryFiles();
  const faulty = new FaultyFiles(files, { at: 1, fault: 'ENOSPC', times: 'once' });
  const file = await BufferedFile.open('/a', 'empty', faulty);
  await file.write('line\n');
  const failure = { code: 'output_io', message: /ENOSPC/ };
  await assert.rejects(file.flush(), failure);
  await assert.rejects(file.close(), failure);
  assert.equal(files.openHandles.size, 0);
});
