/** Interleaved rounds: every command runs once per round, in an order that rotates, and its results are checked. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { measure } from './measured-process.mjs';
import { compareResults } from './same-results.mjs';

const FIGURES = ['wallMs', 'cpuMs', 'rssBytes', 'childrenRssBytes', 'innerMs', 'parts'];

/**
 * Runs all variants, each in a folder of its own under `folder`.
 *
 * @returns `runs` by key, with a list per figure and an entry per round; `largest`, the largest differences between
 *   scores of this program's first command and of the others
 * @throws Error if a command fails, or its results differ
 */
export async function takeRounds(variants, { rounds, folder, onRun }) {
  const runs = new Map(variants.map(({ key, title }) => [key, emptyRun(title)]));
  const results = new Results();
  for (let round = 0; round < rounds; round++) {
    const first = round % variants.length;
    for (const variant of [...variants.slice(first), ...variants.slice(0, first)]) {
      onRun(round, variant);
      const cwd = join(folder, variant.key.replaceAll(' ', '-'));
      rmSync(cwd, { recursive: true, force: true });
      mkdirSync(cwd);
      const { stdout, ...measured } = await measure(variant.command, { cwd, env: variant.env });
      const { ms: innerMs, parts } = variant.inner(cwd, stdout);
      const run = runs.get(variant.key);
      for (const name of FIGURES) run[name].push({ ...measured, innerMs, parts }[name]);
      if (variant.results !== null) results.add(variant, join(cwd, variant.results));
    }
    results.check();
  }
  return { runs, largest: results.largest };
}

function emptyRun(title) {
  return { title, ...Object.fromEntries(FIGURES.map((name) => [name, []])) };
}

/** Compares the results of a round's commands, and skips bytes that were compared before. */
class Results {
  largest = { absolute: 0, relative: 0 };
  #round = [];
  #compared = new Set();
  #expectedDigests = new Map();

  add(variant, file) {
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    this.#round.push({ variant, file, digest });
    if (variant.bytes === undefined) return;
    const expected = this.#expectedDigests.get(variant.bytes);
    if (expected === undefined) this.#expectedDigests.set(variant.bytes, digest);
    else if (expected !== digest)
      throw new Error(`${file}: ${variant.title} wrote other bytes than this program did before`);
  }

  check() {
    const expected = this.#round.find(({ variant }) => variant.bytes !== undefined);
    for (const { file, digest } of this.#round) {
      if (digest === expected.digest || this.#compared.has(digest)) continue;
      const found = compareResults(expected.file, file);
      this.#compared.add(digest);
      for (const kind of ['absolute', 'relative'])
        this.largest[kind] = Math.max(this.largest[kind], found[kind]);
    }
    this.#round = [];
  }
}
