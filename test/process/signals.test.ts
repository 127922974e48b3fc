import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { finished, startCli, temporaryFolder, type Finished } from '../support/cli.js';
import { assertGone, childrenOf } from '../support/processes.js';

const procfs = { skip: existsSync('/proc/self/task') ? false : 'no /proc here to find actors in' };

const DATA = `timestamp,target,value\n${[0, 1, 2].map((i) => `${new Date(i * 60_000).toISOString()},a,${i}\n`).join('')}`;

/** An analyzer whose every minute takes so long, during which its process looks at nothing. */
const slowAnalyzer = (ms: number): string => `
export function createAnalyzer() {
  return {
    window: 1,
    predict(items) {
      process.stderr.write('at work\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});
      return items.map(() => ({ score: 0, anomaly: false, output: [] }));
    },
  };
}
`;

interface Run {
  readonly child: ChildProcess;
  readonly result: Promise<Finished>;
}

/** A run whose first minute is under way. */
async function slowRun(t: TestContext, ms: number, flags: readonly string[] = []): Promise<Run> {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'slow.mjs'), slowAnalyzer(ms));
  writeFileSync(join(cwd, 'data.csv'), DATA);
  const args = ['replay', 'data.csv', '--analyzer', 'slow.mjs', '--actors', '1', '--compare', 'none'];
  const child = startCli([...args, '--inflight', '1', '--out', 'out', ...flags], { cwd });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  const stderr = child.stderr ?? assert.fail('no standard error');
  for (let text = ''; !text.includes('at work');) text += String((await once(stderr, 'data'))[0]);
  return { child, result };
}

test(
  'a minute that does not end within --stop-grace is left: the same status, and it is said',
  procfs,
  async (t) => {
    const { child, result } = await slowRun(t, 60_000, ['--stop-grace', '300ms']);
    const actors = childrenOf(child.pid);
    child.kill('SIGTERM');
    const { status, stderr } = await result;
    assert.equal(status, 143, stderr);
    assert.match(
      stderr,
      /SIGTERM: finishing the minutes under way \(300ms at most\); once more ends at once/,
    );
    assert.match(
      stderr,
      /warning: the minutes under way took more than 300ms after SIGTERM, so the run ends here/,
    );
    assert.match(stderr, /the same command goes on from what was committed/);
    await assertGone(actors);
  },
);

test('a second signal leaves at once', procfs, async (t) => {
  const { child, result } = await slowRun(t, 60_000, ['--stop-grace', '1h']);
  const actors = childrenOf(child.pid);
  child.kill('SIGTERM');
  await sleep(200); // sooner it would be taken for an echo
  child.kill('SIGINT');
  const { status, stderr } = await result;
  assert.equal(status, 130, stderr);
  assert.doesNotMatch(stderr, /interrupted after/);
  await assertGone(actors);
});

test('one Ctrl-C that comes twice, and a terminal that hangs up again and again, count once', async (t) => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    const { child, result } = await slowRun(t, 1500);
    child.kill(signal);
    child.kill(signal);
    await sleep(200);
    child.kill('SIGHUP');
    const { status, stderr } = await result;
    assert.equal(status, expected, stderr);
    assert.match(stderr, /interrupted after 1 minute;/);
  }
});

test('a closed standard error is no failure', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), DATA);
  for (const [args, expected] of [
    [['replay', 'data.csv', '--actors', '1', '--compare', 'none', '--backend', 'wasm'], 0],
    [['replay', 'missing.csv'], 66],
    [['replay', '--no-such-flag'], 64],
  ] as const) {
    const child = startCli(args, { cwd });
    child.stderr?.destroy();
    const { status } = await finished(child);
    assert.equal(status, expected, args.join(' '));
  }
});
