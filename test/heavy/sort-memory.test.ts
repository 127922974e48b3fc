import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { TIME } from '#build/read/lines/roles.js';

import { CSV_PLAN } from '../support/csv-reading.js';
import { folderWith } from '../support/reading.js';

const HEADER = 'timestamp,target,value\n';

test('memory does not grow with what is sorted', async (t) => {
  const folder = await folderWith(t, {});
  const peakKiB = async (rows: number): Promise<number> => {
    const path = join(folder, `${rows}.csv`);
    const lines = Array.from(
      { length: rows },
      (_, i) =>
        `${new Date(Date.UTC(2024, 0, 1) + ((i * 7919) % rows) * 60_000).toISOString()},a target,${i}\n`,
    );
    await writeFile(path, HEADER + lines.join(''));
    const module = new URL(import.meta.resolve('#build/read/sort/sort-chunks.js')).href;
    const args = ['--max-semi-space-size=1', '--input-type=module', '--eval', CHILD, module, path, folder];
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  };
  const short = await peakKiB(400_000);
  const isFlat = (peak: number): boolean => peak < short * 1.3;
  let long = await peakKiB(1_600_000);
  // On a busy machine the collector may lag behind once; growth would show every time.
  for (let again = 0; again < 2 && !isFlat(long); again++) long = await peakKiB(1_600_000);
  assert.ok(isFlat(long), `16 MB: ${short} KiB, four times as long: ${long} KiB`);
});

/** Sorts in runs of 1 MiB; prints the peak of memory in KiB. */
const CHILD = `
  const [module, path, folder] = process.argv.slice(1);
  const { sortChunks } = await import(module);
  const { createReadStream, statSync } = await import('node:fs');
  const plan = ${JSON.stringify({ ...CSV_PLAN, header: ['timestamp', 'target', 'value'], timeField: 'timestamp' })};
  const options = { plan: { ...plan, roles: new Map([['timestamp', ${JSON.stringify(TIME)}]]) }, timezone: 'UTC', maxLineBytes: 1e6, folder, byteOffset: 0, isRereadable: false, limits: { runBytes: 2 ** 20, fanIn: 8 } };
  const { text } = await sortChunks(createReadStream(path), options);
  if (text.text.sizeBytes !== statSync(path).size) throw new Error('bytes were lost');
  console.log(process.resourceUsage().maxRSS);
`;
