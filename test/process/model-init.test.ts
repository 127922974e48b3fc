import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { parseManifest, type Manifest } from '#build/model/manifest.js';
import { linearModel, type ModelFiles } from '../support/bundles.js';
import { ROOT, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { bundleFolder } from '../support/examples.js';
import { whyNoNative } from '../support/native.js';

const noNative = await whyNoNative();

function folderOf(t: TestContext, model: ModelFiles, below = '.'): string {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(model)) {
    mkdirSync(dirname(join(folder, below, name)), { recursive: true });
    writeFileSync(join(folder, below, name), content);
  }
  return folder;
}

/** With an empty cache folder, so on wasm, which starts faster than native TensorFlow. */
const init = (cwd: string, ...args: readonly string[]): Promise<Finished> =>
  callCli(['model', 'init', ...args], { cwd, env: { XDG_CACHE_HOME: join(cwd, 'no cache') } });

const initOnNative = (cwd: string, ...args: readonly string[]): Promise<Finished> =>
  callCli(['model', 'init', ...args], { cwd });

function manifestIn(folder: string): Manifest {
  const path = join(folder, 'aiops-model.json');
  return parseManifest(JSON.parse(readFileSync(path, 'utf8')), path);
}

/** `[?, 3] → [?, 3]`: as many numbers as the item has. */
const autoencoder = linearModel(
  [3],
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
);

suite('aiops-serve model init', () => {
  test('describes a reconstruction by its shapes alone, and replay runs it', async (t) => {
    const cwd = folderOf(t, autoencoder);
    const { status, stdout, stderr } = await init(cwd, '.', '--name', 'mine');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^kind +reconstruction +an item of 3 × 1 returns 3 numbers$/m);
    assert.match(stdout, /^normalize +none +NOT KNOWN.*--scaler$/m);
    assert.match(stdout, /^threshold +none +NOT KNOWN/m);
    const { name, formats, seal, input, output } = manifestIn(cwd);
    assert.deepEqual(
      [name, formats, input.window, input.columns],
      ['mine', { 'layers-model': 'model.json' }, 3, 'each'],
    );
    assert.equal(output.kind, 'reconstruction');
    assert.match(seal ?? '', /^[0-9a-f]{64}$/);
    const input3 =
      'timestamp,target,v\n2024-01-01T00:00:00Z,a,1\n2024-01-01T00:01:00Z,a,2\n2024-01-01T00:02:00Z,a,3\n';
    const flags = [
      '--model',
      '.',
      '--backend',
      'wasm',
      '--out',
      '-',
      '--compare',
      'none',
      '--actors',
      '1',
      '--quiet',
    ];
    const replayed = await callCli(['replay', '-', ...flags], { cwd, input: input3 });
    assert.match(replayed.stdout, /"status":"ok","score":0,/, replayed.stderr);
  });

  test('a forecast has the window and its newest interval; columns, scaler and threshold are as given', async (t) => {
    const kernel = Array.from({ length: 8 }, (_, i) => [i, -i]);
    const cwd = folderOf(t, linearModel([4, 2], kernel), 'layers');
    writeFileSync(join(cwd, 'scaler.json'), '{"mean": [1, 2], "std": [3, 4]}');
    const flags = [
      '--model-columns',
      'cpu,mem',
      '--scaler',
      'scaler.json',
      '--threshold',
      '2',
      '--error',
      'mae',
    ];
    const { status, stderr } = await init(cwd, '.', ...flags);
    assert.equal(status, 0, stderr);
    const { formats, input, output } = manifestIn(cwd);
    assert.deepEqual(formats, { 'layers-model': 'layers/model.json' });
    assert.deepEqual([input.window, input.shape, input.columns], [5, '[window,columns]', ['cpu', 'mem']]);
    assert.deepEqual(input.normalize, { kind: 'zscore', mean: [1, 2], std: [3, 4] });
    assert.deepEqual(output, { kind: 'forecast', error: 'mae', threshold: 2 });
  });

  for (const [what, model, flags, message] of [
    [
      'names of columns',
      linearModel(
        [4, 2],
        Array.from({ length: 8 }, () => [1]),
      ),
      [],
      /names of 2 columns.*--model-columns/s,
    ],
    [
      'the kind of a single number with a threshold',
      linearModel([3], [[1], [1], [1]]),
      ['--threshold', '2'],
      /returns 1 number.*--output-kind/s,
    ],
    [
      'the class of the anomaly',
      linearModel(
        [3],
        Array.from({ length: 3 }, () => [1, 2, 3, 4]),
        { activation: 'softmax' },
      ),
      [],
      /returns 4 numbers, of a softmax.*--class N/s,
    ],
    ['a window of any length', linearModel([null], [[1]]), [], /its intervals.*--window/s],
    [
      'that a given window is a forecast’s',
      linearModel(
        [4, 2],
        Array.from({ length: 8 }, () => [1, 1]),
      ),
      ['--window', '4', '--model-columns', 'a,b'],
      /is a forecast.*--window 5/s,
    ],
  ] as const) {
    test(`asks for ${what}, shows the model and writes nothing`, async (t) => {
      const cwd = folderOf(t, model);
      const { status, stdout, stderr } = await init(cwd, '.', ...flags);
      assert.equal(status, 64, stderr);
      assert.match(stderr, message);
      assert.match(stdout, /^format +layers-model, model\.json\n +input /);
      assert.throws(() => manifestIn(cwd), { code: 'ENOENT' });
    });
  }

  for (const [what, units, activation, flags, kind, why] of [
    ['a sigmoid', 1, 'sigmoid', [], 'probability', /GUESS: .* 1 number, of a sigmoid$/m],
    ['a softmax', 2, 'softmax', [], 'probability', /GUESS: .* of a softmax; the second is the anomaly’s$/m],
    ['a softmax with its class', 4, 'softmax', ['--class', '3'], 'probability', /GUESS: .* of a softmax$/m],
    ['a sigmoid for each value', 3, 'sigmoid', [], 'reconstruction', /an item of 3 × 1 returns 3 numbers$/m],
    ['one number', 1, 'linear', [], 'raw', /NOT KNOWN: .*for a score; .* --output-kind forecast --force$/m],
  ] as const) {
    test(`${what} is taken for ${kind}`, async (t) => {
      const kernel = Array.from({ length: 3 }, (_, i) => Array.from({ length: units }, (__, k) => i - k));
      const cwd = folderOf(t, linearModel([3], kernel, { activation }));
      const { status, stdout, stderr } = await init(cwd, '.', ...flags);
      assert.equal(status, 0, stderr);
      assert.match(stdout, why);
      assert.equal(manifestIn(cwd).output.kind, kind);
    });
  }

  test('a window that does not fit is refused, and nothing is written', async (t) => {
    const cwd = folderOf(t, autoencoder);
    const { status, stderr } = await init(cwd, '.', '--window', '7');
    assert.equal(status, 78);
    assert.match(stderr, /the window is 3/);
    assert.throws(() => manifestIn(cwd), { code: 'ENOENT' });
  });

  test('replaces a manifest only with --force', async (t) => {
    const cwd = folderOf(t, autoencoder);
    writeFileSync(join(cwd, 'aiops-model.json'), 'mine');
    const { status, stderr } = await init(cwd, '.');
    assert.equal(status, 73);
    assert.match(stderr, /exists already.*--force/s);
    assert.equal(readFileSync(join(cwd, 'aiops-model.json'), 'utf8'), 'mine');
    assert.equal((await init(cwd, '.', '--force')).status, 0);
    assert.equal(manifestIn(cwd).input.window, 3);
  });

  test('takes all formats of a folder', { skip: noNative }, async (t) => {
    const cwd = temporaryFolder(t);
    for (const part of ['graph', 'layers', 'saved_model'])
      cpSync(join(bundleFolder('lstm-forecast'), part), join(cwd, part), { recursive: true });
    const columns = ['--model-columns', 'a,b,c,d'];
    const { status, stdout, stderr } = await initOnNative(cwd, '.', ...columns);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^backend +node +loaded and checked$/m);
    const { formats, input, output } = manifestIn(cwd);
    assert.deepEqual(Object.keys(formats).sort(), ['graph-model', 'layers-model', 'saved-model']);
    assert.deepEqual([input.window, output.kind], [61, 'forecast']);
  });

  test('asks which of several outputs is scored', { skip: noNative }, async (t) => {
    const cwd = temporaryFolder(t);
    cpSync(join(ROOT, 'fixtures/models/four-signatures'), cwd, { recursive: true });
    const { status, stderr } = await initOnNative(cwd, '.');
    assert.equal(status, 64);
    assert.match(stderr, /above_one \[3\], pairs \[6\], total \[1\].*--output-name/s);
    assert.equal((await initOnNative(cwd, '.', '--output-name', 'total', '--output-kind', 'raw')).status, 0);
    assert.deepEqual(manifestIn(cwd).output, { kind: 'raw', name: 'total' });
  });
});
