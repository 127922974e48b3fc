import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { RunCompletion } from '#build/replay/resume/run-facts.js';
import { summarySum, writtenSummary } from '#build/replay/resume/read-summary.js';
import { summaryJson, type RunSummary } from '#build/replay/report/run-summary.js';

import { ROOT, temporaryFolder } from '../../support/cli.js';
import { assertRefuses } from '../../support/refusals.js';
import { runReport } from '../../support/run-report.js';

function written(folder: string, json: string): Promise<RunSummary | null> {
  writeFileSync(join(folder, 'timing.json'), json);
  return writtenSummary(folder, { summarySha256: summarySum(json) } as RunCompletion);
}

test('a timing.json reads back as it was written', async (t) => {
  const golden = readFileSync(join(ROOT, 'fixtures/golden/timing.json'), 'utf8');
  const { summary } = runReport(2, ['a']);
  for (const json of [golden, summaryJson(summary)]) {
    assert.deepEqual(await written(temporaryFolder(t), json), JSON.parse(json));
  }
});

test('a missing or edited timing.json counts for nothing', async (t) => {
  const folder = temporaryFolder(t);
  const completion = { summarySha256: summarySum('{}') } as RunCompletion;
  assert.equal(await writtenSummary(folder, completion), null);
  writeFileSync(join(folder, 'timing.json'), '{ }');
  assert.equal(await writtenSummary(folder, completion), null);
});

test('figures that were NaN are NaN again', async (t) => {
  const { summary } = runReport(2, ['a']);
  const json = summaryJson({ ...summary, utilization: NaN });
  assert.equal((await written(temporaryFolder(t), json))?.utilization, NaN);
});

test('a timing.json of another shape is refused with its path, and one that is no JSON', async (t) => {
  const { summary } = runReport(2, ['a']);
  const counts = { ...summary.counts, rows: '1' };
  const folder = temporaryFolder(t);
  await assertRefuses(
    written(folder, JSON.stringify({ ...summary, counts })),
    'config',
    /timing\.json: counts\.rows is not/,
    /--restart/,
  );
  await assertRefuses(written(folder, '{'), 'config', /timing\.json/);
});
