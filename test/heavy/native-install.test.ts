import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, suite, test } from 'node:test';
import { tmpdir } from 'node:os';

import { RandomStream } from '#build/core/random.js';
import { platformFacts, whyUnsupported } from '#build/native/platform.js';
import type { Receipt } from '#build/host/native/receipt.js';
import { WHEEL } from '#build/host/native/recipe.js';
import { findTools } from '#build/host/tools.js';
import { finished, type Finished } from '../support/cli.js';
import { installPacked, npm, ownEnvironment, pack } from '../support/packed.js';

const SEED = 20261124;
const KILLS = ['SIGKILL', 'SIGINT', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const;

/** Why the real install cannot be tried on this machine. */
async function whyNot(): Promise<string | false> {
  const unsupported = whyUnsupported(platformFacts());
  if (unsupported !== null) return unsupported.message;
  const { missing } = await findTools(['npm', 'compiler', 'pip'], process.env, new AbortController().signal);
  if (missing.length > 0) return `not here: ${missing.map(({ need }) => need.title).join(', ')}`;
  return false;
}

suite('native install of the packed program', { skip: await whyNot() }, () => {
  let folder = '';
  let app = '';
  let cache = '';
  let installMs = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
    cache = join(folder, 'cache');
    app = await installPacked(folder, (await pack(folder)).path, '--omit=optional');
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  const start = (...args: readonly string[]) =>
    spawn(process.execPath, [join(app, 'node_modules/aiops-serve/bin/aiops-serve.js'), 'native', ...args], {
      cwd: app,
      env: { ...ownEnvironment(), XDG_CACHE_HOME: cache },
      detached: true, // a process group of its own, to be killed whole
    });
  const native = (...args: readonly string[]): Promise<Finished> => finished(start(...args));
  const inCache = (): string[] => readdirSync(join(cache, 'aiops-serve/native')).sort();
  const receipt = (): string => {
    const name = inCache().find((one) => one.endsWith('.json'));
    return name === undefined ? '' : readFileSync(join(cache, 'aiops-serve/native', name), 'utf8');
  };

  async function assertPredicts(): Promise<void> {
    const { status, stdout, stderr } = await native('status');
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /used +the one in the cache/);
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /^native prediction works: score .* on node/);
  }

  test('an install makes the node backend work, and npm ci does not undo it', async (t) => {
    const absent = await native('status');
    assert.equal(absent.status, 78);
    assert.match(absent.stderr, /not installed[^]*aiops-serve native install/);

    const startedAt = performance.now();
    const install = await native('install');
    installMs = performance.now() - startedAt;
    assert.equal(install.status, 0, install.stderr);
    t.diagnostic(`installed in ${(installMs / 1000).toFixed(1)} s`);
    assert.equal(inCache().length, 2, 'the receipt and its folder');
    await assertPredicts();

    await npm(app, 'ci', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund');
    assert.ok(!existsSync(join(app, 'node_modules/@tensorflow/tfjs-node')));
    await assertPredicts();
  });

  test('a second install changes nothing', async () => {
    const before = receipt();
    const again = await native('install');
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /is already installed/);
    assert.equal(receipt(), before);
  });

  test('an install killed at any instant leaves the old one intact', async (t) => {
    const wheel = join(folder, 'wheel');
    mkdirSync(wheel);
    // Once for all kills; pip's own cache may have it.
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--quiet', `--dest=${wheel}`];
    const which = [`--python-version=${WHEEL.python}`, `--platform=${WHEEL.platform}`, '--implementation=cp'];
    execFileSync('python3', [...pip, ...which, `${WHEEL.package}==${WHEEL.tensorflow}`], {
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    const random = new RandomStream(SEED);
    for (const signal of KILLS) {
      const before = receipt();
      const killAfterMs = 300 + random.next() * installMs * 0.8;
      const child = start('install', '--force', '--wheel', join(wheel, WHEEL.file));
      const ended = finished(child);
      await sleep(killAfterMs);
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal);
      const { status, stderr } = await ended;
      t.diagnostic(
        `${signal} after ${Math.round(killAfterMs)} ms: ${stderr.trimEnd().split('\n').at(-1) ?? ''}`,
      );
      if (status !== 0) assert.equal(receipt(), before);
      if (signal !== 'SIGKILL') assert.equal(inCache().length, 2, `${signal} left ${inCache().join(', ')}`);
      await assertPredicts();
    }
    assert.equal((await native('install')).status, 0);
    assert.equal(inCache().length, 2, 'nothing half-made is left');
  });

  test('a damaged install is recognized, and replaced by the next one', async () => {
    const { folder: name, files } = JSON.parse(receipt()) as Receipt;
    const library = files.find(({ path }) => path.includes('framework'))?.path ?? '';
    truncateSync(join(cache, 'aiops-serve/native', name, library), 1_000_000);
    const status = await native('status');
    assert.equal(status.status, 78);
    assert.match(status.stderr, /libtensorflow_framework\.so\.2 has changed[^]*aiops-serve native install/);

    const install = await native('install', '--wheel', join(folder, 'wheel', WHEEL.file));
    assert.equal(install.status, 0, install.stderr);
    assert.match(install.stderr, /does not work and will be replaced: .* has changed/);
    assert.equal(inCache().length, 2);
    await assertPredicts();
  });

  test('remove deletes everything', async () => {
    const remove = await native('remove');
    assert.equal(remove.status, 0, remove.stderr);
    assert.match(remove.stdout, /[MG]B freed/);
    assert.ok(!existsSync(join(cache, 'aiops-serve')));
    assert.equal((await native('status')).status, 78);
  });
});
