import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';

import { importAnalyzer } from '#build/actor/analyzer-module.js';
import { loadRuntime, type Runtime } from '#build/actor/load-runtime.js';
import type { AnalyzerContext } from '#build/model/analyzer.js';
import type { LoadRequest } from '#build/protocol/messages.js';
import { analyzerItem, linearModel, writeBundle } from '../support/bundles.js';
import { temporaryFolder } from '../support/cli.js';
import { loadOf } from '../support/fake-runtime.js';
import { assertRefuses } from '../support/refusals.js';

const CONTEXT: AnalyzerContext = {
  params: { a: 'b' },
  measure: (_phase, work) => work(),
  loadBundle: () => Promise.reject(new Error('not asked for')),
  file: () => Promise.reject(new Error('not asked for')),
};

function moduleOf(t: TestContext, source: string): string {
  const path = join(temporaryFolder(t), 'mine.mjs');
  writeFileSync(path, source);
  return path;
}

/** A module that creates `analyzer`, given as source text. */
const creating = (analyzer: string): string => `export const createAnalyzer = (context) => (${analyzer});`;
const PREDICT = 'predict: (items) => items.map(() => ({ score: 1, anomaly: null, output: [] }))';

suite('importAnalyzer', () => {
  test('what a module does not say has a default', async (t) => {
    const module = await importAnalyzer(moduleOf(t, creating(`{ window: 3, ${PREDICT} }`)), CONTEXT);
    assert.deepEqual(module.input, { window: 3, columns: 'each', missing: 'hold' });
    assert.deepEqual([module.name, module.version], ['mine', 'unversioned']);
    assert.match(module.moduleSum, /^[0-9a-f]{64}$/);
  });

  test('what it says is taken, and its setup may be asynchronous', async (t) => {
    const source = `export async function createAnalyzer({ params }) {
      await new Promise(setImmediate);
      return { name: 'n', version: params.a, window: 2, columns: ['x', 'y'], missing: 'zero', ${PREDICT} };
    }`;
    const module = await importAnalyzer(moduleOf(t, source), CONTEXT);
    assert.deepEqual(module.input, { window: 2, columns: ['x', 'y'], missing: 'zero' });
    assert.deepEqual([module.name, module.version], ['n', 'b']);
  });

  for (const [what, source, ...wanted] of [
    [
      'no JavaScript',
      'export const = 1',
      /cannot be imported: Unexpected token '='\n`node .*mine\.mjs` shows/,
    ],
    ['a missing import', "import './other.mjs'", /cannot be imported: .*other\.mjs/],
    ['nothing exported', 'const x = 1;', /does not export a function createAnalyzer, or anything else/],
    [
      'something else exported',
      'export const create = 1;',
      /only create$/m,
      /export function createAnalyzer/,
    ],
    [
      'setup that throws',
      "export const createAnalyzer = () => {\n throw new Error('no weights'); }",
      /fails in createAnalyzer: no weights \(file:.*mine\.mjs:2:\d+\)/,
    ],
    [
      'setup that rejects',
      "export const createAnalyzer = async () => { throw 'a text'; }",
      /createAnalyzer: a text/,
    ],
    ['no analyzer', creating('undefined'), /creates undefined instead of an analyzer/],
    ['no window', creating(`{ ${PREDICT} }`), /window is missing, expected a whole number from 1/],
    ['half a window', creating(`{ window: 1.5, ${PREDICT} }`), /window is 1\.5/],
    ['no predict', creating('{ window: 1 }'), /predict is missing, expected a function/],
    [
      'columns twice',
      creating(`{ window: 1, columns: ['a', 'a'], ${PREDICT} }`),
      /columns is \[ 'a', 'a' \]/,
    ],
    ['no columns', creating(`{ window: 1, columns: [], ${PREDICT} }`), /columns is \[\]/],
    ['an unknown policy', creating(`{ window: 1, missing: 'guess', ${PREDICT} }`), /missing is 'guess'/],
    ['a name that is none', creating(`{ window: 1, name: 7, ${PREDICT} }`), /name is 7, expected a text/],
    ['an unknown member', creating(`{ window: 1, colums: ['a'], ${PREDICT} }`), /unknown members: colums$/m],
    ['dispose that is none', creating(`{ window: 1, dispose: {}, ${PREDICT} }`), /dispose is \{\}/],
  ] as const) {
    test(`refuses ${what}`, async (t) => {
      const path = moduleOf(t, source);
      await assertRefuses(
        importAnalyzer(path, CONTEXT),
        'model',
        new RegExp(`the analyzer ${path}`),
        ...wanted,
      );
    });
  }

  test('refuses a missing file', async (t) => {
    const path = join(temporaryFolder(t), 'nowhere.mjs');
    await assertRefuses(importAnalyzer(path, CONTEXT), 'model', /cannot be read: ENOENT/, /--analyzer/);
  });
});

suite('an analyzer with bundles', () => {
  const input = { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } };

  /** Weighs the two minutes of a window with `kernel`. */
  function bundle(t: TestContext, ...kernel: readonly [number, number]): string {
    const model = linearModel([2], [[kernel[0]], [kernel[1]]]);
    return writeBundle(temporaryFolder(t), { model, input, output: { kind: 'raw' } });
  }

  const load = (module: string, request: Partial<LoadRequest> = {}): Promise<Runtime> =>
    loadRuntime({ ...loadOf(), model: { kind: 'analyzer', module }, ...request }, (_phase, work) => work());

  const SUM = `export async function createAnalyzer({ params, loadBundle }) {
    const models = [];
    for (const folder of params.folders.split(':')) models.push(await loadBundle(folder));
    return {
      window: models[0].window,
      async predict(items, call) {
        const all = [];
        for (const model of models) all.push(await model.predict(items, call));
        return items.map((_, i) => ({ score: all.reduce((s, answers) => s + answers[i].score, 0), anomaly: null, output: [] }));
      },
    };
  }`;

  test('answers with them, and is known by its text and by theirs', async (t) => {
    const module = moduleOf(t, SUM);
    const folders = `${bundle(t, 1, 0)}:${bundle(t, 0, 10)}`;
    const runtime = await load(module, { params: { folders } });
    const answers = await runtime.analyzer.predict([analyzerItem([3, 4])], { style: 'batched' });
    assert.deepEqual(answers, [{ score: 43, anomaly: null, output: [] }]);
    assert.equal(runtime.backend.name, 'wasm');
    assert.equal(runtime.model.format, 'analyzer');
    assert.deepEqual(
      runtime.model.bundles.map(({ name, format }) => [name, format]),
      [
        ['test', 'layers-model'],
        ['test', 'layers-model'],
      ],
    );
    assert.ok(runtime.warmupMs > 0);
    const { digest } = runtime.model;
    assert.equal((await load(module, { params: { folders } })).model.digest, digest);
    const others = `${bundle(t, 1, 0)}:${bundle(t, 0, 11)}`;
    assert.notEqual((await load(module, { params: { folders: others } })).model.digest, digest);
    const again = moduleOf(t, `${SUM}\n// a change`);
    assert.notEqual((await load(again, { params: { folders } })).model.digest, digest);
  });

  test('bundles may be loaded all at once: they are known by the order in which they were asked for', async (t) => {
    const module = moduleOf(
      t,
      SUM.replace(
        /const models = \[\];.*?\n.*?\n/s,
        `const models = await Promise.all(params.folders.split(':').map(loadBundle));\n`,
      ),
    );
    const folders = `${bundle(t, 1, 0)}:${bundle(t, 0, 10)}:${bundle(t, 5, 5)}`;
    const orders = new Set<string>();
    for (let run = 0; run < 5; run++) {
      const { model } = await load(module, { params: { folders } });
      orders.add(model.bundles.map(({ digest }) => digest).join());
    }
    assert.equal(orders.size, 1);
    assert.equal([...orders][0]?.split(',').length, 3);
  });

  test('predictions may overlap: each item gets the answer that it gets alone', async (t) => {
    const source = `export async function createAnalyzer({ params, loadBundle }) {
      const model = await loadBundle(params.folder);
      return {
        window: 2,
        async predict(items) {
          const middle = items.length >> 1;
          const halves = [items.slice(0, middle), items.slice(middle)].map((half) => model.predict(half));
          return (await Promise.all(halves)).flat();
        },
      };
    }`;
    const normalize = { kind: 'zscore', mean: [0], std: [2] };
    const parts = { model: linearModel([2], [[1], [0]]), input: { ...input, window: 3, normalize } };
    const output = { kind: 'forecast' };
    const folder = writeBundle(temporaryFolder(t), { ...parts, output });
    const runtime = await load(moduleOf(t, source.replace('window: 2', 'window: 3')), { params: { folder } });
    const items = Array.from({ length: 301 }, (_, i) => analyzerItem([i, 0, 3 * i]));
    const answers = await runtime.analyzer.predict(items, { style: 'batched' });
    // Foreseen i / 2, found 3 i / 2.
    assert.deepEqual(
      answers.map((answer) => ('score' in answer ? answer.score : null)),
      items.map((_, i) => i),
    );
  });

  test('refuses a bundle that is loaded after createAnalyzer', async (t) => {
    const folder = bundle(t, 1, 0);
    const source = `export const createAnalyzer = ({ loadBundle }) => ({
      window: 2,
      predict: async (items, call) => (await loadBundle(${JSON.stringify(folder)})).predict(items, call),
    });`;
    const { analyzer } = await load(moduleOf(t, source));
    const answers = (async () => analyzer.predict([analyzerItem([1, 2])], { style: 'batched' }))();
    await assertRefuses(answers, 'model', /after createAnalyzer has returned/, /await them there/);
  });

  test('the facts of the backend hold for all bundles', async (t) => {
    const declared = linearModel([2], [[1], [1]], { batch: 8 });
    const fixed = writeBundle(temporaryFolder(t), { model: declared, input, output: { kind: 'raw' } });
    for (const folders of [`${fixed}:${bundle(t, 1, 0)}`, `${bundle(t, 1, 0)}:${fixed}`]) {
      assert.equal((await load(moduleOf(t, SUM), { params: { folders } })).backend.batchSize, null);
    }
    const same = `${fixed}:${fixed}`;
    assert.equal((await load(moduleOf(t, SUM), { params: { folders: same } })).backend.batchSize, 8);
  });

  test('a bundle may lie beside the module', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'own'));
    const model = linearModel([2], [[1], [1]]);
    writeBundle(join(folder, 'own'), { model, input, output: { kind: 'raw' } });
    const path = join(folder, 'mine.mjs');
    const url = "new URL('./own/', import.meta.url)";
    writeFileSync(path, `export const createAnalyzer = ({ loadBundle }) => loadBundle(${url});`);
    const runtime = await load(path);
    assert.equal(runtime.model.name, 'test');
    assert.deepEqual(runtime.input, { window: 2, columns: 'each', missing: 'hold' });
  });

  test('a fault of a bundle is reported as it is without an analyzer', async (t) => {
    const params = { folders: temporaryFolder(t) };
    await assertRefuses(load(moduleOf(t, SUM), { params }), 'model', /is not a model bundle/);
  });

  test('without a bundle it computes in plain JavaScript, and --backend has no effect', async (t) => {
    const module = moduleOf(t, creating(`{ window: 1, ${PREDICT} }`));
    assert.equal((await load(module)).backend.name, 'js');
    const { notices } = await load(module, { backend: 'wasm' });
    assert.match(notices[0]?.text ?? '', /--backend wasm has no effect/);
  });
});

suite('an analyzer with files', () => {
  const load = (module: string, params: Readonly<Record<string, string>> = {}): Promise<Runtime> =>
    loadRuntime({ ...loadOf(), model: { kind: 'analyzer', module }, params }, (_phase, work) => work());

  /** Answers with the number in `weight.txt`. */
  const WEIGHT = `import { readFileSync } from 'node:fs';
    export async function createAnalyzer({ file }) {
      const weight = Number(readFileSync(await file('weight.txt'), 'utf8'));
      return { window: 1, predict: (items) => items.map(() => ({ score: weight, anomaly: null, output: [] })) };
    }`;

  test('finds them beside its module, and is known by their content', async (t) => {
    const module = moduleOf(t, WEIGHT);
    const weight = join(module, '../weight.txt');
    writeFileSync(weight, '7');
    const { analyzer, model } = await load(module);
    const answers = await analyzer.predict([analyzerItem([0])], { style: 'batched' });
    assert.deepEqual(answers, [{ score: 7, anomaly: null, output: [] }]);
    const sha256 = createHash('sha256').update('7').digest('hex');
    assert.deepEqual(model.files, [{ name: 'weight.txt', sha256 }]);
    writeFileSync(weight, '8');
    assert.notEqual((await load(module)).model.digest, model.digest);
    writeFileSync(weight, '7');
    assert.equal((await load(module)).model.digest, model.digest);
  });

  test('the order of asking, the form of a path and asking twice make no difference', async (t) => {
    const source = `export async function createAnalyzer({ file, params }) {
      await Promise.all(JSON.parse(params.files).map((name) => file(name.startsWith('file:') ? new URL(name) : name)));
      return { window: 1, ${PREDICT} };
    }`;
    const module = moduleOf(t, source);
    const folder = join(module, '..');
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'b'), 'b');
    writeFileSync(join(folder, 'sub/a'), 'a');
    const digests = new Set<string>();
    for (const files of [
      ['b', 'sub/a'],
      ['./sub/../sub/a', join(folder, 'b'), 'b'],
      [pathToFileURL(join(folder, 'sub/a')).href, 'b'],
    ]) {
      const { model } = await load(module, { files: JSON.stringify(files) });
      assert.deepEqual(
        model.files?.map(({ name }) => name),
        ['b', 'sub/a'],
      );
      digests.add(model.digest);
    }
    assert.equal(digests.size, 1);
    writeFileSync(join(folder, 'b'), 'a');
    writeFileSync(join(folder, 'sub/a'), 'b');
    const swapped = await load(module, { files: '["b", "sub/a"]' });
    assert.ok(!digests.has(swapped.model.digest), 'files whose contents were swapped');
  });

  test('refuses a file that is missing, is a folder, or changes while it is loaded', async (t) => {
    const module = moduleOf(t, WEIGHT);
    const weight = join(module, '../weight.txt');
    await assertRefuses(
      load(module),
      'model',
      /weight\.txt of the analyzer .*mine\.mjs cannot be read: ENOENT/,
    );
    mkdirSync(weight);
    await assertRefuses(load(module), 'model', /weight\.txt .* is not a regular file/);
    const changing = moduleOf(
      t,
      `import { writeFileSync } from 'node:fs';
      export async function createAnalyzer({ file }) {
        writeFileSync(await file('weight.txt'), 'longer');
        return { window: 1, ${PREDICT} };
      }`,
    );
    writeFileSync(join(changing, '../weight.txt'), '7');
    await assertRefuses(load(changing), 'model', /weight\.txt .* changed while the analyzer was loading it/);
  });

  test('refuses a file that is asked for after createAnalyzer', async (t) => {
    const source = `export const createAnalyzer = ({ file }) => ({
      window: 1,
      predict: async () => [await file('weight.txt')],
    });`;
    const { analyzer } = await load(moduleOf(t, source));
    const answers = (async () => analyzer.predict([analyzerItem([1])], { style: 'batched' }))();
    await assertRefuses(answers, 'model', /after createAnalyzer has returned/, /await them there/);
  });
});
