import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText, type ReadOutcome } from '../../support/reading.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
/** 60 rows with a value each, `step` seconds apart. */
const series = (name: string, value: (row: number) => unknown, step = 60): string =>
  [
    `timestamp,cpu,${name}`,
    ...Array.from({ length: 60 }, (_, row) => [at(step * row), row / 4, value(row)].join(',')),
  ].join('\n');
const warnings = ({ recording }: ReadOutcome): string =>
  recording.notices.flatMap(({ level, text }) => (level === 'warning' ? [text] : [])).join('\n');
const targets = ({ records }: ReadOutcome): string[] => [...new Set(records.map(({ target }) => target))];
const USUAL = ['anomaly', 'label', 'is_anomaly'];

test('-1 and 1, or 1 and 2, under the usual name of a label are neither label nor metric', async () => {
  for (const name of USUAL) {
    for (const [usual, rare] of [
      [1, -1],
      [1, 2],
      [-1, 1],
    ]) {
      const text = series(name, (row) => (row % 20 === 7 ? rare : usual));
      const outcome = await readText(text);
      assert.deepEqual([outcome.recording.columns, outcome.recording.hasLabels], [['cpu'], false], name);
      assert.match(warnings(outcome), new RegExp(`ignored: ${name} `));
      const given = await readText(text, { labelColumn: name });
      assert.equal(given.records[7]?.label, rare);
    }
  }
});

test('scores under the usual name of a label are a metric', async () => {
  for (const name of USUAL) {
    const { recording } = await readText(series(name, (row) => (row % 10) / 10));
    assert.deepEqual([recording.columns, recording.hasLabels], [['cpu', name], false]);
  }
});

test('labels under a usual name may have a few other values', async () => {
  const values: readonly ((row: number) => unknown)[] = [
    (row) => (row === 7 ? 'maybe' : row % 2),
    (row) => (row === 7 ? 3 : 0),
    (row) => (row % 20 === 7 ? 'DoS' : 'BENIGN'),
    (row) => (row % 20 === 7 ? 'spike' : ''),
    (row) => (row % 2 === 0 ? 'good' : 'bad'),
  ];
  for (const value of values) {
    const { recording } = await readText(series('label', value));
    assert.deepEqual([recording.columns, recording.hasLabels], [['cpu'], true], String(value));
  }
});

test('series names in a column called label are targets', async () => {
  const turns = await readText(series('label', (row) => 'abc'[row % 3], 20));
  assert.deepEqual([targets(turns), turns.recording.intervalMs], [['a', 'b', 'c'], 60_000]);
  assert.match(warnings(turns), /"label".*--target-column none/);
  const rows = Array.from({ length: 12 }, (_, row) => `${at(60 * (row >> 1))},web-${row % 2},${row}`);
  const shared = await readText(['Timestamp,Label,Value', ...rows].join('\n'));
  assert.deepEqual([targets(shared), shared.records.length], [['web-0', 'web-1'], 12]);
});

test('metric names in a column called label are metrics', async () => {
  const rows = Array.from(
    { length: 24 },
    (_, row) => `${at(60 * (row >> 2))},web-${row % 2},${['cpu', 'mem'][(row >> 1) % 2]},${row / 4}`,
  );
  const { recording, records } = await readText(['timestamp,host,label,value', ...rows].join('\n'));
  assert.deepEqual([recording.columns, records.length], [['cpu', 'mem'], 12]);
});

test('truth values and verdicts that alternate name no target', async () => {
  for (const name of ['valid', 'quality', 'node', 'whatever']) {
    for (const [a, b] of [
      ['true', 'false'],
      ['good', 'bad'],
      ['yes', 'no'],
    ]) {
      const outcome = await readText(series(name, (row) => (row % 2 === 0 ? a : b)));
      assert.deepEqual([targets(outcome), outcome.recording.intervalMs], [['stdin'], 60_000], name);
      assert.doesNotMatch(warnings(outcome), /--target-column/);
    }
  }
});

test('truth values distinguish the rows of one time where nothing else does', async () => {
  const rows = Array.from({ length: 12 }, (_, row) => `${at(60 * (row >> 1))},${row % 2 === 0},${row}`);
  const outcome = await readText(['timestamp,is_read,bytes', ...rows].join('\n'));
  assert.deepEqual([targets(outcome), outcome.records.length], [['false', 'true'], 12]);
});

test('every word that counts as a verdict shows a label under its less usual names', async () => {
  for (const [normal, anomaly] of [
    ['negative', 'positive'],
    ['Benign', 'A ttack'],
    ['inlier', 'faulty'],
  ]) {
    const text = series('class', (row) => (row % 20 === 7 ? anomaly : normal));
    const { recording, records } = await readText(text);
    assert.deepEqual([recording.hasLabels, records[7]?.label], [true, anomaly]);
  }
});
