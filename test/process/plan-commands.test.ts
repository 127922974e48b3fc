import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { LIGHT, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { readSummary } from '../support/run-files.js';

const FLAGS = ['data.csv', '--out', 'run', '--compare', 'none', '--actors', '1', '--quiet', ...LIGHT];

test('slice and merge take plan or folder, warn of the whole run once, and name flags that exist', async (t) => {
  const cwd = temporaryFolder(t);
  const rows = Array.from({ length: 8 }, (_, minute) => {
    const at = new Date(minute * 60_000).toISOString();
    return `${at},a,${minute}\n${at},b,x${minute}\n`;
  });
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows.join('')}`);
  const run = (...args: string[]): Promise<Finished> => callCli(args, { cwd });
  const planned = await run('plan', ...FLAGS, '--slices', '2', '--max-rejects', '5');
  assert.equal(planned.status, 0, planned.stderr);
  for (const [number, message] of [
    ['0', /there is no slice 0: the plan has slices 1 to 2/],
    ['-1x', /"-1x" is not the number of a slice/],
  ] as const) {
    const none = await run('slice', 'run', '--', number);
    assert.deepEqual([none.status, message.test(none.stderr)], [64, true], none.stderr);
  }
  for (const [named, number] of [
    ['run', '1'],
    ['run/plan.json', '2'],
  ] as const) {
    const slice = await run('slice', named, number, '--quiet');
    assert.equal(slice.status, 0, slice.stderr);
    assert.doesNotMatch(slice.stderr, /every row was warm-up/);
  }
  const merge = await run('merge', 'run/plan.json', '--quiet');
  assert.equal(merge.status, 65, merge.stderr);
  assert.match(merge.stderr, /the same replay with a higher --max-rejects, without --engine, completes/);
  const stopped = await run('status', 'run');
  assert.match(
    stopped.stdout,
    /^state +not complete: more rejects .*higher --max-rejects, without --engine/m,
  );
  const replay = await run('replay', ...FLAGS, '--max-rejects', '8');
  assert.equal(replay.status, 0, replay.stderr);
  const complete = await run('merge', 'run');
  assert.equal(complete.status, 0, complete.stderr);
  assert.match(complete.stderr, /run is complete already/);
  const { counts, sessions } = readSummary(join(cwd, 'run'));
  assert.deepEqual([counts.rejected, counts.ok + counts.warmup, sessions.resumed > 0], [8, 8, true]);
});
