import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { ROOT } from '../support/cli.js';

test('results and rejects of every fixture keep their bytes', async () => {
  const script = join(ROOT, 'scripts/fixture-checksums.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const golden = readFileSync(join(ROOT, 'fixtures/golden/fixture-checksums.json'), 'utf8');
  assert.deepEqual(JSON.parse(stdout), JSON.parse(golden));
});
