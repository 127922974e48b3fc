import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, ROOT, temporaryFolder } from '../support/cli.js';

const posix = { skip: process.platform === 'win32' ? 'limits of open files are a thing of POSIX' : false };

test('too few open files to load the program: what to do, and no stack', posix, async (t) => {
  // Enough for Node itself, and too few for the modules that it opens at once.
  const command = `ulimit -n 64 && exec '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' --version`;
  const child = spawn('sh', ['-c', command], { cwd: temporaryFolder(t) });
  const { status, stderr } = await finished(child);
  assert.equal(status, 69, stderr);
  assert.match(
    stderr,
    /^error: the program cannot be loaded: .*\n {2}raise the limit of open files \(ulimit -n/,
  );
  assert.doesNotMatch(stderr, /\n\s+at /);
});
