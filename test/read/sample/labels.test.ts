import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/reading.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const csv = (header: string, values: readonly (readonly unknown[])[]): string =>
  [header, ...values.map((row, minute) => [at(minute), minute / 4, ...row].join(','))].join('\n');
const facts = async (...args: Parameters<typeof readText>): Promise<unknown> => {
  const { recording, records } = await readText(...args);
  return [recording.columns, records.at(-1)?.label];
};

test('a column of verdicts under a usual name is the label', async () => {
  for (const name of [
    'ground_truth',
    'is_outlier',
    'Attack',
    'changepoint',
    'y_true',
    'class',
    'machine failure',
  ]) {
    assert.deepEqual(await facts(csv(`timestamp,value,${name}`, [[0], [0], [1]])), [['value'], 1], name);
  }
  const words = csv('timestamp,value,Normal/Attack', [['Normal'], ['Normal'], ['Attack']]);
  assert.deepEqual(await facts(words), [['value'], 'Attack']);
  assert.deepEqual(await facts(csv('timestamp,value,truth', [['false'], ['true']])), [['value'], 1]);
});

test('other numbers under such a name, and verdicts under another, are metrics', async () => {
  assert.deepEqual(await facts(csv('timestamp,value,attack', [[0.5], [1.5]])), [['value', 'attack'], null]);
  assert.deepEqual(await facts(csv('timestamp,value,busy', [[0], [1]])), [['value', 'busy'], null]);
  const none = { labelColumn: 'none' };
  assert.deepEqual(await facts(csv('timestamp,value,attack', [[0], [1]]), none), [['value', 'attack'], null]);
});

test('further labels are no metrics, which a warning says', async () => {
  const text = csv('timestamp,value,changepoint,anomaly', [
    [1, 0],
    [0, 1],
  ]);
  const { recording, records } = await readText(text);
  assert.deepEqual([recording.columns, records.at(-1)?.label], [['value'], 1]);
  const warned = recording.notices.filter(({ level }) => level === 'warning').map(({ text }) => text);
  assert.match(warned.join('\n'), /changepoint.*--columns/);
  assert.deepEqual(await facts(text, { columns: ['value', 'changepoint'] }), [['value', 'changepoint'], 1]);
});

test('-1 and 1 may mean either, so they are neither label nor metric', async () => {
  assert.deepEqual(await facts(csv('timestamp,value,outlier', [[1], [-1]])), [['value'], null]);
});

test('fields of records that are rejected are no metrics', async () => {
  const lines = [
    '{"foo":3}',
    '{"timestamp":"bad","bar":1}',
    `{"timestamp":"${at(0)}","value":1}`,
    '{"value":2,"baz":1}',
  ];
  const { recording, records } = await readText(lines.join('\n'));
  assert.deepEqual([recording.columns, records.length], [['value'], 1]);
});

test('a word of the name means a label', async () => {
  for (const name of [
    ...[
      'Anomaly Flag',
      'anomaly?',
      'anom',
      'is_anom',
      'malicious',
      'IsMalicious',
      'attack_flag',
      'fault_flag',
    ],
    ...['outlier_flag', 'target_label', 'human_label', 'label_1', 'Label (0/1)', 'ground truth label'],
  ]) {
    const labeled = csv(`timestamp,value,${name}`, [[0], [0], [1]]);
    assert.deepEqual(await facts(labeled), [['value'], 1], name);
  }
  for (const name of ['anomaly_score', 'page_faults', 'attack_count', 'busy_flag']) {
    const metrics = csv(`timestamp,value,${name}`, [[0], [1], [0]]);
    assert.deepEqual(await facts(metrics), [['value', name], null], name);
  }
});

test('a column that may hold labels or a metric is neither, which a warning says', async () => {
  for (const name of ['alarm', 'is_normal', 'IsError', 'outage']) {
    const text = csv(`timestamp,value,${name}`, [[0], [1]]);
    const { recording } = await readText(text);
    assert.deepEqual(recording.columns, ['value']);
    const warned = recording.notices.filter(({ level }) => level === 'warning').map((notice) => notice.text);
    assert.match(warned.join('\n'), new RegExp(`${name} .*--label-column ${name}.*--columns`));
    assert.deepEqual(await facts(text, { labelColumn: name }), [['value'], 1]);
  }
  const alone = ['timestamp,alarm', `${at(0)},0`, `${at(1)},1`].join('\n');
  assert.deepEqual(await facts(alone), [['alarm'], null]);
});

test('a target of 0 and 1 that distinguishes no rows is the label', async () => {
  const text = csv('timestamp,value,target', [[0], [0], [1], [1], [0], [1]]);
  const { recording, records } = await readText(text);
  assert.deepEqual([recording.columns, records.length, records.at(-1)?.label], [['value'], 6, 1]);
  const warned = recording.notices.filter(({ level }) => level === 'warning').map((notice) => notice.text);
  assert.match(warned.join('\n'), /"target".*--target-column target.*--label-column none/);
  assert.deepEqual(await facts(text, { labelColumn: 'none' }), [['value', 'target'], null]);
  const given = await readText(text, { targetColumns: ['target'] });
  assert.deepEqual(new Set(given.records.map(({ target }) => target)), new Set(['0', '1']));

  const rows = [0, 1, 2, 3].flatMap((minute) =>
    ['a', 'b', 'c'].map((host) => [at(minute), host, minute, Number(host === 'b' && minute > 1)].join(',')),
  );
  const beside = await readText(['timestamp,host,value,target', ...rows].join('\n'));
  assert.deepEqual(beside.records.map(({ label }) => label).filter(Boolean), [1, 1]);
  assert.deepEqual(new Set(beside.records.map(({ target }) => target)), new Set(['a', 'b', 'c']));

  const both = [0, 1, 2].flatMap((minute) => [0, 1].map((k) => [at(minute), k, minute + 10 * k].join(',')));
  const numbered = await readText(['timestamp,target,value', ...both].join('\n'));
  assert.deepEqual([numbered.records.length, numbered.recording.hasLabels], [6, false]);
});
