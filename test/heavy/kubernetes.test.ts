import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { before, suite, test, type TestContext } from 'node:test';

import { finished, recording, ROOT, runCli, runShell, temporaryFolder } from '../support/cli.js';
import { pythonWith } from '../support/installed-packages.js';
import { loadJobs, runJob, type Job, type JobOutcome, type Pod } from '../support/kubernetes.js';
import { pack } from '../support/packed.js';
import { assertSameRun, recipe } from '../support/recipes.js';
import { until } from '../support/wait.js';

const python = await pythonWith('kubernetes-validate==1.37.0');
const MANIFESTS = ['plan', 'slices'].map((name) => join(ROOT, `examples/kubernetes/${name}.yaml`));

let jobs: ReadonlyMap<string, Job> = new Map();
const job = (name: string): Job => jobs.get(name) ?? assert.fail(`no Job ${name}`);

interface Volume {
  readonly volume: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A volume with a recording, and an environment with the program. */
function prepare(t: TestContext, script: string): Volume {
  const volume = temporaryFolder(t);
  const text = readFileSync(recording('real-day.csv'), 'utf8');
  writeFileSync(join(volume, 'recording.csv'), `${text}2018-05-01T22:00:00Z,ingress-01,none at all,0\n`);
  mkdirSync(join(volume, 'bin'));
  writeFileSync(join(volume, 'bin/aiops-serve'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const path = `${join(volume, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  return { volume, env: { ...process.env, PATH: path } };
}

const PROGRAM = `exec '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' "$@"`;

const slicesOf = (volume: string): number =>
  (JSON.parse(readFileSync(join(volume, 'run/plan.json'), 'utf8')) as { slices: unknown[] }).slices.length;

const statuses = ({ pods }: JobOutcome): string[] =>
  pods.map((ends) => ends.map(({ status, action }) => `${status} ${action}`).join(', '));

suite('Kubernetes', { skip: python.skip, timeout: 900_000 }, () => {
  before(async () => {
    assert.ok(python.skip === false);
    jobs = await loadJobs(python.path, ['1.29', '1.37'], MANIFESTS);
  });

  test('slices that are killed, evicted or fail for now run again: the bytes are those of a local run', async (t) => {
    const once = '[ "$1 $3" = "slice 3" ] && mkdir "$0.failed" 2> /dev/null && exit 75';
    const { volume, env } = prepare(t, `${once}\n${PROGRAM}`);
    const planned = await runJob(job('aiops-plan'), { volume, env });
    assert.ok(planned.isComplete, planned.log);
    assert.equal(slicesOf(volume), job('aiops-slices').spec.completions);

    const [slices, merge] = await Promise.all([
      runJob(job('aiops-slices'), { volume, env, beside: (pod) => disturb(pod, volume) }),
      runJob(job('aiops-merge'), { volume, env, beside: (pod) => loseMerge(pod, volume) }),
    ]);
    assert.deepEqual(
      statuses(slices),
      Array.from(slices.pods, (_, index) => FATES[index] ?? '0 Complete'),
      slices.log,
    );
    assert.ok(slices.isComplete);
    assert.deepEqual(statuses(merge), ['137 Count, 3 FailJob'], merge.log);

    const local = await runCli(
      ['replay', join(volume, 'recording.csv'), '--out', 'local', '--backend', 'wasm', '--quiet'],
      {
        cwd: volume,
      },
    );
    assert.equal(local.status, 3, local.stderr);
    assertSameRun(volume);
  });

  test('a slice whose input was changed never runs again, and the others complete', async (t) => {
    const { volume, env } = prepare(t, PROGRAM);
    assert.ok((await runJob(job('aiops-plan'), { volume, env })).isComplete);
    const path = join(volume, 'recording.csv');
    const bytes = readFileSync(path);
    const line = bytes.lastIndexOf('\n') - 200;
    const digit = /\d(?=,\d\n)/.exec(bytes.toString('latin1', line)) ?? assert.fail('no digit');
    const at = line + digit.index;
    bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
    writeFileSync(path, bytes);

    const slices = await runJob(job('aiops-slices'), { volume, env });
    const expected = slices.pods.map((_, index) =>
      index === slices.pods.length - 1 ? '78 FailIndex' : '0 Complete',
    );
    assert.deepEqual(statuses(slices), expected, slices.log);
    assert.ok(!slices.isComplete);
  });

  test('a slice requests a processor for each of its actors', () => {
    const [{ command, resources }] = job('aiops-slices').spec.template.spec.containers;
    const [, actors] = /--actors (\d+)$/.exec(command.join(' ')) ?? [];
    assert.equal(resources.requests['cpu'], actors);
  });
});

const FATES: readonly string[] = [
  '0 Complete',
  '137 Count, 0 Complete',
  '75 Count, 0 Complete',
  '143 Ignore, 0 Complete',
];

/** Kills the first pod of slice 2 and evicts that of slice 4, once they are at work. */
async function disturb(pod: Pod, volume: string): Promise<void> {
  const { index, attempt } = pod;
  if (attempt > 1 || (index !== 1 && index !== 3)) return;
  const isUnfinished = (name: string): boolean => name.startsWith(`.${index + 1}.`);
  const parts = join(volume, 'run/parts');
  await until('a part', () => existsSync(parts) && readdirSync(parts).some(isUnfinished));
  if (index === 1) pod.kill();
  else pod.disrupt();
}

/** Kills the first pod that merges once it has merged a slice; its lock then names a host that the next pod is not. */
async function loseMerge(pod: Pod, volume: string): Promise<void> {
  if (pod.attempt > 1) return;
  const results = join(volume, 'run/results.jsonl');
  await until('results', () => existsSync(results) && readFileSync(results).length > 0);
  const ended = finished(pod.process);
  pod.kill();
  await ended;
  const lock = join(volume, 'run/lock.json');
  const holder = JSON.parse(readFileSync(lock, 'utf8')) as { host: string };
  writeFileSync(lock, JSON.stringify({ ...holder, host: 'aiops-merge-hx2lp' }));
}

test('the image has the program on its path', async (t) => {
  const cwd = temporaryFolder(t);
  await pack(cwd);
  const [dockerfile = ''] = recipe('## Kubernetes', 'dockerfile');
  const [, install] = /^RUN (npm install .+)$/m.exec(dockerfile) ?? assert.fail('no npm install');
  const env = { npm_config_prefix: join(cwd, 'prefix'), npm_config_prefer_offline: 'true' };
  const { status, stderr } = await runShell(
    `${install}\nunset -f aiops-serve\nprefix/bin/aiops-serve --version`,
    {
      cwd,
      env,
    },
  );
  assert.equal(status, 0, stderr);
});
