import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, ROOT, temporaryFolder } from '../support/cli.js';

const procfs = {
  skip: existsSync('/proc/self/fdinfo/0') ? false : 'no /proc here to look at descriptors in',
};
const O_NONBLOCK = 0o4000;

/** An analyzer that says how its parent's standard input is open. */
const LOOKING_ANALYZER = `
import { readFileSync } from 'node:fs';
export function createAnalyzer() {
  return {
    window: 1,
    predict(items) {
      const [, flags] = /^flags:\\s*(\\d+)/m.exec(readFileSync('/proc/' + process.ppid + '/fdinfo/0', 'utf8'));
      process.stderr.write('standard input: ' + flags + ' in all\\n');
      return items.map(() => ({ score: 0, anomaly: false, output: [] }));
    },
  };
}
`;

test(
  'a replay of files leaves standard input as it is: other processes may share the pipe',
  procfs,
  async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'look.mjs'), LOOKING_ANALYZER);
    writeFileSync(join(cwd, 'a.csv'), 'timestamp,target,value\n1970-01-01T00:00:00Z,a,1\n');
    const run = `'${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' replay`;
    const flags = '--analyzer look.mjs --actors 1 --compare none --restart --out out';
    const line = `{ echo a.csv; echo a.csv; } | while read -r file; do ${run} "$file" ${flags}; done`;
    const child = spawn('bash', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    const { status, stderr } = await finished(child);
    assert.equal(status, 0, stderr);
    const seen = [...stderr.matchAll(/standard input: (\d+) in all/g)].map(([, flags = '']) =>
      parseInt(flags, 8),
    );
    assert.equal(seen.length, 2, stderr);
    for (const flag of seen) assert.equal(flag & O_NONBLOCK, 0, `flags 0${flag.toString(8)}`);
  },
);
