import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import type { CheckedBundle } from '#build/prepare/check.js';
import { graphModel, linearModel, sha256, writeBundle, writeManifest } from '../support/bundles.js';
import { ROOT, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { bundleFolder } from '../support/examples.js';
import { whyNoNative } from '../support/native.js';

const noNative = await whyNoNative();
const check = (...args: readonly string[]): Promise<Finished> =>
  callCli(['model', 'check', ...args], { cwd: ROOT });
/** With an empty cache folder, so without the copy of native TensorFlow that is there: each call starts half as much. */
const checkWithoutNative = (t: TestContext, ...args: readonly string[]): Promise<Finished> =>
  callCli(['model', 'check', ...args], { cwd: ROOT, env: { XDG_CACHE_HOME: temporaryFolder(t) } });
const parsed = ({ stdout }: Finished): CheckedBundle => JSON.parse(stdout) as CheckedBundle;

const INPUT = { columns: 'each', window: 3, shape: '[window]', normalize: { kind: 'none' } };

/** Sees 2 of 3 intervals, and returns 3a + 4b. */
function forecast(t: TestContext): string {
  const parts = { model: linearModel([2], [[3], [4]]), input: INPUT, output: { kind: 'forecast' } };
  return writeBundle(temporaryFolder(t), parts);
}

function golden(t: TestContext, text: string): string {
  const file = join(temporaryFolder(t), 'golden.jsonl');
  writeFileSync(file, text);
  return file;
}

suite('aiops-serve model check', () => {
  test('compares with what another program computed, and times calls', async (t) => {
    const file = golden(
      t,
      '{"values": [[1], [2], [9]], "output": [11]}\n{"values": [10, 20], "output": 110}\n',
    );
    const finished = await check(forecast(t), '--golden', file, '--json');
    assert.equal(finished.status, 0, finished.stderr);
    const { golden: items, passed, places } = parsed(finished);
    assert.deepEqual([items, passed], [2, true]);
    const wasm = places.find(({ backend }) => backend === 'wasm');
    assert.deepEqual([wasm?.format, wasm?.outcome], ['layers-model', 'ok']);
    assert.deepEqual(wasm?.fromGolden, { share: 0, example: null });
    assert.deepEqual(
      wasm.timings.map(({ items }) => items),
      [1, 8, 64, 512],
    );
    assert.ok(wasm.timings.every(({ msPerItem }) => msPerItem > 0));
  });

  test('fails on other outputs, and on another number of them', async (t) => {
    for (const [output, message] of [
      [
        '11.1',
        /failed: its outputs .* golden file: item 1 has 11 in place of 11\.1; differs from the golden file by at most 9\.0e-3 ×/,
      ],
      ['0', /failed: its outputs .* golden file: item 1 has 11 in place of 0$/m],
      ['[11, 11]', /failed: its outputs .* golden file: item 1 has 1 in place of 2$/m],
    ] as const) {
      const file = golden(t, `{"values": [1, 2, 9], "output": ${output}}`);
      const { status, stdout } = await checkWithoutNative(t, forecast(t), '--golden', file);
      assert.equal(status, 78);
      assert.match(stdout, message);
      assert.match(stdout, /^test CANNOT be used as it is(;|$)/m);
    }
  });

  test('fails where two formats differ', async (t) => {
    const folder = forecast(t);
    const sum = { name: 'sum', op: 'Sum', input: ['x', 'axis'], attr: { keep_dims: { b: true } } };
    const axis = { name: 'axis', shape: [1], values: [1], dtype: 'int32' } as const;
    const graph = graphModel([2], [sum], { y: 'sum' }, [axis]);
    const layers = linearModel([2], [[3], [4]]);
    mkdirSync(join(folder, 'graph'));
    const sums: Record<string, string> = {};
    for (const [below, files] of Object.entries({ graph, model: layers })) {
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(folder, below, name), content);
        sums[`${below}/${name}`] = sha256(content);
      }
    }
    writeManifest(folder, {
      ...{ name: 'test', version: '1', sha256: sums, input: INPUT, output: { kind: 'forecast' } },
      formats: { 'graph-model': 'graph/model.json', 'layers-model': 'model/model.json' },
    });
    const finished = await checkWithoutNative(t, folder, '--json');
    assert.equal(finished.status, 78, finished.stderr);
    const wasm = parsed(finished).places.filter(({ backend }) => backend === 'wasm');
    assert.deepEqual(
      wasm.map(({ format, outcome, reason }) => [format, outcome, reason]),
      [
        ['graph-model', 'ok', null],
        [
          'layers-model',
          'failed',
          `its outputs are not those of the format above: ${String(wasm[1]?.fromFirst?.example)}`,
        ],
      ],
    );
  });

  test('of items scaled by target compares the model alone, but refuses a file of scalers with an error', async (t) => {
    const normalize = { kind: 'zscore', per: 'target', file: 'scalers.csv' };
    const folder = writeBundle(temporaryFolder(t), {
      model: linearModel([2], [[3], [4]]),
      input: { ...INPUT, normalize },
      output: { kind: 'forecast' },
    });
    const path = join(folder, 'aiops-model.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { sha256: Record<string, string> };
    const withScalers = (text: string): void => {
      writeFileSync(join(folder, 'scalers.csv'), text);
      writeManifest(folder, { ...manifest, sha256: { ...manifest.sha256, 'scalers.csv': sha256(text) } });
    };
    withScalers('target,column,mean,scale\nweb-1,cpu,100,20\n');
    const file = golden(t, '{"values": [1, 2, 9], "output": 11}\n');
    const right = await checkWithoutNative(t, folder, '--golden', file, '--json');
    assert.equal(right.status, 0, right.stderr);
    assert.deepEqual(parsed(right).places.at(-1)?.fromGolden, { share: 0, example: null });
    withScalers('target,column,mean,scale\nweb-1,cpu,100,x\n');
    const wrong = await checkWithoutNative(t, folder, '--golden', file);
    assert.equal(wrong.status, 78, wrong.stdout);
    assert.match(wrong.stderr, /scalers\.csv.*invalid in line 2/);
  });

  test('a format whose backend is not installed is not checked, which the verdict says', async (t) => {
    const all = await checkWithoutNative(t, bundleFolder('mlp-autoencoder'), '--json');
    assert.equal(all.status, 69, all.stderr);
    const { places, unchecked, passed } = parsed(all);
    assert.deepEqual([unchecked, passed], [['saved-model'], false]);
    assert.deepEqual(
      places.map(({ backend, outcome }) => [backend, outcome]),
      [
        ['node', 'skipped'],
        ['node', 'skipped'],
        ['node', 'skipped'],
        ['wasm', 'ok'],
        ['wasm', 'ok'],
      ],
    );
    const one = await checkWithoutNative(t, forecast(t));
    assert.equal(one.status, 0, one.stderr);
    assert.match(
      one.stdout,
      /^test can be used; not verified: layers-model on node: native TensorFlow .* is not installed .*native install/m,
    );
  });

  test('a SavedModel alone cannot be checked without native TensorFlow', async (t) => {
    const folder = temporaryFolder(t);
    cpSync(join(bundleFolder('mlp-autoencoder'), 'saved_model'), folder, { recursive: true });
    const flags = ['--window', '60', '--output-kind', 'reconstruction'];
    const env = { XDG_CACHE_HOME: temporaryFolder(t) };
    const described = await callCli(['model', 'init', folder, '--name', 'mine', ...flags], {
      cwd: ROOT,
      env,
    });
    assert.equal(described.status, 0, described.stderr);
    const { status, stdout } = await checkWithoutNative(t, folder);
    assert.equal(status, 69);
    assert.match(stdout, /^mine was not verified: saved-model on node: native TensorFlow /m);
  });

  for (const [what, text, message] of [
    ['no JSON', '{"values": [1, 2, 3]', /line 1 of .* is not JSON/],
    ['a missing output', '{"values": [1, 2, 3]}', /item 1 of .* has no lists of finite numbers/],
    ['no value for an interval', '{"values": [1, null, 3], "output": [1]}', /item 1 of .* finite numbers/],
    ['too few values', '{"values": [1], "output": [1]}', /has 1 values, expected 3, or 2 without/],
    [
      'NaN, as Python writes it',
      '{"values": [1, 2], "output": 11}\n{"values": [1, 2], "output": NaN}\n',
      /line 2 of .* holds NaN or Infinity/,
    ],
    ['nothing', '\n', /holds no items/],
  ] as const) {
    test(`a golden file with ${what} is refused`, async (t) => {
      const { status, stderr } = await checkWithoutNative(t, forecast(t), '--golden', golden(t, text));
      assert.equal(status, 65, stderr);
      assert.match(stderr, message);
    });
  }

  test('all formats of a bundle on both backends give the golden outputs', { skip: noNative }, async () => {
    const finished = await check(
      bundleFolder('mlp-autoencoder'),
      '--golden',
      `${bundleFolder('mlp-autoencoder')}.golden.json`,
      '--json',
    );
    assert.equal(finished.status, 0, finished.stderr);
    const { places } = parsed(finished);
    assert.deepEqual(
      places.map(({ outcome }) => outcome),
      ['ok', 'ok', 'ok', 'ok', 'ok'],
    );
    assert.ok(places.every(({ fromGolden }) => (fromGolden?.share ?? 1) < 1e-5));
  });
});
