import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { lineForm } from '#build/replay/line-form.js';

import { temporaryFolder } from '../support/cli.js';
import { assertRefuses } from '../support/refusals.js';
import { at, configFor, localRun } from '../support/slicing.js';

const INPUTS = ['a.csv', 'b.csv', 'c.csv'];
const OPENMETRICS = configFor(INPUTS, 'out', { resultsFormat: 'openmetrics' });

const targetLabels = (...targetFields: (readonly string[] | null)[]): readonly string[] | undefined =>
  lineForm(OPENMETRICS, { targetFields }).metrics?.labels.target;

for (const resultsFormat of ['openmetrics', 'victoriametrics'] as const) {
  test(`--out - has no place for ${resultsFormat}`, async () => {
    const command = (async () => configFor(INPUTS, '-', { resultsFormat }))();
    await assertRefuses(command, 'usage', /needs an output folder/, /--out DIR/);
  });
}

test('results without metrics need no labels', () => {
  const config = configFor(INPUTS, 'out', { resultsFormat: 'csv' });
  assert.deepEqual(lineForm(config, { targetFields: [['host'], ['server']] }), {
    ...{ format: 'csv', anomaliesOnly: false, fullOutput: false },
  });
});

test('labels are called by the fields that all inputs share', () => {
  assert.deepEqual(targetLabels(['host', 'mount'], null, ['host', 'mount']), ['host', 'mount']);
  assert.deepEqual(targetLabels([], ['target']), ['target']);
  assert.deepEqual(targetLabels(null), ['target']);
});

test('inputs with other fields are refused with both', async () => {
  const refusal = (async () => targetLabels(null, ['host'], ['server', 'mount']))();
  await assertRefuses(refusal, 'input_unusable', /b\.csv by host, c\.csv by server, mount/, /--map/);
});

test('a run in a folder has metrics for every row, whichever rows --emit chooses', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'data.csv');
  const rows = Array.from({ length: 90 }, (_, i) => `${at(i)},a,/,${i % 7}\n${at(i)},a,/b,${i % 5}\n`);
  writeFileSync(input, `time,host,mount,cpu\n${rows.join('')}`);
  const changes = { resultsFormat: 'openmetrics', targetColumns: ['host', 'mount'] } as const;
  const scores: string[] = [];
  for (const emit of ['all', 'anomalies'] as const) {
    await localRun(configFor([input], join(folder, emit), { ...changes, emit }));
    scores.push(readFileSync(join(folder, emit, 'aiops_score.om'), 'utf8'));
  }
  assert.equal(scores[0], scores[1]);
  const found = scores[0]?.match(/^aiops_score\{host="a",mount="\/b?",metric="cpu"\} \S+ \d+$/gm) ?? [];
  assert.equal(found.length, 2 * (90 - 59));
});
