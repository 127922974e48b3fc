import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { TFJS_NODE_VERSION } from '#build/host/native/recipe.js';
import { ROOT } from '../../support/cli.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
}

const json = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

test('the recipe, its npm packages and the optional dependency name the same version of tfjs-node', () => {
  assert.equal(
    (json('native/package.json') as Manifest).dependencies['@tensorflow/tfjs-node'],
    TFJS_NODE_VERSION,
  );
  assert.equal(
    (json('package.json') as Manifest).optionalDependencies['@tensorflow/tfjs-node'],
    TFJS_NODE_VERSION,
  );
});

test('every locked package has a checksum and no registry', () => {
  const { '': _root, ...packages } = (json('native/package-lock.json') as Lock).packages;
  assert.ok(Object.keys(packages).length > 100);
  for (const [path, { integrity, resolved }] of Object.entries(packages)) {
    assert.match(integrity ?? '', /^sha512-/, path);
    assert.equal(resolved, undefined, path);
  }
});
