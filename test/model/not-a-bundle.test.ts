import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { openModel, type BareModelFlags } from '#build/model/bare-model.js';
import { sealManifest } from '#build/model/seal.js';
import { linearModel, writeBundle } from '../support/bundles.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { assertRefuses } from '../support/refusals.js';

const INPUT = { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } };
const BARE: BareModelFlags = {
  ...{ window: 2, columns: 'each', missing: 'hold', normalize: 'none', output: 'raw', signature: null },
  ...{ scaler: null, outputName: null, error: null, over: null, class: null },
};
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 8\n';

suite('paths that people give although no model can be loaded from them', () => {
  for (const [file, message, hint] of [
    ['m.keras', /is a Keras file/, /load_model\("m\.keras"\)\.export/],
    ['m.h5', /is a Keras 2 file/, /tensorflowjs_converter --input_format=keras m\.h5/],
    ['m.weights.h5', /the weights of a Keras model/, /load_weights\("m\.weights\.h5"\)/],
    ['forest.pkl', /pickled Python object/, /--analyzer python\.mjs --param model=\S+\/forest\.pkl /],
    ['forest.joblib', /pickled Python object/, /cp \S+\/examples\/python\.\* /],
    ['m.onnx', /is an ONNX model/, /onnxruntime-node; .* --analyzer onnx\.mjs --param model=\S+\/m\.onnx /],
    ['mine.mjs', /a JavaScript module/, /--analyzer \S+\/mine\.mjs$/],
    ['m.pt', /is a PyTorch file/, /torch\.onnx\.export/],
    ['m.tflite', /TensorFlow Lite/, /SavedModel/],
    ['m.zip', /is an archive/, /unpack it/],
    ['m.tar.gz', /is an archive/, /unpack it/],
    ['frozen.pb', /graph without its signatures/, /SavedModel/],
    ['notes.txt', /notes\.txt is a file/, /name a folder/],
  ] as const) {
    test(file, async (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, file), '');
      for (const flags of [null, BARE])
        await assertRefuses(openModel(join(folder, file), flags), 'model', message, hint);
      const inFolder = file === 'notes.txt' ? /it has no aiops-model\.json$/m : new RegExp(`only ${file}, a`);
      await assertRefuses(openModel(folder, null), 'model', inFolder);
    });
  }

  test('an empty folder', async (t) => {
    await assertRefuses(openModel(temporaryFolder(t), null), 'model', /it is empty$/m);
  });

  test('a folder of versions for TensorFlow Serving: names the newest', async (t) => {
    const folder = temporaryFolder(t);
    for (const version of ['2', '10', '11']) mkdirSync(join(folder, version));
    for (const version of ['2', '10'])
      cpSync(join(ROOT, 'fixtures/models/one-signature'), join(folder, version), { recursive: true });
    await assertRefuses(openModel(folder, null), 'model', /TensorFlow Serving/, /one version: .*\/10$/m);
  });

  test('Git LFS pointers in place of any of the files', async (t) => {
    const parts = { model: linearModel([2], [[3], [4]]), input: INPUT, output: { kind: 'raw' } };
    for (const file of ['aiops-model.json', 'model/model.json', 'model/weights.bin']) {
      const folder = writeBundle(temporaryFolder(t), parts);
      writeFileSync(join(folder, file), POINTER);
      for (const work of [() => openModel(folder, null), () => sealManifest(folder)])
        await assertRefuses(work(), 'model', new RegExp(`${file} is a Git LFS pointer`), /git lfs pull/);
    }
  });
});
