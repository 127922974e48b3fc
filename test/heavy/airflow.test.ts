import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, suite, test, type TestContext } from 'node:test';

import { finished, recording, ROOT, runCli, temporaryFolder } from '../support/cli.js';
import { pythonWith } from '../support/installed-packages.js';
import { isRunning } from '../support/processes.js';
import { until } from '../support/wait.js';

const airflow = await pythonWith('apache-airflow==3.3.2');
const SLICES = 3;

/** Runs the DAG without a scheduler, and prints how its tasks ended. */
const RUN = `
import json, sys
from airflow_slices import aiops_slices
run = aiops_slices().test(run_conf=json.loads(sys.argv[1]))
tasks = {f"{ti.task_id} {ti.map_index + 1}".removesuffix(" 0"): [ti.state, ti.try_number] for ti in run.get_task_instances()}
print(json.dumps({"state": run.state, "folder": run.run_id, "tasks": tasks}))
`;

interface DagRun {
  readonly state: string;
  /** Name of the run's folder. */
  readonly folder: string;
  /** State and number of the last attempt. */
  readonly tasks: Readonly<Record<string, readonly [state: string, attempt: number]>>;
}

/** The settings of an Airflow with this DAG alone. */
async function openAirflow(home: string): Promise<Record<string, string>> {
  assert.ok(airflow.skip === false);
  const dags = join(home, 'dags');
  mkdirSync(dags);
  copyFileSync(join(ROOT, 'examples/airflow_slices.py'), join(dags, 'airflow_slices.py'));
  const settings = {
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
    PYTHONPATH: dags,
  };
  const env = { ...process.env, ...settings };
  const { status, stderr } = await finished(spawn(airflow.path, ['-m', 'airflow', 'db', 'migrate'], { env }));
  assert.equal(status, 0, stderr);
  return settings;
}

/** A recording, and the program, which writes down its process id first. @param script runs before the program */
function prepare(t: TestContext, script = ''): string {
  const cwd = temporaryFolder(t);
  for (const name of ['bin', 'runs']) mkdirSync(join(cwd, name));
  copyFileSync(recording('real-day.csv'), join(cwd, 'recording.csv'));
  const lines = ['#!/bin/sh', `echo $$ > "${cwd}/$1$3.pid"`, script, `exec ${PROGRAM}`];
  writeFileSync(join(cwd, 'bin/aiops-serve'), `${lines.join('\n')}\n`, { mode: 0o755 });
  return cwd;
}

const PROGRAM = `'${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' "$@"`;

function startDag(settings: Readonly<Record<string, string>>, cwd: string): ChildProcess {
  assert.ok(airflow.skip === false);
  const path = `${join(cwd, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, ...settings, PATH: path };
  const conf = { recording: join(cwd, 'recording.csv'), runs: join(cwd, 'runs'), slices: SLICES };
  return spawn(airflow.path, ['-c', RUN, JSON.stringify(conf)], { env });
}

async function endOf(child: ChildProcess): Promise<DagRun> {
  const { status, stdout, stderr } = await finished(child);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as DagRun;
}

/** The names in the `parts/` folders of all runs. */
function partsIn(cwd: string): string[] {
  const folders = readdirSync(join(cwd, 'runs')).map((name) => join(cwd, 'runs', name, 'parts'));
  return folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
}

/** The first slice that is seen at work. */
async function atWork(cwd: string): Promise<{ readonly slice: string; readonly pid: number }> {
  let slice: string | undefined;
  await until('a slice is at work', () => {
    [, slice] = partsIn(cwd).flatMap((name) => /^\.(\d)\./.exec(name) ?? []);
    return slice !== undefined;
  });
  assert.ok(slice !== undefined);
  return { slice, pid: Number(readFileSync(join(cwd, `slice${slice}.pid`), 'utf8')) };
}

suite('Airflow', { skip: airflow.skip, timeout: 900_000 }, () => {
  let home = '';
  let settings: Readonly<Record<string, string>> = {};
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
    settings = await openAirflow(home);
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  test('a slice that is killed runs again: the bytes are those of a local run', async (t) => {
    const cwd = prepare(t);
    const child = startDag(settings, cwd);
    const run = endOf(child);
    const { slice, pid } = await atWork(cwd);
    process.kill(pid, 'SIGKILL');
    const { tasks, folder } = await run;
    assert.deepEqual(tasks, {
      plan: ['success', 1],
      'replay_slice 1': ['success', 1],
      'replay_slice 2': ['success', 1],
      'replay_slice 3': ['success', 1],
      merge: ['success', 1],
      [`replay_slice ${slice}`]: ['success', 2],
    });
    const local = await runCli(
      ['replay', 'recording.csv', '--out', 'local', '--backend', 'wasm', '--quiet'],
      { cwd },
    );
    assert.equal(local.status, 0, local.stderr);
    const [found, expected] = [join('runs', folder), 'local'].map((folder) =>
      readFileSync(join(cwd, folder, 'results.jsonl')),
    );
    assert.ok(found?.equals(expected ?? Buffer.alloc(0)), 'results.jsonl is that of a local run');
  });

  test('a slice whose input was changed never runs again, and nothing is merged', async (t) => {
    const text = readFileSync(recording('real-day.csv'), 'latin1');
    const at = text.length - (/\d,\d\n$/.exec(text)?.[0] ?? assert.fail('no digit')).length;
    const other = text[at] === '1' ? 2 : 1;
    const change = `printf ${other} | dd of="$2" bs=1 seek=${at} conv=notrunc 2> /dev/null`;
    const cwd = prepare(t, `[ "$1" = plan ] && { ${PROGRAM} && ${change}; exit; }`);
    const run = await endOf(startDag(settings, cwd));
    assert.deepEqual(run.tasks, {
      plan: ['success', 1],
      'replay_slice 1': ['success', 1],
      'replay_slice 2': ['success', 1],
      'replay_slice 3': ['failed', 1],
      merge: ['upstream_failed', 0],
    });
    assert.equal(run.state, 'failed');
  });

  test('a slice does not outlive its task', async (t) => {
    const cwd = prepare(t);
    const child = startDag(settings, cwd);
    const ended = finished(child);
    const { pid } = await atWork(cwd);
    child.kill('SIGKILL');
    await ended;
    await until('the end of the slice', () => !isRunning(pid));
    assert.deepEqual(partsIn(cwd), []);
  });
});
