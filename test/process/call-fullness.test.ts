import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { linearModel, writeBundle } from '../support/bundles.js';
import { recording, temporaryFolder, type Finished } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { bundleFolder } from '../support/examples.js';
import { whyNoNative } from '../support/native.js';

const SLICE = [recording('service-day.csv'), '--to', '2018-04-30T01:10:00Z', '--block', '1'];
const PLAIN = [
  '--model',
  bundleFolder('lstm-forecast'),
  '--backend',
  'node',
  '--actors',
  '1',
  '--compare',
  'none',
  '--out',
  'out',
];

describe('padded calls on native TensorFlow', { skip: await whyNoNative() }, () => {
  test('minutes of one item advise batches of 8, which are fuller, but not in the same run', async (t) => {
    const cwd = temporaryFolder(t);
    const replay = (...flags: readonly string[]): Promise<Finished> =>
      callCli(['replay', ...SLICE, ...PLAIN, ...flags], { cwd });
    const summary = (): RunSummary =>
      JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;

    const { status, stdout, stderr } = await replay();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^calls +padded to 128 items, 0\.781 % full$/m);
    assert.match(stdout, /--batch-size 8 makes them cheaper/);
    assert.deepEqual(summary().callFullness, { all: 1 / 128, alone: 1 / 128, advisedBatchSize: 8 });

    const again = await replay();
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /^calls +padded to 128 items, 0\.781 % full$/m, 'read back from timing.json');

    const refused = await replay('--batch-size', '8');
    assert.equal(refused.status, 78, refused.stderr);

    const fuller = await replay('--batch-size', '8', '--restart');
    assert.equal(fuller.status, 0, fuller.stderr);
    assert.doesNotMatch(fuller.stdout, /makes them cheaper/);
    assert.deepEqual(summary().callFullness, { all: 1 / 8, alone: 1 / 8, advisedBatchSize: null });
  });

  test('a model that itself takes 128 items per call is not advised to take fewer', async (t) => {
    const cwd = temporaryFolder(t);
    const model = linearModel([3], [[1], [2], [3]], { batch: 128 });
    const input = { columns: 'each', window: 3, shape: '[window]', normalize: { kind: 'none' } };
    writeBundle(join(cwd, 'bundle'), { model, input, output: { kind: 'raw' } });
    const flags = ['--model', 'bundle', '--backend', 'node', '--actors', '1', '--compare', 'none'];
    const { status, stdout, stderr } = await callCli(['replay', ...SLICE, ...flags, '--out', 'out'], { cwd });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^calls +padded to 128 items/m);
    assert.doesNotMatch(stdout, /--batch-size/);
  });
});
