import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../cli.js';

/** Inputs that cases are made of: one of each kind, and every one that showed a bug. */
export function fuzzCorpus(): Buffer[] {
  const folder = join(ROOT, 'fixtures/fuzz');
  return readdirSync(folder)
    .filter((name) => name !== 'README.md')
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}
