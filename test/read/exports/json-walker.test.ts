import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { JsonWalker, type JsonVisitor, type Visit } from '#build/read/exports/json-walker.js';

import { refusal } from '../../support/refusals.js';

/** Everything that a walk sees, in order. */
function walk(chunks: readonly Buffer[], visitOf: (path: string) => Visit = () => 'enter'): string[] {
  const seen: string[] = [];
  const visitor: JsonVisitor = {
    what: 'an answer',
    isAnswer: true,
    visit: (path, kind) => {
      const visit = visitOf(path);
      const isEntered = visit === 'enter' && (kind === 'object' || kind === 'list');
      if (isEntered) seen.push(`enter ${path} ${kind}`);
      return visit === 'enter' && !isEntered ? 'take' : visit;
    },
    take: (path, value) => seen.push(`${path} = ${JSON.stringify(value)}`),
    takeBytes: (path, bytes) => seen.push(`${path} : ${bytes.toString()}`),
    leave: (path) => seen.push(`leave ${path}`),
  };
  const walker = new JsonWalker('a.json', visitor);
  for (const chunk of chunks) walker.push(chunk);
  walker.end();
  return seen;
}

/** What a walk that enters everything sees of a parsed value. */
function expected(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} = ${JSON.stringify(value)}`];
  const parts = Array.isArray(value)
    ? (value as unknown[]).flatMap((one) => expected(one, `${path}[]`))
    : Object.entries(value).flatMap(([key, one]) => expected(one, path === '' ? key : `${path}.${key}`));
  return [`enter ${path} ${Array.isArray(value) ? 'list' : 'object'}`, ...parts, `leave ${path}`];
}

const cut = (text: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(text.subarray(at, at + size));
    at += size;
  }
  return chunks;
};
const SIZES = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
const JSON_TEXT = fc
  .record({ value: fc.jsonValue(), indent: fc.constantFrom(0, 2) })
  .map(({ value, indent }) => JSON.stringify(value, null, indent));

describe('JsonWalker', () => {
  it('sees what JSON.parse does, however the bytes are cut', () => {
    const law = (text: string, sizes: readonly number[]): void => {
      assert.deepEqual(walk(cut(Buffer.from(text), sizes)), expected(JSON.parse(text)));
    };
    fc.assert(fc.property(JSON_TEXT, SIZES, law), { numRuns: 500 });
  });

  it('takes whole values, their bytes, or skips them', () => {
    const text = Buffer.from('{"a":{"x":["}",1]}, "b" : [ 1, "]" ] ,"c":"\\"}","d":{"e":[[]]},"f":null} [2]');
    const visits: Readonly<Record<string, Visit>> = { a: 'take', b: 'bytes', c: 'skip', 'd.e': 'bytes' };
    for (const size of [1, 3, 100]) {
      assert.deepEqual(
        walk(cut(text, [size]), (path) => visits[path] ?? 'enter'),
        [
          ...['enter  object', 'a = {"x":["}",1]}', 'b : [ 1, "]" ]', 'enter d object', 'd.e : [[]]'],
          ...['leave d', 'f = null', 'leave ', 'enter  list', '[] = 2', 'leave '],
        ],
      );
    }
  });

  it('refuses text that is cut off, wherever that is', () => {
    const text = Buffer.from(
      '{"status":"success","data":{"result":[{"metric":{"a":"b\\""},"values":[1.5]}]}}',
    );
    for (let end = 1; end < text.length; end++) {
      assert.throws(() => walk([text.subarray(0, end)]), refusal('input_unusable', /is cut off/), `${end}`);
    }
    assert.doesNotThrow(() => walk([text]));
  });

  it('refuses text that is no JSON', () => {
    for (const text of ['{a:1}', '{"a" 1}', '{"a":1 "b":2}', '[1 2]', '{"a":tru}', '{,}', '<html>']) {
      assert.throws(
        () => walk([Buffer.from(text)]),
        refusal('input_unusable', /is damaged near byte \d+/),
        text,
      );
    }
  });
});
