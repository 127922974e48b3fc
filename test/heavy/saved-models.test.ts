/** SavedModels as Python wrote them (scripts/model/signatures.py), without a manifest. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';
import { ROOT, runCli, temporaryFolder, type Finished } from '../support/cli.js';
import { whyNoNative } from '../support/native.js';

const model = (name: string): string => join(ROOT, 'fixtures/models', name);

/** Three minutes of one target: a window of 3 has one item, [1, 2, −3]. */
const RECORDING = `timestamp,target,v
2024-01-01T00:00:00Z,a,1
2024-01-01T00:01:00Z,a,2
2024-01-01T00:02:00Z,a,-3
`;

interface Replayed extends Finished {
  readonly cwd: string;
  readonly last: () => Readonly<Record<string, unknown>>;
}

async function replay(t: TestContext, ...flags: readonly string[]): Promise<Replayed> {
  const cwd = temporaryFolder(t);
  const finished = await runCli(
    ['replay', '-', '--out', 'out', '--compare', 'none', '--actors', '1', '--full-output', ...flags],
    { cwd, input: RECORDING },
  );
  const last = (): Readonly<Record<string, unknown>> => {
    const lines = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
    return JSON.parse(lines.at(-1) ?? '') as Readonly<Record<string, unknown>>;
  };
  return { ...finished, cwd, last };
}

suite('bare SavedModels', { skip: await whyNoNative() }, () => {
  test('serving_default is used unless a signature is named; outputs of any rank are named and flattened', async (t) => {
    const { status, stderr, stdout, last, cwd } = await replay(
      t,
      '--model',
      model('four-signatures'),
      '--window',
      '3',
    );
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /INT64/); // above_one is one
    // above_one [3], pairs [3, 2], total []: by name, each row by row.
    assert.deepEqual(last()['output'], [0, 1, 0, 1, -1, 2, -2, -3, 3, 0]);
    assert.equal(last()['score'], null);
    assert.match(stdout, /outputs +above_one \[3\], pairs \[6\], total \[1\]/);
    const summary = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
    assert.deepEqual(
      summary.model.outputs.map(({ name, size }) => [name, size]),
      [
        ['above_one', 3],
        ['pairs', 6],
        ['total', 1],
      ],
    );
    assert.equal(summary.backend.name, 'node');
  });

  test('a named signature', async (t) => {
    const flags = [
      '--model',
      model('four-signatures'),
      '--window',
      '3',
      '--signature',
      'last',
      '--threshold',
      '-5',
    ];
    const { status, stderr, last } = await replay(t, ...flags);
    assert.equal(status, 0, stderr);
    assert.deepEqual([last()['score'], last()['anomaly'], last()['output']], [-3, true, [-3]]);
  });

  test('the only signature is used, whatever its name; --model may name the file', async (t) => {
    for (const path of ['one-signature', 'one-signature/saved_model.pb']) {
      const { status, stderr, last } = await replay(t, '--model', model(path), '--window', '3');
      assert.equal(status, 0, stderr);
      assert.deepEqual(last()['output'], [-3]);
    }
  });

  test('NaN in an output is an error of that item', async (t) => {
    const flags = ['--model', model('four-signatures'), '--window', '3', '--signature', 'logarithm'];
    const { status, last } = await replay(t, ...flags);
    assert.equal(status, 3);
    assert.deepEqual([last()['status'], last()['errno']], ['error', 'non_finite_output']);
  });

  for (const [what, flags, message] of [
    [
      'a signature that is not there',
      ['--window', '3', '--signature', 'nope'],
      /no signature nope, only last, logarithm, serving_default, two_inputs/,
    ],
    [
      'a signature of two inputs',
      ['--window', '3', '--signature', 'two_inputs'],
      /has 2 inputs \(float32, float32\)/,
    ],
    [
      'another window',
      ['--window', '4'],
      /items of shape \[\?,4\], but the saved-model of four-signatures \(signature serving_default\) takes \[\?,3\]/,
    ],
    [
      'a threshold with several outputs',
      ['--window', '3', '--threshold', '1'],
      /outputs above_one \[3\], pairs \[6\], total \[1\], but the manifest names none/,
    ],
    ['wasm', ['--window', '3', '--backend', 'wasm'], /wasm backend does not support the saved-model/],
  ] as const) {
    test(`refused before the first minute: ${what}`, async (t) => {
      const { status, stderr } = await replay(t, '--model', model('four-signatures'), ...flags);
      assert.equal(status, 78, stderr);
      assert.match(stderr, message);
    });
  }
});

suite('flags of a bare model', () => {
  for (const [what, flags, status, message] of [
    ['none at all', ['--model', model('one-signature')], 64, /is a bare model.*--window N/s],
    [
      'no window',
      ['--model', model('one-signature'), '--normalize', 'none'],
      64,
      /--normalize describes a bare model, .*--window/,
    ],
    ['no model', ['--window', '3'], 64, /--window describes a bare --model/],
    ['a bundle', ['--model', join(ROOT, 'fixtures/bundles/builtin'), '--window', '3'], 64, /is a bundle/],
    [
      'a word that is none',
      ['--model', 'x', '--window', '3', '--normalize', 'median'],
      64,
      /Expected none, window-zscore/,
    ],
    [
      'a number that is none',
      ['--model', 'x', '--window', '3', '--threshold', '0x10'],
      64,
      /Expected a number/,
    ],
  ] as const) {
    test(`${what}: status ${status}`, async (t) => {
      const finished = await replay(t, ...flags);
      assert.equal(finished.status, status, finished.stderr);
      assert.match(finished.stderr, message);
    });
  }
});
