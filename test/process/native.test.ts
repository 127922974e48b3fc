import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { npmPackage } from '#build/native/inventory.js';
import { platformFacts, whyUnsupported } from '#build/native/platform.js';
import { finished, startCli, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { programs, receiptOf, writeReceipt } from '../support/native-install.js';
import { until } from '../support/wait.js';

// Shell scripts stand for npm, g++ and pip: what is tested is what becomes of the cache, not what they bring.
// test/heavy has the real thing.
const unsupported = whyUnsupported(platformFacts());
const TOOLS = { 'g++': 'echo g++ 13', python3: 'echo pip 24' };
const NPM_FAILS = 'case "$1" in --version) echo 11;; *) echo npm error code ENETUNREACH >&2; exit 1;; esac';
/** Begins its work, tells so, and takes its time. */
const NPM_HANGS = `case "$1" in --version) echo 11;; *) echo $$ > node_modules; exec ${process.execPath} -e 'setTimeout(() => {}, 60000)';; esac`;

interface Machine {
  readonly cwd: string;
  readonly native: string;
  readonly env: Readonly<Record<string, string>>;
}

function machine(t: TestContext, npm: string, tools: Readonly<Record<string, string>> = TOOLS): Machine {
  const cwd = temporaryFolder(t);
  const cache = join(cwd, 'cache');
  const PATH = programs(join(cwd, 'bin'), { npm, ...tools });
  return { cwd, native: join(cache, 'aiops-serve/native'), env: { XDG_CACHE_HOME: cache, PATH, CXX: '' } };
}

const native = (on: Machine, ...args: readonly string[]): Promise<Finished> =>
  callCli(['native', ...args], { cwd: on.cwd, env: on.env });

const leftovers = (on: Machine): string[] => (existsSync(on.native) ? readdirSync(on.native) : []);

/** Starts an install and waits until its npm is at work in the cache. */
async function underWay(on: Machine) {
  const child = startCli(['native', 'install'], { cwd: on.cwd, env: on.env });
  const ended = finished(child);
  const atWork = (): boolean =>
    leftovers(on).some((name) => existsSync(join(on.native, name, 'node_modules')));
  await until('npm to be at work', () => atWork() || child.exitCode !== null);
  assert.equal(child.exitCode, null, 'npm was never started');
  return { child, ended };
}

suite('native install', { skip: unsupported?.message ?? false }, () => {
  test('a dry run lists folder, tools and steps, and changes nothing', async (t) => {
    const on = machine(t, NPM_FAILS);
    const { status, stdout } = await native(on, 'install', '--dry-run');
    assert.equal(status, 0);
    for (const wanted of [on.native, /g\+\+ 13/, /pip 24/, /207 MB/, /[MG]B free/, /nothing was changed/])
      assert.ok(
        typeof wanted === 'string' ? stdout.includes(wanted) : wanted.test(stdout),
        `${wanted}\n${stdout}`,
      );
    assert.ok(!existsSync(join(on.cwd, 'cache')));
  });

  test('missing tools are all named before anything is changed', async (t) => {
    const on = machine(t, NPM_FAILS, {});
    const { status, stderr } = await native(on, 'install');
    assert.equal(status, 78);
    assert.match(stderr, /C\+\+ compiler[^]*apt-get install g\+\+[^]*python3 with pip[^]*python3-pip/);
    assert.ok(!existsSync(join(on.cwd, 'cache')));
    assert.match((await native(on, 'install', '--dry-run')).stdout, /missing: a C\+\+ compiler/);
  });

  test('a failing tool shows its last lines and leaves nothing', async (t) => {
    const on = machine(t, NPM_FAILS);
    const { status, stderr } = await native(on, 'install');
    assert.equal(status, 69);
    assert.match(stderr, /npm ci failed \(exit status 1\):\nnpm error code ENETUNREACH/);
    assert.deepEqual(leftovers(on), []);
  });

  test('a wrong wheel is refused before anything is changed', async (t) => {
    const on = machine(t, NPM_FAILS);
    writeFileSync(join(on.cwd, 'w.whl'), 'PK');
    const { status, stderr } = await native(on, 'install', '--wheel', 'w.whl');
    assert.equal(status, 65);
    assert.match(stderr, /w\.whl is not the wheel: 2 bytes instead of/);
    assert.ok(!existsSync(join(on.cwd, 'cache')));
    assert.equal((await native(on, 'install', '--wheel', 'none.whl')).status, 66);
  });

  test('a cache folder that cannot be created is an error', async (t) => {
    const on = machine(t, NPM_FAILS);
    writeFileSync(join(on.cwd, 'cache'), 'a file');
    const { status, stderr } = await native(on, 'install');
    assert.equal(status, 73);
    assert.match(stderr, /cannot create .*native[^]*XDG_CACHE_HOME/);
  });

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} ends an install, which leaves nothing`, async (t) => {
      const on = machine(t, NPM_HANGS);
      const { child, ended } = await underWay(on);
      child.kill(signal);
      const { status, stderr } = await ended;
      assert.equal(status, expected, stderr);
      assert.match(stderr, /installation.* is unchanged/);
      assert.deepEqual(leftovers(on), []);
    });
  }

  test('SIGINT during the search for tools is an interruption, too', async (t) => {
    const on = machine(t, `echo > looked-for; exec ${process.execPath} -e 'setTimeout(() => {}, 60000)'`);
    const child = startCli(['native', 'install'], { cwd: on.cwd, env: on.env });
    const ended = finished(child);
    await until('npm to be asked', () => existsSync(join(on.cwd, 'looked-for')));
    child.kill('SIGINT');
    const { status, stderr } = await ended;
    assert.equal(status, 130, stderr);
    assert.deepEqual(leftovers(on), []);
  });

  test('the remains of a killed install do not count, and the next install removes them', async (t) => {
    const on = machine(t, NPM_HANGS);
    const { child, ended } = await underWay(on);
    child.kill('SIGKILL');
    await ended;
    const [left = '', ...more] = leftovers(on);
    assert.deepEqual(more, []);
    process.kill(Number(readFileSync(join(on.native, left, 'node_modules'), 'utf8'))); // it has outlived its parent
    assert.match((await native(on, 'status')).stdout, /cache +nothing installed in/);
    writeFileSync(join(on.env['PATH'] ?? '', 'npm'), `#!/bin/sh\n${NPM_FAILS}\n`);
    const { stderr } = await native(on, 'install');
    assert.match(stderr, /removed the remains of interrupted installs \(1\)/);
    assert.deepEqual(leftovers(on), []);
  });

  test('a second install or remove is refused while one is running', async (t) => {
    const on = machine(t, NPM_FAILS);
    mkdirSync(on.native, { recursive: true });
    const { dev, ino } = statSync(on.native, { bigint: true });
    const holder = createServer().listen(`\0aiops-serve:${dev}:${ino}`);
    t.after(() => holder.close());
    await once(holder, 'listening');
    for (const args of [['install'], ['remove']]) {
      const { status, stderr } = await native(on, ...args);
      assert.equal(status, 75, stderr);
      assert.match(stderr, /another install or remove/);
    }
  });

  test('removing without an install succeeds', async (t) => {
    const on = machine(t, NPM_FAILS);
    const { status, stdout } = await native(on, 'remove');
    assert.deepEqual([status, /nothing to remove/.test(stdout)], [0, true]);
    assert.ok(!existsSync(join(on.cwd, 'cache')));
  });
});

const npmsOwn = npmPackage().kind === 'absent' ? false : "npm's own tfjs-node is installed here";

test('status without an install says so and how to install, also as JSON', { skip: npmsOwn }, async (t) => {
  const on = machine(t, NPM_FAILS);
  const plain = await native(on, 'status');
  assert.equal(plain.status, 78);
  assert.match(plain.stderr, /native TensorFlow is not installed[^]*aiops-serve native install/);
  const { status, stdout } = await native(on, 'status', '--json');
  const { works, install, reason } = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  assert.deepEqual([status, works, install], [78, false, null]);
  assert.match(String(reason), /not installed/);
});

test('status of a damaged install names the damaged file', async (t) => {
  const on = machine(t, NPM_FAILS);
  mkdirSync(join(on.native, 'tfjs-node-x.1'), { recursive: true });
  await writeReceipt(on.native, receiptOf('tfjs-node-x.1'));
  const { status, stdout, stderr } = await native(on, 'status');
  assert.equal(status, 78);
  assert.match(stdout, /used +the one in the cache/);
  assert.match(stderr, /cannot be found or read there[^]*cannot read [^ ]*tfjs-node-x\.1\/one:/);
});

test('wrong flags are usage errors of their own command', async (t) => {
  const on = machine(t, NPM_FAILS);
  for (const [args, wanted] of [
    [['instal'], /Did you mean install\?/],
    [['install', '--whel', 'x'], /Did you mean --wheel\?[^]*native install --help/],
    [['remove', 'x'], /too many arguments[^]*native remove --help/],
  ] as const) {
    const { status, stderr } = await native(on, ...args);
    assert.equal(status, 64, stderr);
    assert.match(stderr, wanted);
  }
});
