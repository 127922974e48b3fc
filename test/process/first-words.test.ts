import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { LIGHT, runCli, temporaryFolder } from '../support/cli.js';

test('a word in the wrong place gets a hint at the command that was meant', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'my data.csv'), 'timestamp,v\n2024-01-01T00:00:00Z,1\n');
  mkdirSync(join(cwd, 'empty'));
  for (const [args, status, said] of [
    [
      ['my data.csv'],
      64,
      /my data\.csv is no command\n {2}to replay it: aiops-serve replay 'my data\.csv'\n/,
    ],
    [['help', 'nope'], 64, /there is no command nope\n {2}aiops-serve --help/],
    [
      ['merge', 'empty'],
      66,
      /there is no plan empty\/plan\.json\n {2}name the folder .* or the plan\.json in it/,
    ],
  ] as const) {
    const result = await runCli(args, { cwd });
    assert.equal(result.status, status, result.stderr);
    assert.match(result.stderr, said);
  }
});

test(
  'a dry run ends with 73 where no folder can be created, as the run does',
  { skip: existsSync('/proc/self') ? false : 'no /proc here' },
  async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,v\n2024-01-01T00:00:00Z,1\n');
    for (const more of [['--dry-run'], []]) {
      const flags = [...LIGHT, '--interval', '1m', '--out', '/proc/none/out', ...more];
      const { status, stderr } = await runCli(['replay', 'data.csv', ...flags], { cwd });
      assert.equal(status, 73, stderr);
      assert.match(stderr, /\/proc/);
    }
  },
);
