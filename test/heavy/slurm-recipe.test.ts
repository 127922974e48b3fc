import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { recording, runCli, runShell, temporaryFolder } from '../support/cli.js';
import { assertSameRun, attemptsOf, recipe, sliceAtWork, withProgram } from '../support/recipes.js';
import { startSlurm, whyNoSlurm, type SlurmCluster } from '../support/slurm.js';
import { until } from '../support/wait.js';

const SLICES = 4;

interface Bench {
  readonly cluster: SlurmCluster;
  readonly cwd: string;
  /** The first command of the recipe. */
  readonly plan: string;
  /** The others. */
  readonly submit: string;
  readonly run: (lines: string) => ReturnType<typeof runShell>;
}

/** A cluster, and a folder with a recording and the script of the recipe. */
async function prepare(t: TestContext): Promise<Bench> {
  const cwd = temporaryFolder(t);
  const cluster = await startSlurm(t);
  const day = readFileSync(recording('real-day.csv'), 'utf8');
  writeFileSync(join(cwd, 'data.csv'), `${day}2018-05-01T22:00:00Z,ingress-01,none at all,0\n`);
  const [script = '', commands = ''] = recipe('## Slurm', 'sh');
  writeFileSync(join(cwd, 'slices.sbatch'), script);
  const [plan = '', ...submit] = commands.replaceAll('12', String(SLICES)).split('\n');
  const options = { cwd, env: { ...cluster.env, ...withProgram(cwd) } };
  const run = (lines: string): ReturnType<typeof runShell> =>
    runShell(`unset -f aiops-serve\nset -e\n${lines}`, options);
  return { cluster, cwd, plan, submit: submit.join('\n'), run };
}

test(
  'the recipe for Slurm gives the bytes of one process, with a slice that is killed',
  { skip: whyNoSlurm(), timeout: 600_000 },
  async (t) => {
    const { cluster, cwd, plan, submit, run } = await prepare(t);
    const local = await runCli(['replay', 'data.csv', '--out', 'local', '--quiet'], { cwd });
    const ended = run(`${plan}\n${submit}`);
    const { slice, pid } = await sliceAtWork(cwd);
    process.kill(pid, 'SIGKILL');
    const task = `1_${slice}`;
    await until('its task is queued again', async () => {
      const queued = await cluster.ask('squeue', '--noheader', '--format=%T %r', `--jobs=${task}`);
      return queued === 'PENDING BeginTime';
    });
    await cluster.ask('scontrol', 'update', `JobId=${task}`, 'StartTime=now'); // otherwise in two minutes
    const { status, stderr } = await ended;
    assert.equal(status, local.status, stderr);
    assertSameRun(cwd);
    const once = [1, 1, 1, 1];
    assert.deepEqual(attemptsOf(cwd, SLICES), once.with(slice - 1, 2));
  },
);

test(
  'the recipe for Slurm does not repeat a slice that cannot succeed, and its merge names it',
  { skip: whyNoSlurm(), timeout: 600_000 },
  async (t) => {
    const { cluster, cwd, plan, submit, run } = await prepare(t);
    const planned = await run(plan);
    assert.equal(planned.status, 0, planned.stderr);
    const text = readFileSync(join(cwd, 'data.csv'), 'utf8');
    writeFileSync(join(cwd, 'data.csv'), text.replace('none at all', 'not at all!'));
    const { status, stderr } = await run(submit);
    assert.equal(status, 75, stderr);
    assert.match(readFileSync(join(cwd, 'merge.log'), 'utf8'), /it lacks slice 4 of 4/);
    assert.match(await cluster.ask('scontrol', 'show', 'job', '1_4'), /ExitCode=78:0/);
    assert.deepEqual(attemptsOf(cwd, SLICES), [1, 1, 1, 1]);
  },
);
