import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { ActorProcess } from '#build/pool/actor-process.js';

import { assertGone, childrenOf, isRunning } from '../support/processes.js';
import { said, until } from '../support/wait.js';

const procfs = { skip: existsSync('/proc/self/task') ? false : 'no /proc here to find actors in' };
const PARENT = fileURLToPath(new URL('../support/pool-parent.js', import.meta.url));

interface Parent {
  readonly child: ChildProcess;
  readonly actors: readonly number[];
}

/** A parent whose two actors are at work on this target. */
async function parentOf(t: TestContext, target: string): Promise<Parent> {
  const child = spawn(process.execPath, [PARENT, target], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const actors = (await said(child.stdout, /\n/)).trim().split(' ').map(Number);
  assert.equal(actors.length, 2);
  return { child, actors };
}

for (const target of ['busy', 'busy in native code', 'idle']) {
  test(`two seconds after SIGKILL of the parent no actor runs, its actors ${target}`, async (t) => {
    const { child, actors } = await parentOf(t, target);
    await sleep(100); // well inside a computation, which never looks at the pipe
    assert.deepEqual(actors.filter(isRunning), actors);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await assertGone(actors, 2000);
  });
}

test('two seconds after SIGKILL of the parent no actor runs, even with output that it has not read', async (t) => {
  const { child, actors } = await parentOf(t, 'answers at length');
  child.kill('SIGSTOP'); // what they write fills their pipes
  await sleep(500);
  assert.deepEqual(actors.filter(isRunning), actors);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await assertGone(actors, 2000);
});

for (const [when, loading] of [
  ['as soon as there are actors, before any has said a word', false],
  ['while its actors load', true],
] as const) {
  test(`two seconds after SIGKILL of the parent ${when} no actor runs`, procfs, async (t) => {
    const child = spawn(process.execPath, [PARENT, 'loading'], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const load = said(child.stdout, /loading[^]*loading/);
    load.catch(() => undefined); // not everybody waits for it
    await until('two actors', () => childrenOf(child.pid).length === 2);
    const actors = childrenOf(child.pid);
    if (loading) await load;
    assert.deepEqual(actors.filter(isRunning), actors);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await assertGone(actors, 2000);
  });
}

test('SIGTERM of a parent without a handler for it ends its actors', async (t) => {
  const { child, actors } = await parentOf(t, 'busy');
  child.kill('SIGTERM');
  await once(child, 'exit');
  await assertGone(actors, 2000);
});

test('after stop nothing keeps the parent alive', async (t) => {
  const { child, actors } = await parentOf(t, 'done');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
  await assertGone(actors, 0);
});

/** An actor that waits for its init. */
async function idleActor(t: TestContext): Promise<ActorProcess> {
  const entry = new URL('../support/fake-actor.js', import.meta.url);
  const actor = new ActorProcess({ name: 'actor', entry, threads: 1, log: () => undefined });
  t.after(() => actor.kill());
  await said(actor.pipe, /./s); // its hello: it has started
  return actor;
}

test('an actor whose pipe closes exits, even while its parent lives', async (t) => {
  const actor = await idleActor(t);
  actor.pipe.destroy();
  const exit = await actor.closed;
  assert.deepEqual(exit, { exitCode: 0, signal: null, spawnError: null });
});

test('an actor ignores signals to the whole process group; its parent can still kill it', async (t) => {
  const actor = await idleActor(t);
  const pid = actor.pid ?? assert.fail('not started');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
  await sleep(200);
  assert.ok(isRunning(pid));
  actor.kill();
  assert.equal((await actor.closed).signal, 'SIGKILL');
});
