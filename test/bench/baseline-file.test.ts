import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readBaseline } from '#build/bench/baseline-file.js';
import { benchJson } from '#build/bench/report/bench-summary.js';

import { benchCase, benchSummary } from '../support/bench.js';
import { folderWith } from '../support/reading.js';
import { refusal } from '../support/refusals.js';

const summary = benchSummary([benchCase(() => 10)]);
const ofVersion = (version: string, changes: object = {}): string =>
  JSON.stringify({ ...summary, program: { name: 'aiops-serve', version }, ...changes });

test('a bench.json of this or another version is a baseline', async (t) => {
  const folder = await folderWith(t, { 'own.json': benchJson(summary), 'old.json': ofVersion('0.0.9') });
  const own = await readBaseline(`${folder}/own.json`);
  assert.deepEqual(
    own.cases[0]?.arms.map(({ name }) => name),
    summary.cases[0]?.arms.map(({ name }) => name),
  );
  assert.equal((await readBaseline(`${folder}/old.json`)).program.version, '0.0.9');
});

test('a file of another version without the figures is refused with both versions', async (t) => {
  const folder = await folderWith(t, { 'old.json': ofVersion('0.0.9', { cases: [{ items: 5 }] }) });
  await assert.rejects(
    readBaseline(`${folder}/old.json`),
    refusal('config', /old\.json.*0\.0\.9.*\d+\.\d+\.\d+.*cases\.0/),
  );
});

test('anything else is no baseline', async (t) => {
  const other = JSON.stringify({ ...summary, program: { name: 'another', version: '1' } });
  const texts = { 'cut.json': benchJson(summary).slice(0, 100), 'other.json': other, 'list.json': '[]' };
  const folder = await folderWith(t, texts);
  for (const name of Object.keys(texts)) {
    await assert.rejects(readBaseline(`${folder}/${name}`), { code: 'config' }, name);
  }
  await assert.rejects(readBaseline(`${folder}/none.json`), { code: 'input_missing' });
});
