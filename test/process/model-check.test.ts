import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import type { CheckedBundle } from '#build/prepare/check.js';
import { graphModel, linearModel, sha256, writeBundle, writeManifest } from '../support/bundles.js';
import { ROOT, runCli, temporaryFolder, type Finished } from '../support/cli.js';
import { bundleFolder } from '../support/examples.js';
import { whyNoNative } from '../support/native.js';

const noNative = await whyNoNative();
const check = (...args: readonly string[]): Promise<Finished> =>
  runCli(['model', 'check', ...args], { cwd: ROOT });
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
    assert.deepEqual([wasm?.format, wasm?.outcome, wasm?.fromGolden], ['layers-model', 'ok', 0]);
    assert.deepEqual(
      wasm?.timings.map(({ items }) => items),
      [1, 8, 64, 512],
    );
    assert.ok(wasm.timings.every(({ msPerItem }) => msPerItem > 0));
  });

  test('fails on other outputs, and on another number of them', async (t) => {
    for (const [output, message] of [
      ['11.1', /failed: its outputs are not those of the golden file; at most 9\.0e-3/],
      ['[11, 11]', /failed: its outputs are not those .*; another number of outputs/],
    ] as const) {
      const file = golden(t, `{"values": [1, 2, 9], "output": ${output}}`);
      const { status, stdout } = await check(forecast(t), '--golden', file);
      assert.equal(status, 78);
      assert.match(stdout, message);
      assert.match(stdout, /^test CANNOT be used as it is$/m);
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
    const finished = await check(folder, '--json');
    assert.equal(finished.status, 78, finished.stderr);
    const wasm = parsed(finished).places.filter(({ backend }) => backend === 'wasm');
    assert.deepEqual(
      wasm.map(({ format, outcome, reason }) => [format, outcome, reason]),
      [
        ['graph-model', 'ok', null],
        ['layers-model', 'failed', 'its outputs are not those of the format above'],
      ],
    );
  });

  for (const [what, text, message] of [
    ['no JSON', '{"values": [1, 2, 3]', /line 1 of .* is not JSON/],
    ['a missing output', '{"values": [1, 2, 3]}', /item 1 of .* has no lists of numbers/],
    ['too few values', '{"values": [1], "output": [1]}', /has 1 values, expected 3, or 2 without/],
    ['nothing', '\n', /holds no items/],
  ] as const) {
    test(`a golden file with ${what} is refused`, async (t) => {
      const { status, stderr } = await check(forecast(t), '--golden', golden(t, text));
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
    assert.ok(places.every(({ fromGolden }) => fromGolden !== null && fromGolden < 1e-5));
  });
});
