import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberLast } from '#build/read/sample/remember-last.js';

test('a value is read again only if another one came between', () => {
  const read: unknown[] = [];
  const text = rememberLast((value: unknown) => {
    read.push(value);
    return String(value);
  });
  const values = [undefined, undefined, 'a', 'a', null, 'a', 1, '1'];
  assert.deepEqual(values.map(text), values.map(String));
  assert.deepEqual(read, [undefined, 'a', null, 'a', 1, '1']);
});
