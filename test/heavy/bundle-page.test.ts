/** The commands of "From a trained model to a bundle" in docs/bundle.md, as the page has them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';

import { ROOT, runCli, runShell, temporaryFolder, type Finished } from '../support/cli.js';
import { ownPythonWith, type Installed } from '../support/installed-packages.js';
import { fencedBlocks, sectionOf } from '../support/markdown.js';
import { whyNoNative } from '../support/native.js';

const INSTALL = "tensorflowjs 'ydf<0.13' scikit-learn";
const trainer = await ownPythonWith(['tensorflow', 'keras>=3', 'sklearn'], INSTALL);
const converter = await ownPythonWith(
  ['tensorflow', 'keras>=3', 'sklearn', 'tensorflowjs', 'tf_keras'],
  INSTALL,
);
const noNative = await whyNoNative();

const page = readFileSync(join(ROOT, 'docs/bundle.md'), 'utf8');
const section = sectionOf(page, '## From a trained model to a bundle');
const [EXPORT = '', WRAP = ''] = fencedBlocks(section, 'python');
const [RUN = '', CONVERT = ''] = fencedBlocks(section, 'sh');
const [, CONVERT_H5 = ''] = /`(tensorflowjs_converter --input_format=keras [^`]+)`/.exec(section) ?? [];

/** Writes a recording of 240 minutes with a spike, and defines what the page assumes except `model`. */
const PREPARE = `
import numpy as np, keras
from sklearn.preprocessing import StandardScaler
keras.utils.set_random_seed(3)
layers = keras.layers
records = np.random.default_rng(3).normal([20, 5e8], [3, 4e7], (240, 2))
scaler = StandardScaler().fit(records)
records[150:153, 0] += 60
with open("data.csv", "w") as file:
    print("timestamp,target,cpu,mem", file=file)
    for minute, (cpu, mem) in enumerate(records.tolist()):
        print(1700000040 + 60 * minute, "host-1", cpu, mem, sep=",", file=file)
windows = np.stack([records[i : i + 10] for i in range(231)])
scaled = np.stack([scaler.transform(window) for window in windows])
`;

const LSTM = `[layers.Input((10, 2)), layers.LSTM(8), layers.RepeatVector(10),
    layers.LSTM(8, return_sequences=True), layers.TimeDistributed(layers.Dense(2))]`;
const CONV = `[layers.Input((10, 2)), layers.Conv1D(8, 3, padding="same", activation="relu"),
    layers.Conv1D(2, 3, padding="same")]`;

const trained = (network: string): string => `
model = keras.Sequential(${network})
model.compile("adam", "mse")
model.fit(scaled, scaled, epochs=3, verbose=0)
`;

/** Python's own score of each window. */
const SCORE = `
errors = model.predict(scaled, verbose=0) - scaled
json.dump(np.sqrt((errors**2).mean(axis=(1, 2))).tolist(), open("expected.json", "w"))
`;

const pathOf = (python: Installed): string => ('path' in python ? python.path : assert.fail());

const QUIET = { TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' };

async function runPython(cwd: string, python: Installed, ...parts: readonly string[]): Promise<void> {
  const env = { ...process.env, ...QUIET };
  await promisify(execFile)(pathOf(python), ['-c', parts.join('\n')], { cwd, env });
}

/** Runs commands with the scripts of a Python's packages, and without the network. */
async function runCommands(cwd: string, python: Installed, commands: string): Promise<Finished> {
  const PATH = dirname(pathOf(python)) + delimiter + (process.env['PATH'] ?? '');
  const done = await runShell(`set -e\n${commands}`, { cwd, env: { ...QUIET, PATH, PIP_NO_INDEX: '1' } });
  assert.equal(done.status, 0, done.stdout + done.stderr);
  return done;
}

/** Every row's score is Python's, and its verdict says whether that is above 3. */
function assertScores(t: TestContext, cwd: string, out: string): void {
  const expected = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8')) as number[];
  const rows = readFileSync(join(cwd, out, 'results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: string; score: number; anomaly: boolean })
    .filter(({ status }) => status !== 'warmup');
  assert.equal(rows.length, expected.length);
  let worst = 0;
  for (const [i, { score, anomaly }] of rows.entries()) {
    const own = expected[i]!;
    worst = Math.max(worst, Math.abs(score - own) / own);
    assert.equal(anomaly, own > 3, `row ${i}: ${score} for ${own}`);
  }
  assert.ok(worst < 1e-5, `scores differ by ${worst}`);
  t.diagnostic(`scores differ by at most ${worst} of Python's`);
  const flagged = rows.filter(({ anomaly }) => anomaly).length;
  assert.ok(flagged > 0 && flagged < 20, `${flagged} anomalies`);
}

const onWasm = async (cwd: string): Promise<void> => {
  const flags = ['--model', 'my-model-wasm', '--backend', 'wasm', '--out', 'wasm', '--compare-time', '300ms'];
  const { status, stderr } = await runCli(['replay', 'data.csv', ...flags], { cwd });
  assert.equal(status, 0, stderr);
};

suite('docs/bundle.md with Keras 3', { skip: noNative === false ? trainer.skip : noNative }, () => {
  test('an LSTM autoencoder gives the scores of Python on native TensorFlow', async (t) => {
    const cwd = temporaryFolder(t);
    await runPython(cwd, trainer, PREPARE, trained(LSTM), EXPORT, SCORE);
    const { stdout } = await runCommands(cwd, trainer, RUN);
    assert.match(stdout, /golden file: 20 items\nsaved-model on node +ok/);
    assertScores(t, cwd, 'data.csv.aiops');
  });

  test('a model of two inputs is wrapped', async (t) => {
    const cwd = temporaryFolder(t);
    const two = `
parts = [keras.Input((60, 2)), keras.Input((60, 1))]
model = keras.Model(parts, layers.Dense(3)(layers.Flatten()(layers.Concatenate()(parts))))
`;
    const golden = `
import json
for_item = np.random.default_rng(4).normal(size=(5, 60, 3)).astype("float32")
with open("golden.jsonl", "w") as file:
    for item, output in zip(for_item, model.predict([for_item[:, :, :2], for_item[:, :, 2:]], verbose=0)):
        print(json.dumps({"values": item.tolist(), "output": output.tolist()}), file=file)
`;
    await runPython(cwd, trainer, PREPARE, two, WRAP, golden);
    const init = 'aiops-serve model init my-model --model-columns a,b,c';
    const { stdout } = await runCommands(cwd, trainer, `${init}\n${RUN.split('\n')[1]}`);
    assert.match(stdout, /golden file: 5 items\nsaved-model on node +ok/);
  });
});

suite('docs/bundle.md with tensorflowjs', { skip: converter.skip }, () => {
  test('a convolution becomes a graph-model that gives the scores of Python on wasm', async (t) => {
    const cwd = temporaryFolder(t);
    await runPython(cwd, converter, PREPARE, trained(CONV), EXPORT, SCORE);
    const { stdout } = await runCommands(cwd, converter, CONVERT);
    assert.match(stdout, /golden file: 20 items\n(.*\n)*graph-model on wasm +ok/);
    await onWasm(cwd);
    assertScores(t, cwd, 'wasm');
  });

  test('an LSTM of Keras 2 becomes a layers-model that gives the scores of Python on wasm', async (t) => {
    const cwd = temporaryFolder(t);
    const save = 'import json, os\nmodel.save("model.h5")\nos.mkdir("my-model")';
    const written = EXPORT.replace(/model\.export.*\n/, '');
    const keras2 = PREPARE.replace('keras\n', 'tf_keras as keras\n');
    await runPython(cwd, converter, keras2, trained(LSTM), save, written, SCORE);
    const [, , init = '', check = ''] = CONVERT.split('\n');
    const { stdout } = await runCommands(cwd, converter, [CONVERT_H5, init, check].join('\n'));
    assert.match(stdout, /golden file: 20 items\n(.*\n)*layers-model on wasm +ok/);
    await onWasm(cwd);
    assertScores(t, cwd, 'wasm');
  });
});
