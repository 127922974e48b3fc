import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { manifestSchema } from '#build/model/manifest.js';
import { linearModel, writeBundle, type ManifestJson } from '../support/bundles.js';
import { temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const INPUT = { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } };

/** A bundle whose sums nobody has taken yet. */
function unsummed(t: TestContext): string {
  const output = { kind: 'raw', threshold: 5 };
  const parts = { model: linearModel([2], [[3], [4]]), input: INPUT, output, manifest: { sha256: {} } };
  return writeBundle(temporaryFolder(t), parts);
}

const seal = (folder: string): Promise<Finished> => callCli(['model', 'seal', folder], { cwd: folder });

function replay(folder: string): Promise<Finished> {
  const input = 'timestamp,target,v\n2024-01-01T00:00:00Z,a,1\n2024-01-01T00:01:00Z,a,1\n';
  const flags = ['--model', '.', '--out', '-', '--compare', 'none', '--actors', '1', '--quiet'];
  return callCli(['replay', '-', ...flags], { cwd: folder, input });
}

function change(folder: string, edit: (manifest: Record<string, unknown>) => void): void {
  const path = join(folder, 'aiops-model.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  edit(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

suite('aiops-serve model seal', () => {
  test('writes the checksums, after which the bundle runs', async (t) => {
    const folder = unsummed(t);
    assert.match(
      (await replay(folder)).stderr,
      /no sha256 sum for model\/model\.json.*aiops-serve model seal/s,
    );
    const { status, stdout, stderr } = await seal(folder);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^sealed .*aiops-model\.json: 2 files, seal [0-9a-f]{64}\n$/);
    const { sha256 } = manifestSchema.parse(
      JSON.parse(readFileSync(join(folder, 'aiops-model.json'), 'utf8')),
    );
    assert.deepEqual(Object.keys(sha256), ['model/model.json', 'model/weights.bin']);
    const replayed = await replay(folder);
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.match(replayed.stdout, /"score":7,"anomaly":true/);
  });

  test('includes the scalers of targets; altered ones are refused, and a target without one is an error row', async (t) => {
    const folder = unsummed(t);
    const scalers = join(folder, 'scalers.csv');
    change(folder, (manifest) => {
      const normalize = { kind: 'zscore', per: 'target', file: './scalers.csv' };
      Object.assign(manifest['input'] as object, { normalize });
    });
    writeFileSync(scalers, 'target,column,mean,scale\na,v,3,2\n');
    assert.match((await seal(folder)).stdout, /3 files/);
    const replayed = await replay(folder);
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.match(replayed.stdout, /"score":-7,/); // 3 × (1 − 3) / 2 + 4 × (1 − 3) / 2
    writeFileSync(scalers, 'target,column,mean,scale\na,v,3,4\n');
    const altered = await replay(folder);
    assert.equal(altered.status, 78, altered.stderr);
    assert.match(altered.stderr, /scalers\.csv is not the file that the manifest describes/);
    writeFileSync(scalers, 'target,column,mean,scale\nA,v,3,4\n');
    await seal(folder);
    const unknown = await replay(folder);
    assert.equal(unknown.status, 3, unknown.stderr);
    assert.match(
      unknown.stdout,
      /"errno":"no_scaler","errmsg":"\.\/scalers\.csv has no row for target a, column v"/,
    );
    writeFileSync(scalers, 'target,column,mean,scale\na,v,3,x\n');
    await seal(folder);
    const invalid = await replay(folder);
    assert.equal(invalid.status, 78, invalid.stderr);
    assert.match(invalid.stderr, /scalers\.csv.*invalid in line 2/);
  });

  test('a manifest altered after sealing is refused, even in its description', async (t) => {
    for (const edit of [
      (manifest: ManifestJson) => Object.assign(manifest['output'] as object, { threshold: 500 }),
      (manifest: ManifestJson) => Object.assign(manifest, { description: 'better' }),
    ]) {
      const folder = unsummed(t);
      await seal(folder);
      change(folder, edit);
      const { status, stderr } = await replay(folder);
      assert.equal(status, 78);
      assert.match(stderr, /was altered after it was sealed.*aiops-serve model seal/s);
      assert.equal((await seal(folder)).status, 0);
      assert.equal((await replay(folder)).status, 0);
    }
  });

  test('reformatting a manifest keeps its seal', async (t) => {
    const folder = unsummed(t);
    await seal(folder);
    const path = join(folder, 'aiops-model.json');
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as object);
    writeFileSync(path, JSON.stringify(Object.fromEntries(entries.reverse()), null, 7));
    const { status, stderr } = await replay(folder);
    assert.equal(status, 0, stderr);
  });

  for (const [what, edit, message] of [
    ['a file is missing', { formats: { 'layers-model': 'gone/model.json' } }, /gone\/model\.json/],
    ['a field is wrong', { input: { ...INPUT, window: 0 } }, /input\.window/],
  ] as const) {
    test(`where ${what}, the manifest does not change`, async (t) => {
      const folder = unsummed(t);
      change(folder, (manifest) => Object.assign(manifest, edit));
      const before = readFileSync(join(folder, 'aiops-model.json'), 'utf8');
      const { status, stderr } = await seal(folder);
      assert.equal(status, 78);
      assert.match(stderr, message);
      assert.equal(readFileSync(join(folder, 'aiops-model.json'), 'utf8'), before);
    });
  }

  test('a folder without a bundle ends with 78, a missing argument or unknown command with 64', async (t) => {
    const cwd = temporaryFolder(t);
    const missing = await callCli(['model', 'seal', 'nowhere'], { cwd });
    assert.deepEqual([missing.status, missing.stdout], [78, '']);
    assert.equal((await callCli(['model', 'seal'], { cwd })).status, 64);
    assert.equal((await callCli(['model', 'unseal'], { cwd })).status, 64);
  });
});
