import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';

import { RayJobs } from '#build/cluster/engines/ray/jobs.js';

interface Reply {
  readonly status?: number;
  readonly text: string;
}

/** A server on the loopback device that answers every request alike, and what it was asked. */
async function serverWith(
  t: TestContext,
  { status = 200, text }: Reply,
): Promise<{ address: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, asked };
}

test('a job is looked for with the token of the cluster', async (t) => {
  const job = { status: 'FAILED', message: 'why', driver_exit_code: 78, submission_id: 'a', entrypoint: 'b' };
  const { address, asked } = await serverWith(t, { text: JSON.stringify(job) });
  const found = await new RayJobs(address, 'secret').find('plan-1');
  assert.deepEqual(found, { status: 'FAILED', message: 'why' });
  assert.equal(asked[0]!.url, '/api/jobs/plan-1');
  assert.equal(asked[0]!.headers.authorization, 'Bearer secret');
});

test('there is no job, and no answer of a job that is not known', async (t) => {
  const { address, asked } = await serverWith(t, { status: 404, text: 'Job a does not exist' });
  const jobs = new RayJobs(address, null);
  assert.equal(await jobs.find('a'), null);
  assert.equal(asked[0]!.headers.authorization, undefined);
  await assert.rejects(jobs.logs('a'), {
    code: 'tool_failed',
    message: 'Ray answered GET /api/jobs/a/logs with HTTP 404: Job a does not exist',
  });
});

test('a package that the cluster has is not made again', async (t) => {
  const { address, asked } = await serverWith(t, { text: '' });
  await new RayJobs(address, null).upload('_ray_pkg_1.zip', () => assert.fail('made again'));
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    ['GET /api/packages/gcs/_ray_pkg_1.zip'],
  );
});

for (const { title, reply, expected } of [
  {
    title: 'a cluster that wants a token',
    reply: { status: 401, text: 'Unauthorized: Missing authentication token' },
    expected: { code: 'config', message: /wants a token \(HTTP 401\)$/, hint: /RAY_AUTH_TOKEN/ },
  },
  {
    title: 'the last words of a traceback',
    reply: { status: 500, text: 'Traceback:\n  File "x"\nValueError: Job a already exists.\n.\n' },
    expected: { code: 'tool_failed', message: /with HTTP 500: ValueError: Job a already exists\.$/ },
  },
  {
    title: 'a server that is no Ray',
    reply: { text: '<html>' },
    expected: {
      code: 'tool_failed',
      message: /does not answer as Ray does/,
      hint: /address of the Ray dashboard/,
    },
  },
  {
    title: 'an answer without what is needed',
    reply: { text: '{"version": 1}' },
    expected: { code: 'tool_failed', message: /does not answer as Ray does/ },
  },
]) {
  test(title, async (t) => {
    const { address } = await serverWith(t, reply);
    await assert.rejects(new RayJobs(address, null).version(), expected);
  });
}
