import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import type { Answers } from '#build/core/block.js';
import type { BackendName, ModelFormat } from '#build/core/types.js';
import { Solo } from '#build/pool/solo.js';
import { manifestText, openBundle } from '#build/model/bundle.js';
import { firstLines, recording, runCli, temporaryFolder } from './cli.js';
import { bundleFolder, goldenBlock, goldenCases, type GoldenCase } from './examples.js';
import { loadOf } from './fake-runtime.js';
import { native, whyNoNative } from './native.js';

/**
 * Of the largest number of an answer. Another library, and another format, adds up in another order; the most
 * that was found is 4.3e-6.
 */
export const TOLERANCE = 1e-5;

export const noNative = await whyNoNative();

export const COMBINATIONS: readonly { readonly backend: BackendName; readonly format: ModelFormat }[] = [
  { backend: 'node', format: 'saved-model' },
  { backend: 'node', format: 'graph-model' },
  { backend: 'node', format: 'layers-model' },
  { backend: 'wasm', format: 'graph-model' },
  { backend: 'wasm', format: 'layers-model' },
];
const skipOn = (backend: BackendName): string | false => (backend === 'node' ? noNative : false);

function checkAnswers(golden: readonly GoldenCase[], { scores, anomalies, outputs }: Answers) {
  assert.ok(outputs !== null);
  for (const [i, { name, output, score, anomaly }] of golden.entries()) {
    const allowed = TOLERANCE * Math.max(...output.map(Math.abs));
    const found = outputs.values.subarray(outputs.offsets[i], outputs.offsets[i + 1]);
    assert.equal(found.length, output.length, name);
    for (const [k, expected] of output.entries()) {
      assert.ok(Math.abs(found[k]! - expected) <= allowed, `${name}, ${k}: ${found[k]!}, not ${expected}`);
    }
    // No error measure moves by more than the largest move of what it compares, but for its own rounding.
    const moved = allowed + 2 ** -23 * score;
    assert.ok(Math.abs(scores[i]! - score) <= moved, `${name}: ${scores[i]!}, not ${score}`);
    assert.equal(anomalies[i] === 1, anomaly, name);
  }
}

/** Every format of a bundle on every backend that runs it, in real actors, against the Python that trained it. */
export function suiteOfFormats(name: string): void {
  suite(`${name} in all formats: outputs, scores and verdicts of the Python that trained it`, () => {
    const golden = goldenCases(name);
    for (const { backend, format } of COMBINATIONS) {
      test(`${format} on ${backend}`, { skip: skipOn(backend) }, async (t) => {
        const bundle = await openBundle(bundleFolder(name));
        const model = { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) } as const;
        const load = { ...loadOf(), model, backend, modelFormat: format, native };
        const solo = new Solo({ load, log: () => undefined, timeoutMs: 60_000 });
        t.after(() => solo.stop());
        const ready = await solo.start();
        assert.deepEqual([ready.backend.name, ready.model.format], [backend, format]);
        const minute = goldenBlock(golden, ready.input.window);
        for (const style of ['batched', 'per-item'] as const) {
          checkAnswers(golden, (await solo.run(minute, { style, lines: null, outputs: true })).answers);
        }
      });
    }
  });
}

/** Minutes of 25 services with the LSTM's columns, so that every number of actors cuts them in another way. */
function servicesCsv(columns: readonly string[], mean: readonly number[], std: readonly number[]): string {
  const lines = [`timestamp,target,${columns.join(',')}`];
  for (let minute = 0; minute < 70; minute++) {
    for (let service = 0; service < 25; service++) {
      const values = mean.map(
        (level, k) => level + (std[k] ?? 0) * 2 * Math.sin(minute * (k + 1) + service * service),
      );
      const time = new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
      lines.push(`${time},s${service},${values.join(',')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Results of a bundle on native TensorFlow, however many actors share a minute. */
export function testBytesOnNode(name: string, actorCounts: readonly string[]): void {
  test(`${name} on node gives the same bytes for any number of actors`, { skip: noNative }, async (t) => {
    const cwd = temporaryFolder(t);
    const { manifest } = await openBundle(bundleFolder(name));
    const { columns, normalize } = manifest.input;
    let input = join(cwd, 'day.csv');
    writeFileSync(input, firstLines(recording('real-day.csv'), 1 + 10 * 120));
    if (columns !== 'each' && normalize.kind === 'zscore' && 'mean' in normalize) {
      input = join(cwd, 'services.csv');
      writeFileSync(input, servicesCsv(columns, normalize.mean, normalize.std));
    }
    const results = async (...flags: readonly string[]): Promise<Buffer> => {
      const on = ['--backend', 'node', '--model', bundleFolder(name), '--compare', 'none', '--full-output'];
      const out = flags.join('-');
      const finished = await runCli(['replay', input, ...on, ...flags, '--out', out], { cwd });
      assert.equal(finished.status, 0, finished.stderr);
      return readFileSync(join(cwd, out, 'results.jsonl'));
    };
    const one = await results('--actors', '1');
    for (const actors of actorCounts) {
      assert.ok(one.equals(await results('--actors', actors)), `${actors} actors differ`);
    }
    assert.ok(one.equals(await results('--mode', 'sequential')), 'sequential differs');
  });
}
