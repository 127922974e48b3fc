import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withAttachedValue } from '#build/cli/attached-choice.js';

test('a flag takes its one word from the next argument, and no other', () => {
  const attached = (...args: string[]): string =>
    withAttachedValue(args, '--verify-input', { alone: 'true', word: 'sample' }).join(' ');
  assert.equal(attached('replay', '--verify-input', 'data.csv'), 'replay --verify-input=true data.csv');
  assert.equal(attached('replay', 'a.csv', '--verify-input'), 'replay a.csv --verify-input=true');
  assert.equal(attached('--verify-input', 'sample', 'a.csv'), '--verify-input=sample a.csv');
  assert.equal(attached('--verify-input', 'sample', 'sample'), '--verify-input=sample sample');
  assert.equal(attached('sample', '--verify-input', './sample'), 'sample --verify-input=true ./sample');
  assert.equal(
    attached('--verify-input=sample', '--', '--verify-input'),
    '--verify-input=sample -- --verify-input',
  );
});

test('a flag that stands alone leaves the next argument alone', () => {
  const given = (...args: string[]): string => withAttachedValue(args, '--rate', { alone: '*' }).join(' ');
  assert.equal(given('replay', '--rate', 'data.csv'), 'replay --rate=* data.csv');
  assert.equal(given('replay', 'data.csv', '--rate'), 'replay data.csv --rate=*');
  assert.equal(given('--rate=a,b', '--', '--rate'), '--rate=a,b -- --rate');
});
