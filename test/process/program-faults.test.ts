import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { LIGHT, recording, runCli, temporaryFolder } from '../support/cli.js';

/** Throws where no code of the program can catch it, once a command handles signals. */
const PLANTED = `const timer = setInterval(() => {
  if (process.argv[2] !== 'replay' || process.listenerCount('SIGTERM') === 0) return;
  clearInterval(timer);
  throw new Error('planted');
}, 1);
timer.unref();
`;

test('an error that nothing catches is a bug (70), not a program that cannot start (1)', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'planted.mjs'), PLANTED);
  const args = ['replay', recording('real-day.csv'), '--out', 'out', '--compare', 'none', ...LIGHT];
  const env = { NODE_OPTIONS: `--import ${join(cwd, 'planted.mjs')}` };
  const { status, stderr } = await runCli(args, { cwd, env });
  assert.equal(status, 70, stderr);
  assert.match(stderr, /This is a bug in aiops-serve[^\n]*\nError: planted/);
});
