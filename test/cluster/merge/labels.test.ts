import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';

import { partsFolder } from '#build/cluster/run-layout.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';

import { temporaryFolder } from '../../support/cli.js';
import { cutRun, runLocally, writePart, type CutRun } from '../../support/cut-run.js';
import { assertLocalBytes, FLIPPED, merged, writeParts } from '../../support/merging.js';
import { readSummary } from '../../support/run-files.js';
import { configFor } from '../../support/slicing.js';

/* The file in which a merge keeps the counts of labelled records of its slices. */

const MINUTES = 70;
const FORMATS = ['jsonl', 'csv'] as const;
type Format = (typeof FORMATS)[number];
const local: Partial<Record<Format, ReplayConfig>> = {};
const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));

before(async () => {
  const input = join(folder, 'data.csv');
  const rows = Array.from({ length: MINUTES }, (_, minute) => {
    const at = new Date(minute * 60_000).toISOString();
    return `${at},a,${Math.sin(minute)},${minute % 5 === 2 ? 1 : 0}\n`;
  });
  writeFileSync(input, `timestamp,target,value,label\n${rows.join('')}`);
  for (const format of FORMATS) {
    local[format] = await runLocally(configFor([input], join(folder, format), { resultsFormat: format }));
  }
});

function cut(t: TestContext, slices: number, format: Format = 'jsonl'): Promise<CutRun> {
  return cutRun(local[format]!, slices, join(temporaryFolder(t), 'merged'));
}

test('a part without counts of labelled records is set aside', async (t) => {
  const run = await cut(t, 2);
  await writePart(run, 1, 'a', { hasLabels: false });
  const { outcome, notices } = await merged(run);
  assert.deepEqual(outcome, { kind: 'incomplete', missing: [1, 2] });
  assert.match(notices[0] ?? '', /slice 1 must run again: it has no counts of labelled records/);
});

for (const [name, lose] of Object.entries({ lost: rmSync, flipped: FLIPPED })) {
  test(`figures on labels are read from the results if the file of the last commit is ${name}`, async (t) => {
    for (const format of FORMATS) {
      const run = await cut(t, 4, format);
      const { out } = run.config.output;
      await writeParts(run, [1, 2]);
      await merged(run);
      const sum = join(partsFolder(out), 'labels-2.jsonl');
      lose(sum);
      await writeParts(run, [3]);
      const { notices } = await merged(run);
      assert.ok(notices[0]?.startsWith(`${sum} is missing or damaged: `), notices[0]);
      await writeParts(run, [4]);
      assert.equal((await merged(run)).outcome.kind, 'complete');
      assertLocalBytes(run);
      const { labels } = readSummary(join(folder, format));
      assert.ok(labels !== null);
      assert.deepEqual(readSummary(out).labels, format === 'jsonl' ? labels : null);
    }
  });
}

test('a complete merge whose timing.json is lost reports again, with figures on labels from the results', async (t) => {
  const run = await cut(t, 2);
  const { out } = run.config.output;
  await writeParts(run, [1, 2]);
  await merged(run);
  const { labels } = readSummary(out);
  rmSync(join(out, 'timing.json'));
  assert.equal((await merged(run)).outcome.kind, 'complete');
  assert.deepEqual(readSummary(out).labels, labels);
  assert.ok(!readdirSync(out).includes('parts'));
});
