import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { repeatedKey } from '#build/cli/sources/config-file.js';

test('JSON without repeated keys has none, whatever its strings hold', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(repeatedKey(JSON.stringify(value)), null)));
});

test('a key that an object has twice is found, however it is written', () => {
  for (const [text, key] of [
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":[{"c":1,"d":2,"c" : 3}]}}', 'c'],
    ['{"a\\"b":1,"x":{"a":1},"a\\u0022b":2}', 'a"b'],
    ['{"a":1,"b":["a",{"a":1}],"c":{"a":1}}', null],
    ['{"":1, "":2}', ''],
  ] as const)
    assert.equal(repeatedKey(text), key, text);
});
