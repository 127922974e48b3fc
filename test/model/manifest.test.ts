import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { itemWidth, manifestJsonSchema, parseManifest, seenIntervals } from '#build/model/manifest.js';
import type { ManifestJson } from '../support/bundles.js';
import { ROOT } from '../support/cli.js';
import { refusal } from '../support/refusals.js';

const SUM = 'a'.repeat(64);

function manifest(
  changes: { input?: ManifestJson; output?: ManifestJson; top?: ManifestJson } = {},
): unknown {
  return {
    name: 'm',
    version: '1',
    formats: { 'layers-model': 'model.json' },
    sha256: { 'model.json': SUM },
    input: { columns: 'each', window: 60, shape: '[window]', normalize: { kind: 'none' }, ...changes.input },
    output: changes.output ?? { kind: 'raw' },
    ...changes.top,
  };
}

const refused = (json: unknown, message: RegExp): void => {
  assert.throws(
    () => parseManifest(json, '/b/aiops-model.json'),
    refusal('model', [message, /^\/b\/aiops-model\.json is not a valid model manifest: /], /./),
  );
};

suite('manifest', () => {
  test('fills in defaults', () => {
    const { input, output } = parseManifest(
      manifest({ input: { normalize: { kind: 'window-robust' } }, output: { kind: 'reconstruction' } }),
      'm',
    );
    assert.equal(input.missing, 'hold');
    assert.deepEqual(input.normalize, {
      kind: 'window-robust',
      madScale: 1.4826,
      spreadFloor: 0.1,
      levelFloor: 1e-10,
    });
    assert.deepEqual(output, { kind: 'reconstruction', error: 'rmse', over: 'window' });
  });

  test('the built-in bundle has a valid one', () => {
    const path = join(ROOT, 'fixtures/bundles/builtin/aiops-model.json');
    const { input } = parseManifest(JSON.parse(readFileSync(path, 'utf8')), path);
    assert.equal(input.window, 60);
    assert.equal(itemWidth(input), 1);
  });

  test('refuses unknown keys, but for description and notes', () => {
    refused(manifest({ top: { licence: 'MIT' } }), /at the top: Unrecognized key: "licence"/);
    refused(manifest({ input: { windw: 3 } }), /input: Unrecognized key: "windw"/);
    parseManifest(manifest({ top: { description: 'x', notes: { any: ['thing'] }, $schema: 's' } }), 'm');
  });

  test('names each wrong place and what was expected there', () => {
    refused(manifest({ input: { window: '60' } }), /input\.window: .*expected number, received string/);
    refused(manifest({ input: { window: 0 } }), /input\.window: .*>=1/);
    refused(
      manifest({ input: { columns: 'all' } }),
      /input\.columns: expected "each" or a list of different column names/,
    );
    refused(manifest({ input: { columns: ['a', 'a'] } }), /input\.columns: expected/);
    refused(manifest({ input: { shape: '[60]' } }), /input\.shape: .*"\[window\]"/);
    refused(manifest({ input: { normalize: { kind: 'robust' } } }), /input\.normalize\.kind: /);
    refused(manifest({ output: { kind: 'forecast', threshold: 'high' } }), /output\.threshold: /);
    refused(manifest({ top: { formats: {} } }), /formats: expected at least one of/);
    refused(
      manifest({ top: { sha256: { 'model.json': 'abc' } } }),
      /sha256\.model\.json: expected 64 hexadecimal/,
    );
    refused(manifest({ top: { name: 1, version: 2 } }), /name: .*; version: /);
    refused([], /at the top: /);
    refused(null, /at the top: /);
  });

  test('refuses what does not fit together', () => {
    const columns = ['cpu', 'mem'];
    refused(manifest({ input: { columns } }), /input\.shape: expected "\[window,columns\]".* 2 columns/);
    const two = { columns, shape: '[window,columns]' };
    refused(
      manifest({ input: { ...two, normalize: { kind: 'zscore', mean: [1, 2], std: [1] } } }),
      /input\.normalize\.std: expected 2 numbers, one for each column of an item, found 1/,
    );
    refused(
      manifest({ input: { ...two, normalize: { kind: 'minmax', min: [0, 5], max: [1, 4] } } }),
      /input\.normalize\.max\[1\]: expected at least min \(5\), found 4/,
    );
    refused(
      manifest({ input: { window: 1 }, output: { kind: 'forecast' } }),
      /input\.window: expected at least 2/,
    );
  });

  test('a scaler is the same for all targets, or in a file', () => {
    const perTarget = { kind: 'minmax', per: 'target', file: 'scalers.csv' };
    const { normalize } = parseManifest(manifest({ input: { normalize: perTarget } }), 'm').input;
    assert.deepEqual(normalize, perTarget);
    const named = { kind: 'zscore', per: 'column', mean: [1], std: [2] };
    assert.deepEqual(parseManifest(manifest({ input: { normalize: named } }), 'm').input.normalize, named);
    for (const [normalize, message] of [
      [{ ...named, per: 'target' }, /input\.normalize\.file: /],
      [{ ...perTarget, mean: [1] }, /input\.normalize: .*mean/],
      [{ ...perTarget, per: 'host' }, /input\.normalize\.per: /],
      [{ kind: 'window-zscore', per: 'target' }, /input\.normalize: .*per/],
    ] as const)
      refused(manifest({ input: { normalize } }), message);
  });

  test('a forecast does not see its newest interval', () => {
    assert.equal(seenIntervals(parseManifest(manifest({ output: { kind: 'forecast' } }), 'm')), 59);
    assert.equal(seenIntervals(parseManifest(manifest(), 'm')), 60);
  });

  test('the shipped JSON Schema is the current one (scripts/write-schema.mjs)', () => {
    const shipped: unknown = JSON.parse(readFileSync(join(ROOT, 'schema/aiops-model.schema.json'), 'utf8'));
    assert.deepEqual(shipped, JSON.parse(JSON.stringify(manifestJsonSchema())));
  });
});
