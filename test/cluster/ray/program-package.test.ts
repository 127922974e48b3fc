import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';

import yauzl from 'yauzl';

import { programPackage } from '#build/cluster/engines/ray/program-package.js';

import { recording, temporaryFolder } from '../../support/cli.js';

const run = promisify(execFile);

test('the program that travels runs where nothing else is installed, with its own model', async (t) => {
  const folder = temporaryFolder(t);
  const packed = await programPackage(null);
  const { name } = packed;
  const bytes = Buffer.from(await packed.archive());
  assert.match(name, /^_ray_pkg_[0-9a-f]{32}\.zip$/);
  assert.equal((await programPackage(null)).name, name);
  assert.notEqual((await programPackage(process.execPath)).name, name);
  await unpack(bytes, folder);
  const out = join(folder, 'out');
  const args = [
    'replay',
    recording('three-hosts/host-a.csv'),
    '--backend',
    'wasm',
    '--actors',
    '1',
    '--out',
    out,
    '--quiet',
  ];
  await run(process.execPath, [join(folder, 'bin/aiops-serve.js'), ...args], { env: { PATH: '' } });
  assert.ok(readFileSync(join(out, 'results.jsonl'), 'utf8').length > 0);
  assert.match(readFileSync(join(folder, 'ray_driver.py'), 'utf8'), /import ray/);
});

async function unpack(bytes: Buffer, folder: string): Promise<void> {
  const zip = await yauzl.fromBufferPromise(bytes);
  for await (const entry of zip.eachEntry()) {
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await buffer(await zip.openReadStreamPromise(entry)));
  }
}
