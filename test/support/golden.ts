import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** Holds a text against a golden file; `UPDATE_GOLDEN=1 npm run test:unit` writes them anew, to be read in the diff. */
export function golden(name: string, actual: string): void {
  const path = new URL(`../../fixtures/golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual);
  assert.equal(actual, readFileSync(path, 'utf8'));
}
