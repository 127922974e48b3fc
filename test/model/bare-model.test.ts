import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { openBareModel, openModel, type BareModelFlags } from '#build/model/bare-model.js';
import { checkSavedModel, readFormat, type Bundle } from '#build/model/bundle.js';
import { float32Bytes, linearModel, sha256, writeBundle } from '../support/bundles.js';
import { temporaryFolder } from '../support/cli.js';
import { assertRefuses } from '../support/refusals.js';

const INPUT = { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } };

function bundle(t: TestContext): string {
  const parts = { model: linearModel([2], [[3], [4]]), input: INPUT, output: { kind: 'raw' } };
  return writeBundle(temporaryFolder(t), parts);
}

/** A folder with a model.json and its weights, and no manifest. */
function modelFolder(t: TestContext): string {
  const folder = join(temporaryFolder(t), 'mine');
  renameSync(join(bundle(t), 'model'), folder);
  return folder;
}

const flags: BareModelFlags = {
  window: 2,
  columns: 'each',
  normalize: 'window-zscore',
  missing: 'zero',
  scaler: null,
  output: 'raw',
  outputName: null,
  error: null,
  over: null,
  class: null,
  signature: null,
};

suite('openBareModel', () => {
  test('describes a bare model.json', async (t) => {
    const folder = modelFolder(t);
    const opened = await openBareModel(folder, flags);
    assert.deepEqual(opened.manifest.formats, { 'layers-model': 'model.json' });
    assert.deepEqual(opened.manifest.input.normalize, { kind: 'window-zscore', epsilon: 1e-8 });
    assert.deepEqual(opened.manifest.output, { kind: 'raw' });
    assert.deepEqual(Object.keys(opened.manifest.sha256), ['model.json', 'weights.bin']);
    assert.equal((await readFormat(opened, 'layers-model')).weightData.byteLength, 8);
    assert.deepEqual(await openBareModel(join(folder, 'model.json'), flags), opened);
    assert.notEqual((await openBareModel(folder, { ...flags, window: 3 })).digest, opened.digest);
  });

  test('a file that is altered afterwards is found', async (t) => {
    const folder = modelFolder(t);
    const opened = await openBareModel(folder, flags);
    writeFileSync(join(folder, 'weights.bin'), float32Bytes(3, 5));
    await assertRefuses(readFormat(opened, 'layers-model'), 'model', /expected sha256/);
  });

  test('refuses flags that do not fit together, and folders without a model', async (t) => {
    const folder = modelFolder(t);
    await assertRefuses(
      openBareModel(folder, { ...flags, window: 1, output: 'forecast' }),
      'model',
      /input\.window/,
    );
    await assertRefuses(openBareModel(temporaryFolder(t), flags), 'model', /is not a model bundle/);
    await assertRefuses(openBareModel(join(folder, 'none'), flags), 'model', /there is no model/);
  });

  test('describes the output further', async (t) => {
    const folder = modelFolder(t);
    const output = async (more: Partial<BareModelFlags>): Promise<unknown> =>
      (await openBareModel(folder, { ...flags, ...more })).manifest.output;
    assert.deepEqual(
      await output({ output: 'reconstruction', outputName: 'y', error: 'mae', over: 'last' }),
      {
        ...{ kind: 'reconstruction', name: 'y', error: 'mae', over: 'last' },
      },
    );
    assert.deepEqual(await output({ output: 'probability', class: 2 }), { kind: 'probability', class: 2 });
    for (const [more, message] of [
      [{ error: 'mae' }, /--error is for --output-kind forecast or reconstruction, not raw/],
      [{ output: 'forecast', over: 'last' }, /--score-over is for --output-kind reconstruction/],
      [{ output: 'forecast', class: 1 }, /--class is for --output-kind probability/],
    ] as const)
      await assertRefuses(output(more), 'usage', message);
  });

  test('reads the parameters of a scaler, which count in the digest', async (t) => {
    const folder = modelFolder(t);
    const scaler = join(temporaryFolder(t), 'scaler.json');
    const open = (json: object): Promise<Bundle> => {
      writeFileSync(scaler, JSON.stringify(json));
      return openBareModel(folder, { ...flags, scaler });
    };
    const opened = await open({ mean: [3], std: [2] });
    assert.deepEqual(opened.manifest.input.normalize, { kind: 'zscore', mean: [3], std: [2] });
    assert.notEqual((await open({ mean: [4], std: [2] })).digest, opened.digest);
    const minmax = { kind: 'minmax', min: [3], max: [5] } as const;
    assert.deepEqual((await open(minmax)).manifest.input.normalize, minmax);
    await assertRefuses(open({ mean: [3] }), 'model', /neither mean and std nor min and max/);
    await assertRefuses(
      open({ mean: [3, 4], std: [1, 1] }),
      'model',
      /input\.normalize\.mean: expected 1 numbers/,
    );
    await assertRefuses(open({ kind: 'minmax', mean: [3], std: [1] }), 'model', /input\.normalize/);
    await assertRefuses(openBareModel(folder, { ...flags, scaler: join(folder, 'none') }), 'model', /none/);
  });

  test('takes a SavedModel folder', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'saved_model.pb'), 'graph');
    const { manifest } = await openBareModel(folder, { ...flags, columns: ['a', 'b'] });
    assert.deepEqual(manifest.formats, { 'saved-model': '.' });
    assert.deepEqual(manifest.sha256, { 'saved_model.pb': sha256('graph') });
    assert.equal(manifest.input.shape, '[window,columns]');
  });
});

suite('openModel', () => {
  test('a bundle needs no flags, a bare model does', async (t) => {
    assert.equal((await openModel(bundle(t), null)).manifest.version, '1');
    assert.equal((await openModel(modelFolder(t), flags)).manifest.version, 'bare');
    await assertRefuses(openModel(modelFolder(t), null), 'usage', /is a bare model/, /--window N/);
    await assertRefuses(openModel(join(modelFolder(t), 'model.json'), null), 'usage', /is a bare model/);
  });

  test('flags that do not apply to a bundle are refused', async (t) => {
    await assertRefuses(openModel(bundle(t), flags), 'usage', /is a bundle/, /drop these flags/);
  });

  test('both forms of a model that lies in two are there to choose from', async (t) => {
    const folder = modelFolder(t);
    writeFileSync(join(folder, 'saved_model.pb'), 'graph');
    const { manifest } = await openModel(folder, flags);
    assert.deepEqual(manifest.formats, { 'saved-model': '.', 'layers-model': 'model.json' });
  });

  test('what else lies in a SavedModel’s folder is none of its business, nor is the folder’s name', async (t) => {
    const folder = join(temporaryFolder(t), 'first');
    mkdirSync(folder);
    writeFileSync(join(folder, 'saved_model.pb'), 'graph');
    const { digest } = await openModel(folder, flags);
    writeFileSync(join(folder, 'NOTES.txt'), 'words');
    mkdirSync(join(folder, 'data.csv.aiops'));
    writeFileSync(join(folder, 'data.csv.aiops/results.jsonl.partial'), '');
    const opened = await openModel(folder, flags);
    assert.deepEqual(Object.keys(opened.manifest.sha256), ['saved_model.pb']);
    writeFileSync(join(folder, 'NOTES.txt'), 'other words');
    await checkSavedModel(opened);
    renameSync(folder, join(folder, '../second'));
    assert.equal((await openModel(join(folder, '../second'), flags)).digest, digest);
  });

  test('a signature is for SavedModels', async (t) => {
    const opening = openModel(modelFolder(t), { ...flags, signature: 'serve' });
    await assertRefuses(opening, 'usage', /--signature serve is for a SavedModel/);
  });

  test('what is neither is refused', async (t) => {
    await assertRefuses(openModel(temporaryFolder(t), flags), 'model', /is not a model bundle/);
    const readme = join(temporaryFolder(t), 'README.md');
    writeFileSync(readme, '# words');
    await assertRefuses(openModel(readme, flags), 'model', /is a file, but a model bundle is a folder/);
    await assertRefuses(openModel(join(temporaryFolder(t), 'no'), null), 'model', /there is no model at/);
  });

  test('a SavedModel that changes after it was opened is found', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'variables'));
    writeFileSync(join(folder, 'saved_model.pb'), 'graph');
    writeFileSync(join(folder, 'variables/variables.index'), 'index');
    const opened = await openModel(folder, flags);
    assert.equal(await checkSavedModel(opened), folder);
    writeFileSync(join(folder, 'variables/more'), 'x');
    await assertRefuses(checkSavedModel(opened), 'model', /no sha256 sum for variables\/more/);
  });
});
