import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { refusal } from '../support/refusals.js';
import { folderWith, readInputs, readText } from '../support/reading.js';

const TWO = [0, 1, 2].flatMap((at) =>
  ['a', 'b'].flatMap((host) => ['c0', 'c1'].map((core) => `2024-01-01T00:0${at}:00Z,${host},${core},${at}`)),
);

test('one is not called several', async () => {
  const short = await readText('time,host,cpu\n2024-01-01T00:00:00Z,a,1\nx\n');
  assert.equal(short.rejects[0]?.message, '1 field, but the header has 3');
  const one = await readText(
    ['{"minute":"2024-01-01T00:00:00Z","items":[{"target":"a","values":[1]},{"target":"b","values":[1]}]}']
      .concat('{"minute":"2024-01-01T00:01:00Z","items":[{"target":"a","values":[1,2]},{"target":"b"}]}')
      .join('\n'),
  );
  assert.deepEqual(
    one.rejects.map(({ message }) => message),
    ['2 values, but the recording has 1 column', 'no values, but the recording has 1 column'],
  );
  const text = 'time,host,cpu,label,empty\n2024-01-01T00:00:00Z,a,1,0,\n2024-01-01T00:01:00Z,a,1,0,\n';
  const { notices } = (await readText(text)).recording;
  assert.ok(notices.some(({ text: said }) => said.includes('no value in the sample; add it with --columns')));
});

test('several are not called one', async () => {
  const { recording } = await readText(['time,host,core,cpu', ...TWO].join('\n'));
  const target = recording.decisions[0]?.decisions.find(({ about }) => about === 'target');
  assert.equal(target?.choice, 'columns "host" and "core"');
  const empty = await readText('time,host,core,v\n2024-01-01T00:00:00Z,a,b,1\n2024-01-01T00:01:00Z,,,1\n', {
    targetColumns: ['host', 'core'],
  });
  assert.equal(empty.rejects[0]?.message, 'host and core are empty');
  const absent = await readText(
    [{ host: 'a', core: 'b' }, {}, { host: '', core: true }]
      .map((target, at) => JSON.stringify({ time: `2024-01-01T00:0${at}:00Z`, ...target, v: 1 }))
      .join('\n'),
    { targetColumns: ['host', 'core'] },
  );
  assert.deepEqual(
    absent.rejects.map(({ message }) => message),
    ['no host or core', 'core: true is not a name'],
  );
});

test('messages on several files speak of all of them', async (t) => {
  const folder = await folderWith(t, {
    'a.csv': 'time,x\n2024-01-01,k\n',
    'b.csv': 'time,x\n2024-01-01,k\n',
  });
  const both = ['a.csv', 'b.csv'].map((name) => join(folder, name));
  await assert.rejects(readInputs(both), refusal('input_unusable', /b\.csv have no numeric column/, /./));
  await assert.rejects(
    readInputs([...both, ...both]),
    refusal('usage', /b\.csv are named twice/, /name each input once/),
  );
});

test('a column of codes is called a further label only beside a label', async () => {
  const rows = [0, 1, 2, 3].map((at) => `2024-01-01T00:0${at}:00Z,${at},${at % 3},${at % 2}`);
  const warnings = async (columns: string): Promise<string> =>
    (await readText([columns, ...rows].join('\n'))).recording.notices.map(({ text }) => text).join('\n');
  assert.match(
    await warnings('time,v,ground_truth,w'),
    /ground_truth \(it may hold labels; if so, give --label-column/,
  );
  assert.match(await warnings('time,v,ground_truth,label'), /ground_truth \(labels as well;/);
});
