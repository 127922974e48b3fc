import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeNames } from '#build/read/sample/whole-names.js';
import { readText } from '../../support/reading.js';

test('names that were cut at commas are put together again where that is a column', () => {
  const columns = new Set(['cpu (user, sys)', 'mem', 'a', 'b', 'a,b', 'x,y,z']);
  assert.deepEqual(wholeNames(['cpu (user', 'sys)', 'mem'], columns), ['cpu (user, sys)', 'mem']);
  assert.deepEqual(wholeNames(['a', 'b'], columns), ['a', 'b']);
  assert.deepEqual(wholeNames(['x', 'y', 'z', 'a'], columns), ['x,y,z', 'a']);
  assert.deepEqual(wholeNames(['x', 'y', 'no'], columns), ['x', 'y', 'no']);
});

test('--columns takes a name with a comma as it is, and quoted', async () => {
  const text = 'timestamp,"cpu (user, sys)",mem\n2018-04-30T00:00Z,1,2\n2018-04-30T00:01Z,3,4';
  for (const columns of [['cpu (user', 'sys)'], ['cpu (user, sys)']]) {
    const { recording, records } = await readText(text, { columns });
    assert.deepEqual(recording.columns, ['cpu (user, sys)']);
    assert.deepEqual(
      records.map(({ values }) => [...values]),
      [[1], [3]],
    );
  }
});
