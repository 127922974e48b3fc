import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';

import type { FailedSlice } from '#build/cluster/engines/engine.js';
import { RayJobs } from '#build/cluster/engines/ray/jobs.js';
import { runOnRay } from '#build/cluster/engines/ray/run-job.js';

import { temporaryFolder } from '../../support/cli.js';

interface Job {
  readonly status: string;
  readonly logs?: string;
}

type Unavailable = 'unavailable';
const DONE: Job = { status: 'SUCCEEDED' };
const KILLED: Job = { status: 'FAILED' };

/** A cluster whose submitted jobs are these, one after the other. */
class Cluster {
  readonly jobs = new Map<string, Job>();
  readonly entrypoints: string[] = [];
  readonly #next: (Job | Unavailable)[];

  constructor(next: readonly (Job | Unavailable)[]) {
    this.#next = [...next];
  }

  async start(t: TestContext): Promise<string> {
    const server: Server = createServer((request, response) => {
      void text(request).then((body) => {
        const { status, said } = this.#answer(request.method ?? '', request.url ?? '', body);
        response.writeHead(status).end(said);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #answer(method: string, url: string, body: string): { status: number; said: string } {
    if (method === 'POST' && url === '/api/jobs/') return this.#submit(body);
    const [, id = '', rest] = /^\/api\/jobs\/([^/]+)(\/logs)?$/.exec(url) ?? [];
    const job = this.jobs.get(id);
    if (id !== '' && job === undefined) return { status: 404, said: 'does not exist' };
    if (rest !== undefined) return { status: 200, said: JSON.stringify({ logs: job?.logs ?? '' }) };
    return { status: 200, said: JSON.stringify(job ?? {}) };
  }

  #submit(body: string): { status: number; said: string } {
    const next = this.#next.shift() ?? assert.fail('no more jobs were expected');
    if (next === 'unavailable') return { status: 500, said: 'no agent yet' };
    const { submission_id: id, entrypoint } = JSON.parse(body) as {
      submission_id: string;
      entrypoint: string;
    };
    this.jobs.set(id, next);
    this.entrypoints.push(entrypoint);
    return { status: 200, said: JSON.stringify({ submission_id: id }) };
  }
}

const NAME = `aiops-serve-${'a'.repeat(16)}`;
const PACKED = { name: '_ray_pkg_1.zip', archive: () => Promise.resolve(new Uint8Array(1)) };

/** Runs slices 1 to 3, of which each job but the last one leaves one more. */
async function run(t: TestContext, cluster: Cluster): Promise<FailedSlice | null> {
  const jobs = new RayJobs(await cluster.start(t), null);
  const missing = (): Promise<number[]> => {
    const last = cluster.jobs.get([...cluster.jobs.keys()].at(-1) ?? '');
    return Promise.resolve(last === DONE ? [] : [1, 2, 3].slice(cluster.entrypoints.length));
  };
  const work = { planPath: "/a b/it's/plan.json", planSha256: 'a'.repeat(64), missing, actors: 2 };
  const context = { signal: new AbortController().signal, onNotice: () => undefined };
  return await runOnRay(jobs, PACKED, { ...work, retried: [69, 74] }, context);
}

test('a job whose driver was killed is submitted again, with what is missing', async (t) => {
  const cluster = new Cluster([KILLED, { ...KILLED }, DONE]);
  assert.equal(await run(t, cluster), null);
  assert.deepEqual([...cluster.jobs.keys()], [NAME, `${NAME}-2`, `${NAME}-3`]);
  assert.deepEqual(
    cluster.entrypoints.map((entrypoint) => /--slices (\S+)/.exec(entrypoint)?.[1]),
    ['1,2,3', '2,3', '3'],
  );
});

test('a driver that is killed again and again ends the run, unless slices are done in between', async (t) => {
  const killed = { ...KILLED };
  const four = new Cluster([killed, killed, killed, killed]);
  const allMissing = async (cluster: Cluster): Promise<FailedSlice | null> => {
    const jobs = new RayJobs(await cluster.start(t), null);
    const missing = (): Promise<number[]> => Promise.resolve([1]);
    const work = { planPath: '/plan.json', planSha256: 'a'.repeat(64), missing, actors: 1, retried: [] };
    return runOnRay(jobs, PACKED, work, {
      signal: new AbortController().signal,
      onNotice: () => undefined,
    });
  };
  await assert.rejects(allMissing(four), { code: 'tool_failed', message: /job \S+-4 failed/ });
  const doing = { ...KILLED, logs: '{"event": "done", "slice": 1}\n' };
  assert.equal(await allMissing(new Cluster([killed, killed, killed, doing, killed, killed, DONE])), null);
});

test('a job that the cluster forgot is submitted again, once the cluster can', async (t) => {
  const cluster = new Cluster([{ status: 'RUNNING' }, 'unavailable', 'unavailable', DONE]);
  const running = run(t, cluster);
  while (cluster.jobs.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  cluster.jobs.clear();
  assert.equal(await running, null);
  assert.deepEqual([...cluster.jobs.keys()], [NAME]);
});

test('a job that another command stops is submitted again; one that was stopped otherwise is not', async (t) => {
  const followed = new Cluster([DONE]);
  followed.jobs.set(NAME, { status: 'RUNNING' });
  const running = run(t, followed);
  await new Promise((resolve) => setTimeout(resolve, 500));
  followed.jobs.set(NAME, { status: 'STOPPED' });
  assert.equal(await running, null);
  assert.deepEqual([...followed.jobs.keys()], [NAME, `${NAME}-2`]);
  const own = run(t, new Cluster([{ status: 'STOPPED' }]));
  await assert.rejects(own, { code: 'tool_failed', message: /was stopped/ });
});

test('a slice that failed for good ends the run with its status', async (t) => {
  const logs = 'x\n{"event": "gave-up", "slice": 2, "status": 78, "log": "why"}\n';
  const cluster = new Cluster([{ status: 'FAILED', logs }]);
  assert.deepEqual(await run(t, cluster), { number: 2, status: 78 });
});

test('a cluster that is not ready when the run starts ends it', async (t) => {
  await assert.rejects(run(t, new Cluster(['unavailable'])), { code: 'tool_failed', message: /HTTP 500/ });
});

for (const python of ['python', 'python3']) {
  test(`the job runs ${python} if that is what the cluster has`, async (t) => {
    const cluster = new Cluster([DONE]);
    await run(t, cluster);
    const bin = join(temporaryFolder(t), 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, python), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const said = execFileSync('/bin/sh', ['-c', cluster.entrypoints[0]!], { env: { PATH: bin } });
    assert.deepEqual(String(said).trim().split('\n'), [
      ...['ray_driver.py', "/a b/it's/plan.json", '--slices', '1,2,3', '--actors', '2'],
      ...['--retries', '3', '--retried', '69,74'],
    ]);
  });
}
