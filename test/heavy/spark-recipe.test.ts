import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { finished, recording, ROOT, runCli, temporaryFolder, type Finished } from '../support/cli.js';
import { pythonWith, type Installed } from '../support/installed-packages.js';
import { ancestorsOf, assertGone } from '../support/processes.js';
import { assertSameRun, attemptsOf, recipe, sliceAtWork, withProgram } from '../support/recipes.js';

const SLICES = 4;

const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
const [, javaVersion = '0'] = /version "(\d+)/.exec(java.stderr) ?? [];

const spark: Installed =
  Number(javaVersion) >= 17 ? await pythonWith('pyspark==4.0.5') : { skip: 'there is no Java 17 or later' };

interface Bench {
  readonly cwd: string;
  /** Runs a Python program on two executors with one processor each. */
  readonly submit: (...program: readonly string[]) => Promise<Finished>;
}

/** A folder with a plan and what a local run writes. */
async function prepare(t: TestContext): Promise<Bench> {
  assert.ok(spark.skip === false);
  const cwd = temporaryFolder(t);
  const day = readFileSync(recording('real-day.csv'), 'utf8');
  writeFileSync(join(cwd, 'data.csv'), `${day}2018-05-01T22:00:00Z,ingress-01,none at all,0\n`);
  for (const args of [
    ['plan', 'data.csv', '--out', 'run', '--slices', String(SLICES)],
    ['replay', 'data.csv', '--out', 'local', '--quiet'],
  ]) {
    const { status, stderr } = await runCli(args, { cwd });
    assert.ok(status === 0 || status === 3, stderr);
  }
  const { PATH = '' } = withProgram(cwd);
  const env = {
    ...{ SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: spark.path },
    PATH: `${dirname(spark.path)}${delimiter}${PATH}`,
  };
  const flags = ['--master', 'local-cluster[2,1,1024]', '--conf', 'spark.ui.enabled=false'];
  const submit = async (...program: readonly string[]): Promise<Finished> =>
    finished(
      spawn(join(dirname(spark.path), 'spark-submit'), [...flags, ...program], {
        cwd,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  return { cwd, submit };
}

async function assertMerged(cwd: string): Promise<void> {
  const { status, stderr } = await runCli(['merge', 'run', '--quiet'], { cwd });
  assert.equal(status, 3, stderr);
  assertSameRun(cwd);
}

const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();

test(
  'the recipe for Spark gives the bytes of one process, with a slice and an executor that are killed',
  { skip: spark.skip, timeout: 900_000 },
  async (t) => {
    const { cwd, submit } = await prepare(t);
    const ended = submit(join(ROOT, 'examples/spark_slices.py'), join(cwd, 'run'));
    const first = await sliceAtWork(cwd);
    process.kill(first.pid, 'SIGKILL');
    const second = await sliceAtWork(cwd, [first.slice]);
    const executor = ancestorsOf(second.pid).find((pid) => nameOf(pid) === 'java');
    assert.ok(executor !== undefined);
    process.kill(executor, 'SIGKILL');
    await assertGone([second.pid], 30_000);
    const { status, stderr } = await ended;
    assert.equal(status, 0, stderr);
    await assertMerged(cwd);
    const attempts = attemptsOf(cwd, SLICES);
    for (const { slice } of [first, second]) assert.ok(attempts[slice - 1]! > 1, attempts.join());
  },
);

test(
  'the recipe for Spark reports a slice that cannot succeed, once, and runs the others',
  { skip: spark.skip, timeout: 900_000 },
  async (t) => {
    const { cwd, submit } = await prepare(t);
    const text = readFileSync(join(cwd, 'data.csv'), 'utf8');
    writeFileSync(join(cwd, 'data.csv'), text.replace('none at all', 'not at all!'));
    const failed = await submit(join(ROOT, 'examples/spark_slices.py'), join(cwd, 'run'));
    assert.equal(failed.status, 1, failed.stderr);
    assert.match(failed.stdout, /^slice 4 ended with status 78$/m);
    assert.deepEqual(attemptsOf(cwd, SLICES), [1, 1, 1, 1]);

    writeFileSync(join(cwd, 'data.csv'), text);
    const [command = ''] = recipe('## Spark', 'python');
    const lines = command.replaceAll('/shared/', `${cwd}/`).replaceAll('12', String(SLICES));
    writeFileSync(join(cwd, 'pipe.py'), lines);
    const { status, stderr } = await submit('pipe.py');
    assert.equal(status, 0, stderr);
    await assertMerged(cwd);
  },
);
