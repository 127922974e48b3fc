import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { checkSavedModel, manifestText, openBundle, readFormat, restoreBundle } from '#build/model/bundle.js';
import {
  float32Bytes,
  linearModel,
  modelFiles,
  sha256,
  writeBundle,
  writeManifest,
  type ManifestJson,
} from '../support/bundles.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { assertRefuses } from '../support/refusals.js';

const INPUT = { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } };
const MODEL = linearModel([2], [[3], [4]]);

function bundle(t: TestContext, manifest: ManifestJson = {}): string {
  const parts = { model: MODEL, input: INPUT, output: { kind: 'raw' }, manifest };
  return writeBundle(temporaryFolder(t), parts);
}

function sums(changes: Readonly<Record<string, string | undefined>> = {}): ManifestJson {
  const all = {
    'model/model.json': sha256(MODEL['model.json']!),
    'model/weights.bin': sha256(MODEL['weights.bin']!),
  };
  return { sha256: JSON.parse(JSON.stringify({ ...all, ...changes })) as unknown };
}

const refusedModel = (opening: Promise<unknown>, ...wanted: readonly RegExp[]): Promise<void> =>
  assertRefuses(opening, 'model', ...wanted);

suite('openBundle', () => {
  test('opens what is right, and reads its weights', async (t) => {
    const opened = await openBundle(bundle(t));
    const { weightSpecs, weightData } = await readFormat(opened, 'layers-model');
    assert.deepEqual([...new Float32Array(weightData)], [3, 4]);
    assert.equal(weightSpecs[0]?.name, 'linear/kernel');
  });

  test('the built-in bundle is whole', async () => {
    const { manifest } = await openBundle(join(ROOT, 'fixtures/bundles/builtin'));
    assert.equal(manifest.name, 'builtin');
  });

  test('a flipped bit is found, by the parent and by the actor', async (t) => {
    const folder = bundle(t);
    const weights = float32Bytes(3, 4);
    weights[3]! ^= 1;
    writeFileSync(join(folder, 'model/weights.bin'), weights);
    const expected = sha256(MODEL['weights.bin']!);
    const message = [
      /model.weights\.bin/,
      new RegExp(`expected sha256 ${expected}, found ${sha256(weights)}`),
    ];
    await refusedModel(openBundle(folder), ...message);
    await refusedModel(readFormat(await openBundle(folder, 'manifest'), 'layers-model'), ...message);
  });

  test('an altered model.json is found before it is believed', async (t) => {
    const folder = bundle(t);
    writeFileSync(join(folder, 'model/model.json'), '{}');
    await refusedModel(openBundle(folder), /model\.json is not the file that the manifest describes/);
  });

  test('files that are missing, or without a sum', async (t) => {
    const folder = bundle(t);
    rmSync(join(folder, 'model/weights.bin'));
    await refusedModel(openBundle(folder), /model\/weights\.bin is missing from the bundle/);
    await refusedModel(
      openBundle(bundle(t, sums({ 'model/weights.bin': undefined }))),
      /no sha256 sum for model\/weights\.bin/,
      /aiops-serve model seal/,
    );
    await refusedModel(
      openBundle(bundle(t, sums({ 'model/model.json': undefined }))),
      /no sha256 sum for model\/model\.json/,
    );
    await refusedModel(
      openBundle(bundle(t, sums({ 'README.md': 'a'.repeat(64) }))),
      /README\.md is missing from the bundle/,
    );
  });

  test('paths that leave the bundle', async (t) => {
    for (const path of ['../model.json', 'model/../../model.json', '/etc/passwd', 'C:\\model.json', '..']) {
      const opening = openBundle(
        bundle(t, { formats: { 'layers-model': path }, ...sums({ [path]: 'a'.repeat(64) }) }),
      );
      await refusedModel(opening, /is not a path inside the bundle/);
    }
    const outside = join(temporaryFolder(t), 'weights.bin');
    const folder = bundle(t);
    copyFileSync(join(folder, 'model/weights.bin'), outside);
    rmSync(join(folder, 'model/weights.bin'));
    symlinkSync(outside, join(folder, 'model/weights.bin'));
    await refusedModel(
      openBundle(folder),
      /"model\/weights\.bin", which leads out of the bundle, to .*weights\.bin/,
    );
    await refusedModel(
      readFormat(await openBundle(folder, 'manifest'), 'layers-model'),
      /leads out of the bundle/,
    );
  });

  test('weights that model.json looks for outside', async (t) => {
    const model = modelFiles({}, [{ name: 'w', shape: [1], values: [1] }]);
    const json = model['model.json'] as string;
    const evil = { ...model, 'model.json': json.replace('"weights.bin"', '"../../weights.bin"') };
    const parts = { model: evil, input: INPUT, output: { kind: 'raw' } };
    const folder = writeBundle(temporaryFolder(t), parts);
    const manifest = JSON.parse(readFileSync(join(folder, 'aiops-model.json'), 'utf8')) as { sha256: object };
    writeManifest(folder, { ...manifest, sha256: { ...manifest.sha256, '../weights.bin': 'a'.repeat(64) } });
    await refusedModel(openBundle(folder), /"\.\.\/weights\.bin", which is not a path inside/);
    await refusedModel(
      readFormat(await openBundle(folder, 'manifest'), 'layers-model'),
      /is not a path inside/,
    );
  });

  test('a link inside the bundle, and a bundle that is a link, are fine', async (t) => {
    const folder = bundle(t);
    cpSync(join(folder, 'model/weights.bin'), join(folder, 'weights-1.bin'));
    rmSync(join(folder, 'model/weights.bin'));
    symlinkSync('../weights-1.bin', join(folder, 'model/weights.bin'));
    const link = join(temporaryFolder(t), 'link');
    symlinkSync(folder, link);
    await openBundle(link);
  });

  test('weights cut before their sum was taken', async (t) => {
    const model = { ...MODEL, 'weights.bin': float32Bytes(3) };
    const folder = writeBundle(temporaryFolder(t), { model, input: INPUT, output: { kind: 'raw' } });
    await refusedModel(
      readFormat(await openBundle(folder), 'layers-model'),
      /hold 4 bytes, but it describes 8/,
    );
  });

  test('every file of a SavedModel needs its sum', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'saved/variables'), { recursive: true });
    writeFileSync(join(folder, 'saved/saved_model.pb'), 'graph');
    writeFileSync(join(folder, 'saved/variables/variables.index'), 'index');
    const manifest = {
      name: 's',
      version: '1',
      formats: { 'saved-model': 'saved/' },
      input: INPUT,
      output: { kind: 'raw' },
    };
    const graph = { 'saved/saved_model.pb': sha256('graph') };
    writeManifest(folder, { ...manifest, sha256: graph });
    await refusedModel(openBundle(folder), /no sha256 sum for saved\/variables\/variables\.index/);
    writeManifest(folder, {
      ...manifest,
      sha256: { ...graph, 'saved/variables/variables.index': sha256('index') },
    });
    await openBundle(folder);
  });

  test('a path that is not a bundle is refused with what it is', async (t) => {
    const empty = temporaryFolder(t);
    await refusedModel(openBundle(join(empty, 'nothing')), /there is no model at .*nothing/);
    await refusedModel(openBundle(empty), /has no aiops-model\.json/, /docs\/bundle\.md/);
    const folder = bundle(t);
    await refusedModel(openBundle(join(folder, 'aiops-model.json')), /is a file/, /name its folder/);
    await refusedModel(
      openBundle(join(folder, 'model')),
      /only a bare model\.json/,
      /aiops-serve model init \S+model;/,
    );
    writeFileSync(join(empty, 'saved_model.pb'), '');
    await refusedModel(openBundle(empty), /only a bare saved_model\.pb/);
    writeFileSync(join(empty, 'aiops-model.json'), '{"name": "x",');
    await refusedModel(openBundle(empty), /aiops-model\.json is not JSON: /);
  });

  test('a model.json that is not a TensorFlow.js model is refused', async (t) => {
    const model = { 'model.json': '{"modelTopology": {}, "weightsManifest": [{"paths": "weights.bin"}]}' };
    const folder = writeBundle(temporaryFolder(t), { model, input: INPUT, output: { kind: 'raw' } });
    await refusedModel(openBundle(folder), /is not a TensorFlow\.js model: at weightsManifest\.0\.paths/);
  });

  test('the digest distinguishes models, and only models', async (t) => {
    const digest = async (changes: ManifestJson) => (await openBundle(bundle(t, changes), 'manifest')).digest;
    const plain = await digest({});
    assert.match(plain, /^[0-9a-f]{64}$/);
    assert.equal(await digest({ description: 'words', notes: [1] }), plain);
    assert.equal(await digest({ input: { missing: 'hold', ...INPUT } }), plain);
    assert.notEqual(await digest({ input: { ...INPUT, missing: 'zero' } }), plain);
    assert.notEqual(await digest({ output: { kind: 'raw', threshold: 1 } }), plain);
    assert.notEqual(await digest(sums({ 'model/weights.bin': 'a'.repeat(64) })), plain);
  });
});

suite('a bundle that travels', () => {
  test('its manifest as text, opened elsewhere, is the same bundle', async (t) => {
    const opened = await openBundle(bundle(t, { description: 'words', notes: { a: [1] }, $schema: 'x' }));
    const restored = restoreBundle(opened.dir, manifestText(opened));
    assert.equal(restored.digest, opened.digest);
    const { description: _description, notes: _notes, ...rest } = opened.manifest;
    assert.deepEqual(restored.manifest, rest);
  });

  test('a SavedModel is checked file by file', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'saved/variables'), { recursive: true });
    writeFileSync(join(folder, 'saved/saved_model.pb'), 'graph');
    writeFileSync(join(folder, 'saved/variables/variables.index'), 'index');
    const sha = {
      'saved/saved_model.pb': sha256('graph'),
      'saved/variables/variables.index': sha256('index'),
    };
    const formats = { 'saved-model': 'saved' };
    writeManifest(folder, {
      name: 's',
      version: '1',
      formats,
      sha256: sha,
      input: INPUT,
      output: { kind: 'raw' },
    });
    const opened = await openBundle(folder, 'manifest');
    assert.equal(await checkSavedModel(opened), join(folder, 'saved'));
    rmSync(join(folder, 'saved/variables/variables.index'));
    await refusedModel(
      checkSavedModel(opened),
      /saved\/variables\/variables\.index is missing from the bundle/,
    );
  });
});
