import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { RunProgress } from '#build/replay/resume/run-facts.js';

import { finished, startCli, temporaryFolder, type CliOptions, type Finished } from '../support/cli.js';
import { assertGone, childrenOf } from '../support/processes.js';
import { said } from '../support/wait.js';

const procfs = { skip: existsSync('/proc/self/task') ? false : 'no /proc here to find actors in' };

const DATA = `timestamp,target,value\n${[0, 1, 2].map((i) => `${new Date(i * 60_000).toISOString()},a,${i}\n`).join('')}`;

/** An analyzer each of whose minutes takes until there is a file `go-on`; meanwhile its process looks at nothing. */
const SLOW_ANALYZER = `
import { existsSync } from 'node:fs';
export function createAnalyzer({ params }) {
  return {
    window: 1,
    predict(items) {
      process.stderr.write('at work\\n');
      const lock = new Int32Array(new SharedArrayBuffer(4));
      while (!existsSync(params.until)) Atomics.wait(lock, 0, 0, 10);
      return items.map(() => ({ score: 0, anomaly: false, output: [] }));
    },
  };
}
`;

interface Run {
  readonly child: ChildProcess;
  readonly cwd: string;
  readonly goOn: () => void;
  readonly result: Promise<Finished>;
}

/** A run whose first minute is under way. */
async function slowRun(
  t: TestContext,
  flags: readonly string[] = [],
  options: Partial<CliOptions> = {},
): Promise<Run> {
  const cwd = temporaryFolder(t);
  const goOn = join(cwd, 'go-on');
  writeFileSync(join(cwd, 'slow.mjs'), SLOW_ANALYZER);
  writeFileSync(join(cwd, 'data.csv'), DATA);
  const slow = ['--analyzer', 'slow.mjs', '--param', `until=${goOn}`, '--actors', '1', '--inflight', '1'];
  const args = ['replay', 'data.csv', ...slow, '--compare', 'none', '--out', 'out', ...flags];
  const child = startCli(args, { cwd, ...options });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  await said(child.stderr, /at work/);
  return { child, cwd, result, goOn: () => writeFileSync(goOn, '') };
}

test(
  'a minute that does not end within --stop-grace is abandoned, with the same status and a notice',
  procfs,
  async (t) => {
    const { child, result } = await slowRun(t, ['--stop-grace', '300ms']);
    const actors = childrenOf(child.pid);
    child.kill('SIGTERM');
    const { status, stderr } = await result;
    assert.equal(status, 143, stderr);
    assert.match(stderr, /^SIGTERM: .*\(300ms at most\)/m);
    assert.match(stderr, /^warning: interrupted after 0 minutes; 1 minute .*more than 300ms .* resume$/m);
    await assertGone(actors);
  },
);

/** An analyzer whose items take no time before a minute, and for ever from it on until there is a file `go-on`. */
const JUMPING_ANALYZER = `
import { existsSync } from 'node:fs';
export function createAnalyzer({ params }) {
  return {
    window: 1,
    predict(items) {
      const lock = new Int32Array(new SharedArrayBuffer(4));
      if (items.some(({ minute }) => minute >= Number(params.from))) {
        if (!existsSync(params.until)) process.stderr.write('slow now\\n');
        while (!existsSync(params.until)) Atomics.wait(lock, 0, 0, 10);
      }
      return items.map(({ values }) => ({ score: values[0], anomaly: false, output: [] }));
    },
  };
}
`;

test(
  'blocks whose cost jumps are dropped after --stop-grace, counted, and served by the same command',
  procfs,
  async (t) => {
    const cwd = temporaryFolder(t);
    const goOn = join(cwd, 'go-on');
    const minutes = 2500;
    const rows = Array.from(
      { length: minutes },
      (_, i) => `${new Date(i * 60_000).toISOString()},a,${i % 7}\n`,
    );
    writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows.join('')}`);
    writeFileSync(join(cwd, 'jump.mjs'), JUMPING_ANALYZER);
    const analyzer = [
      '--analyzer',
      'jump.mjs',
      '--param',
      `from=${1000 * 60_000}`,
      '--param',
      `until=${goOn}`,
    ];
    const args = ['replay', 'data.csv', ...analyzer, '--actors', '2', '--compare', 'none', '--block', '100'];
    const child = startCli([...args, '--stop-grace', '300ms', '--out', 'out'], { cwd });
    t.after(() => child.kill('SIGKILL'));
    const result = finished(child);
    await said(child.stderr, /slow now/);
    const actors = childrenOf(child.pid);
    child.kill('SIGINT');
    const { status, stderr } = await result;
    assert.equal(status, 130, stderr);
    await assertGone(actors);
    const [, done, dropped] =
      /^warning: interrupted after ([\d,]+) minutes; (\d+) minutes .* run the same command again/m.exec(
        stderr,
      ) ?? [];
    assert.ok([100, 200].includes(Number(dropped)), stderr);
    assert.equal(Number(done?.replace(',', '')), lastCommit(join(cwd, 'out')).counts.minutes);
    writeFileSync(goOn, '');
    const again = await finished(startCli([...args, '--out', 'out'], { cwd }));
    assert.equal(again.status, 0, again.stderr);
    const whole = await finished(startCli([...args, '--out', 'whole'], { cwd }));
    assert.equal(whole.status, 0, whole.stderr);
    const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
    assert.equal(results('out'), results('whole'));
    assert.equal(results('whole').trimEnd().split('\n').length, minutes);
  },
);

// Longer than Node's own timers can wait: it would turn them into 1 ms.
test('durations of more than 24 days do not overflow', async (t) => {
  const flags = ['--actor-timeout', '--stop-grace', '--commit-interval'].flatMap((flag) => [flag, '597h']);
  const { child, result, goOn } = await slowRun(t, flags);
  const heard = said(child.stderr, /SIGTERM: .*\(597h at most\)/);
  child.kill('SIGTERM');
  await heard;
  goOn();
  const { status, stderr } = await result;
  assert.equal(status, 143, stderr);
  assert.match(stderr, /interrupted after 1 minute;/);
  assert.doesNotMatch(stderr, /Warning/);
});

test('a second signal exits at once', procfs, async (t) => {
  const { child, result } = await slowRun(t, ['--stop-grace', '1h']);
  const actors = childrenOf(child.pid);
  const heard = said(child.stderr, /SIGTERM: finishing/);
  child.kill('SIGTERM');
  await heard;
  child.kill('SIGINT');
  const { status, stderr } = await result;
  assert.equal(status, 130, stderr);
  assert.doesNotMatch(stderr, /interrupted after/);
  await assertGone(actors);
});

test('a terminal that hangs up does not count as a second signal', async (t) => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    const { child, result, goOn } = await slowRun(t);
    const heard = said(child.stderr, new RegExp(`${signal}: finishing`));
    child.kill(signal);
    await heard;
    child.kill('SIGHUP');
    goOn();
    const { status, stderr } = await result;
    assert.equal(status, expected, stderr);
    assert.match(stderr, /interrupted after 1 minute;/);
  }
});

/** What the last commit of a folder's journal says. */
function lastCommit(folder: string): RunProgress {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
  return (JSON.parse(lines.at(-1) ?? '') as { readonly state: RunProgress }).state;
}

for (const mode of ['parallel', 'sequential']) {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    test(`${signal} to the process group of a ${mode} run: actors finish the minute under way`, async (t) => {
      const run = await slowRun(t, ['--mode', mode], { ownGroup: true });
      const { child, cwd, result, goOn } = run;
      const heard = said(child.stderr, new RegExp(`${signal}: finishing`));
      process.kill(-(child.pid ?? assert.fail('not started')), signal);
      await heard;
      goOn();
      const { status, stderr } = await result;
      assert.equal(status, expected, stderr);
      assert.match(stderr, /interrupted after 1 minute;/);
      assert.doesNotMatch(stderr, /was ended by|starting a replacement|crash/);
      const { counts, incidents } = lastCommit(join(cwd, 'out'));
      assert.equal(counts.minutes, 1);
      assert.deepEqual(incidents, { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 });
    });
  }
}

test('SIGTERM to the process group of a benchmark reports no lost actors', procfs, async (t) => {
  const args = [
    'bench',
    '--backend',
    'wasm',
    '--actors',
    '1',
    '--items',
    '2',
    '--rounds',
    '1000',
    '--time',
    '1m',
  ];
  const child = startCli(args, { cwd: temporaryFolder(t), ownGroup: true });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  await said(child.stderr, /started on/);
  const actors = childrenOf(child.pid);
  process.kill(-(child.pid ?? assert.fail('not started')), 'SIGTERM');
  const { status, stderr } = await result;
  assert.equal(status, 143, stderr);
  assert.doesNotMatch(stderr, /was ended by|error:/);
  await assertGone(actors);
});

test('a closed standard error does not fail the run', async (t) => {
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
