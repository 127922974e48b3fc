import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  anything,
  count,
  dictionary,
  either,
  fields,
  flag,
  list,
  measured,
  nullable,
  number,
  object,
  oneOf,
  pair,
  ShapeError,
  text,
  type Shape,
} from '#build/core/shape.js';

const point = object({ x: number, y: number }, { label: text });

const accepted: readonly (readonly [string, Shape<unknown>, unknown])[] = [
  ['text', text, ''],
  ['a flag', flag, false],
  ['a number', number, -1.5],
  ['a count', count, 0],
  ['a literal', oneOf('csv', 'jsonl'), 'jsonl'],
  ['null', nullable(text), null],
  ['either one', either(oneOf('each'), list(text)), ['each', 'cpu']],
  ['an empty list', list(count), []],
  ['a pair', pair(text, number), ['time', -1]],
  ['any keys', dictionary(count), { a: 1, ['__proto__']: 2 }],
  ['given keys', fields(['a', 'b'], count), { a: 1, b: 2 }],
  ['an object without its optional field', point, { x: 1, y: 2 }],
  ['an object with it', point, { x: 1, y: 2, label: 'here' }],
  ['anything', anything, [{}]],
];
for (const [what, shape, value] of accepted) {
  test(`accepts ${what}`, () => assert.deepEqual(shape(value), value));
}

test('drops fields that the shape does not name', () => {
  assert.deepEqual(point({ x: 1, y: 2, z: 3 }), { x: 1, y: 2 });
});

test('reads null as NaN where a measurement may have been NaN or infinite', () => {
  assert.equal(measured(JSON.parse(JSON.stringify(Infinity))), NaN);
  assert.equal(measured(1.5), 1.5);
});

const refused: readonly (readonly [unknown, Shape<unknown>, string])[] = [
  [1, text, ''],
  [0, flag, ''],
  [null, number, ''],
  [1.5, count, ''],
  [-1, count, ''],
  ['tsv', oneOf('csv', 'jsonl'), ''],
  [undefined, nullable(text), ''],
  [{ length: 0 }, list(text), ''],
  [[1, 2, 3], pair(number, number), ''],
  [['x'], object({}), ''],
  [null, object({}), ''],
  [['a', 1], list(text), '1'],
  [{ a: 1, b: '2' }, dictionary(count), 'b'],
  [{ a: 1 }, fields(['a', 'b'], count), 'b'],
  [{ x: 1, y: 2, label: null }, point, 'label'],
  [{ points: [{ x: 1, y: 2 }, { x: 1 }] }, object({ points: list(point) }), 'points.1.y'],
];
for (const [value, shape, path] of refused) {
  test(`refuses ${JSON.stringify(value)}${path === '' ? '' : `, naming ${path}`}`, () => {
    assert.throws(
      () => shape(value),
      (error) =>
        error instanceof ShapeError && error.message.startsWith(path === '' ? 'not ' : `${path} is not `),
    );
  });
}
