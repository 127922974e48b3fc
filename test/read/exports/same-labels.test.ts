import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderWith, readInputs } from '../../support/reading.js';
import { refusal } from '../../support/refusals.js';

type Labels = Readonly<Record<string, string>>;

const START_S = 1_700_000_040;

/** An answer of Prometheus with a series of two minutes, the `day`th two. */
function answer(metric: Labels, day: number): string {
  const values = [0, 1].map((i) => [START_S + 120 * day + 60 * i, `${10 * day + i}`]);
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric, values }] } });
}

const FILES = {
  '1.json': answer({ instance: 'a' }, 0),
  '2.json': answer({ instance: 'a', zone: 'z' }, 1),
  'none.json': answer({}, 0),
  'zone.json': answer({ zone: 'z' }, 1),
  'vm.json': `{"metric":{"instance":"a","zone":"z"},"values":[1],"timestamps":[${START_S * 1000}]}\n`,
  'telegraf.json': `{"fields":{"load1":1},"name":"system","tags":{"host":"a"},"timestamp":${START_S}}\n`,
  'rows.csv': 'timestamp,host,zone,value\n2023-11-14T22:14:00Z,b,z,1\n',
};
type Name = keyof typeof FILES;

test('exports whose series have different labels are refused, with the labels that all have', async (t) => {
  const folder = await folderWith(t, FILES);
  const cases: readonly (readonly [readonly Name[], RegExp, RegExp])[] = [
    [
      ['1.json', '2.json'],
      /1\.json has the label instance, but .*2\.json has the labels instance, zone$/,
      /--target-column instance; or query sum by \(instance\) .*; or replay the files separately$/,
    ],
    [
      ['2.json', '1.json'],
      /2\.json has the labels instance, zone, but .*1\.json/,
      /--target-column instance;/,
    ],
    [['1.json', 'rows.csv', '2.json'], /1\.json .*2\.json/, /--target-column instance;/],
    [['none.json', '1.json'], /none\.json has no labels, but/, /^replay the files separately$/],
    [['1.json', 'zone.json'], /label instance, but .* label zone$/, /^replay the files separately$/],
    [
      ['1.json', 'vm.json'],
      /label instance, but/,
      /--target-column instance; or replay the files separately$/,
    ],
  ];
  for (const [names, message, hint] of cases) {
    const inputs = names.map((name) => join(folder, name));
    await assert.rejects(readInputs(inputs), refusal('input_unusable', message, hint), names.join(' '));
  }
});

test('exports are read together by the labels that --target-column names', async (t) => {
  const folder = await folderWith(t, FILES);
  const inputs = ['1.json', '2.json'].map((name) => join(folder, name));
  const { records } = await readInputs(inputs, { targetColumns: ['instance'] });
  assert.deepEqual(
    records.map(({ target, values }) => `${target} ${values.join()}`),
    ['a 0', 'a 1', 'a 10', 'a 11'],
  );
});

test('exports of systems without a label in common, and ordinary tables, are read together', async (t) => {
  const folder = await folderWith(t, FILES);
  for (const [name, expected] of [
    ['telegraf.json', ['a 0,1', 'a 1,NaN']], // the host is the instance
    ['rows.csv', ['a 0', 'b 1', 'a 1']],
  ] as const) {
    const { records } = await readInputs(['1.json', name].map((each) => join(folder, each)));
    const found = records.map(({ target, values }) => `${target} ${values.join()}`);
    assert.deepEqual(found, expected, name);
  }
});
