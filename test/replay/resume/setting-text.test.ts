import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseDuration, parseList, parseMap, parseSize } from '#dist/cli/values.js';
import { settingText } from '#dist/replay/resume/setting-text.js';

test('a setting reads as it is typed', () => {
  assert.equal(settingText('--interval', 60_000), '1m');
  assert.equal(settingText('--interval', 'auto'), 'auto');
  assert.equal(settingText('--max-line', 16 * 2 ** 20), '16MiB');
  assert.equal(settingText('--max-line', 500_000), '500KB');
  assert.equal(settingText('--max-line', 4097), '4097');
  assert.equal(settingText('--grace', 0), '0');
  assert.equal(settingText('--columns', ['cpu', 'mem']), 'cpu,mem');
  assert.equal(settingText('input', ['a.csv', 'b.csv']), 'a.csv b.csv');
  assert.equal(settingText('--map', { cpu: 'c', mem: 'm' }), 'cpu=c,mem=m');
  assert.equal(settingText('--param', { a: '1', b: '2' }), 'a=1 --param b=2');
  assert.equal(settingText('--full-output', true), '');
});

test('it is read back as the same', () => {
  for (const ms of [1000, 90_000, 60_000, 86_400_000])
    assert.equal(parseDuration(settingText('--interval', ms) ?? ''), ms);
  for (const bytes of [64, 1000, 1024, 65_536, 2 ** 28])
    assert.equal(parseSize(settingText('--max-line', bytes) ?? ''), bytes);
  assert.deepEqual(parseMap(settingText('--map', { a: 'b', c: 'd' }) ?? '', undefined), { a: 'b', c: 'd' });
  assert.deepEqual(parseList(settingText('--columns', ['a', 'b']) ?? '', undefined), ['a', 'b']);
});

test('what says nothing counts as not given', () => {
  for (const value of [null, undefined, false, [], {}]) assert.equal(settingText('--any', value), null);
});
