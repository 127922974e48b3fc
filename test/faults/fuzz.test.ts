import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { FAULTS, faultCase, tally } from '../support/faults/amounts.js';
import { checkCase } from '../support/fuzz/check-case.js';
import { fuzzCorpus } from '../support/fuzz/corpus.js';
import { fuzzCase, type FuzzCase } from '../support/fuzz/fuzz-case.js';
import { Watchdog } from '../support/fuzz/watchdog.js';

const corpus = fuzzCorpus();
/** What inputs of at most 256 KiB leave behind, however many they are. */
const MOST_GROWTH_BYTES = 256 * 2 ** 20;

test(`the reader keeps its account of any input (seed ${FAULTS.seed})`, async (t) => {
  const watchdog = new Watchdog(FAULTS.seed);
  const sum = { accepted: 0, rejected: 0, refused: 0 };
  let warmBytes = 0;
  for (let index = 0; index < FAULTS.cases; index++) {
    watchdog.begin(index);
    if (index === Math.floor(FAULTS.cases / 5)) warmBytes = maxRssBytes();
    await faultCase('faults/fuzz', index, 'an input of the fuzzer', async () => {
      const given = fuzzCase(FAULTS.seed, index, corpus);
      try {
        const { accepted, rejected, isRefused } = await checkCase(given);
        sum.accepted += accepted;
        sum.rejected += rejected;
        sum.refused += isRefused ? 1 : 0;
      } catch (error) {
        throw new Error(`${String(error)}\nits input is in ${kept(given, index)}`, { cause: error });
      }
    });
  }
  watchdog.end();
  const grownBytes = maxRssBytes() - warmBytes;
  assert.ok(grownBytes < MOST_GROWTH_BYTES, `memory grew by ${grownBytes} bytes after a fifth of the inputs`);
  tally('inputs fuzzed', FAULTS.cases);
  t.diagnostic(
    `${FAULTS.cases} inputs, ${sum.refused} refused; ${sum.accepted} records accepted, ${sum.rejected} rejected`,
  );
});

/** Writes the input of a failed case, and how it was read, to the temporary folder. */
function kept({ input, options }: FuzzCase, index: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'aiops-fuzz-'));
  writeFileSync(join(folder, `${FAULTS.seed}-${index}`), input);
  writeFileSync(join(folder, 'options.json'), JSON.stringify(options));
  return folder;
}

function maxRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
