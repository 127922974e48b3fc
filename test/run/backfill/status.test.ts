import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EXIT_STATUS } from '#dist/cli/exit-codes.js';
import { runStatus } from '#dist/run/backfill/status.js';

import { errnoError, MemoryFiles } from '../../support/memory-files.js';
import { refused } from '../../support/refused.js';
import { FIRST } from '../../support/scripted-checks.js';
import { runScript } from '../../support/scripted-run.js';

for (const code of ['EACCES', 'EPERM']) {
  test(`a run that may not be read (${code}) is an input that cannot be read: status 66`, async () => {
    const files = new MemoryFiles();
    await runScript(files, FIRST);
    files.read = async function* (path) {
      yield* [];
      throw errnoError(code, 'open', path);
    };
    const wanted = [new RegExp(`cannot read ${FIRST.out}/journal\\.jsonl: ${code}`), /check who may read it/];
    await refused(runStatus(FIRST.out, files), 'input_missing', ...wanted);
    assert.equal(EXIT_STATUS.input_missing, 66);
  });
}

test('a disk that fails is not called a lack of permission', async () => {
  const files = new MemoryFiles();
  await runScript(files, FIRST);
  files.read = async function* (path) {
    yield* [];
    throw errnoError('EIO', 'read', path);
  };
  await refused(runStatus(FIRST.out, files), 'output_io', /cannot read .*EIO/, /the disk reports an error/);
});
