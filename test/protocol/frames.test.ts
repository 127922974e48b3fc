import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { FrameEncoder } from '#build/protocol/frame-encoder.js';
import { FrameReader } from '#build/protocol/frame-reader.js';
import {
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  ProtocolError,
  type Frame,
  type Part,
} from '#build/protocol/frames.js';
import { errorOf } from '../support/refusals.js';

type Fields = Readonly<Record<string, unknown>>;
const encodeFrame = (type: string, fields: Fields, parts: readonly Part[] = []): Uint8Array[] =>
  new FrameEncoder().encode(type, fields, parts);

function read(bytes: Uint8Array, cuts: readonly number[] = []): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) {
    const piece = Buffer.from(bytes.subarray(places[i - 1], places[i]));
    reader.push(piece, (frame) => frames.push(frame));
    piece.fill(0xee); // a reader must not look at a piece again
  }
  return frames;
}

const values = fc.oneof(
  fc.array(fc.double(), { maxLength: 9 }).map((numbers) => Float64Array.from(numbers)),
  fc.array(fc.float(), { maxLength: 9 }).map((numbers) => Float32Array.from(numbers)),
  fc.array(fc.nat(), { maxLength: 9 }).map((numbers) => Uint32Array.from(numbers)),
  fc.array(fc.integer(), { maxLength: 9 }).map((numbers) => Int32Array.from(numbers)),
  fc.uint8Array({ maxLength: 17 }),
  // Beyond the size up to which parts are copied next to the header.
  fc.integer({ min: 2040, max: 2060 }).map((length) => new Float64Array(length).fill(length)),
);

const message = fc.record({
  type: fc.string(),
  fields: fc.dictionary(
    fc.string().filter((name) => name !== 'type' && name !== 'parts' && name !== '__proto__'),
    fc.jsonValue(),
    { maxKeys: 3 },
  ),
  parts: fc
    .uniqueArray(fc.tuple(fc.string(), values), { maxLength: 4, selector: ([name]) => name })
    .map((parts) =>
      parts.map(([name, numbers]): Part => ({ name, shape: [numbers.length], values: numbers })),
    ),
});

test('frames read back the same, however the bytes are cut, also one that comes again', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(message, fc.integer({ min: 1, max: 3 })), { maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (repeated, cuts) => {
        const messages = repeated.flatMap(([one, times]) => new Array<typeof one>(times).fill(one));
        const encoder = new FrameEncoder();
        const bytes = Buffer.concat(
          messages.flatMap(({ type, fields, parts }) => encoder.encode(type, fields, parts)),
        );
        const frames = read(bytes, cuts);
        assert.equal(frames.length, messages.length);
        for (const [i, frame] of frames.entries()) {
          const { type, fields, parts } = messages[i]!;
          assert.equal(frame.type, type);
          const given = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>;
          for (const [name, value] of Object.entries(given)) assert.deepEqual(frame.fields[name], value);
          assert.deepEqual([...frame.parts.values()], parts);
        }
      },
    ),
  );
});

test('a frame read byte by byte is the same frame', () => {
  const bytes = Buffer.concat(
    encodeFrame('one', { a: [1, 'ü'] }, [{ name: 'x', shape: [1, 3], values: Float64Array.of(1, -0, NaN) }]),
  );
  assert.deepEqual(
    read(
      bytes,
      Array.from(bytes, (_, i) => i),
    ),
    read(bytes),
  );
});

test('a body is one piece of memory that starts at its own beginning, every part at a multiple of 8', () => {
  const parts: Part[] = [
    { name: 'a', shape: [3], values: Uint8Array.of(1, 2, 3) },
    { name: 'b', shape: [2], values: Float64Array.of(1.5, 2.5) },
    { name: 'c', shape: [1], values: Float32Array.of(0.5) },
    { name: 'd', shape: [1], values: Float64Array.of(7) },
  ];
  const [frame] = read(Buffer.concat(encodeFrame('aligned', {}, parts)), [5, 50, 70]);
  const received = [...(frame?.parts.values() ?? [])];
  assert.deepEqual(
    received.map((part) => part.values.byteOffset),
    [0, 8, 24, 32],
  );
  assert.equal(new Set(received.map((part) => part.values.buffer)).size, 1);
  assert.equal(received[0]?.values.buffer.byteLength, 40);
});

test('the numbers of a large part are not copied for sending', () => {
  const numbers = new Float64Array(100_000);
  const buffers = encodeFrame('large', {}, [{ name: 'x', shape: [100_000], values: numbers }]);
  assert.ok(buffers.some((buffer) => buffer.buffer === numbers.buffer && buffer.byteLength === 800_000));
});

/** A frame with whatever header and body. */
function rawFrame(header: string, body = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
  const prefix = Buffer.from('AIO1\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1');
  prefix.writeUInt32LE(text.length, 4);
  prefix.writeUInt32LE(body.length, 8);
  return Buffer.concat([prefix, text, body]);
}

test('a frame put together by hand as the protocol says is read', () => {
  const body = Buffer.alloc(16);
  body.writeDoubleLE(2.5, 0);
  body.writeUInt8(9, 8);
  const header = '{"type":"t","n":1,"parts":[["x","f64",[1,1]],["y","u8",[1]]]}';
  const [frame] = read(rawFrame(header, body));
  assert.equal(frame?.type, 't');
  assert.deepEqual(frame.parts.get('x'), { name: 'x', shape: [1, 1], values: Float64Array.of(2.5) });
  assert.deepEqual(frame.parts.get('y'), { name: 'y', shape: [1], values: Uint8Array.of(9) });
});

function withPrefix(change: (prefix: Buffer) => void): Buffer {
  const bytes = rawFrame('{"type":"t","parts":[]}');
  change(bytes);
  return bytes;
}

for (const [what, bytes, reason] of [
  ['text in place of a frame', Buffer.from('Loaded the model.\n'), /do not start a frame/],
  ['another magic', withPrefix((prefix) => prefix.write('AIO2')), /do not start a frame/],
  ['a reserved field in use', withPrefix((prefix) => prefix.writeUInt8(1, 12)), /do not start a frame/],
  ['an unaligned header', withPrefix((prefix) => prefix.writeUInt32LE(23, 4)), /multiples of 8/],
  ['an unaligned body', withPrefix((prefix) => prefix.writeUInt32LE(4, 8)), /multiples of 8/],
  [
    'a header that is too long',
    withPrefix((prefix) => prefix.writeUInt32LE(MAX_HEADER_BYTES + 8, 4)),
    /header has 1048584 bytes/,
  ],
  [
    'a body that is too large',
    withPrefix((prefix) => prefix.writeUInt32LE(MAX_BODY_BYTES + 8, 8)),
    /body has 1073741832 bytes/,
  ],
  ['a header that is not JSON', rawFrame('{"type":"t",'), /not JSON/],
  ['a header that is no object', rawFrame('[1]'), /not an object/],
  ['a header without type', rawFrame('{"parts":[]}'), /needs a type and parts/],
  ['a header without parts', rawFrame('{"type":"t"}'), /needs a type and parts/],
  ['an unknown dtype', rawFrame('{"type":"t","parts":[["x","i8",[0]]]}'), /not a part's name, dtype/],
  [
    'a dtype that every object has',
    rawFrame('{"type":"t","parts":[["x","toString",[0]]]}'),
    /not a part's name, dtype/,
  ],
  ['a negative shape', rawFrame('{"type":"t","parts":[["x","u8",[-1]]]}'), /not a part's name, dtype/],
  ['a part without a shape', rawFrame('{"type":"t","parts":[["x","u8"]]}'), /not a part's name, dtype/],
  ['a part that is no list', rawFrame('{"type":"t","parts":["x"]}'), /not a part's name, dtype/],
  [
    'a part larger than the body',
    rawFrame('{"type":"t","parts":[["x","f64",[2]]]}', Buffer.alloc(8)),
    /parts of a t frame take 16 bytes, its body has 8/,
  ],
  [
    'a body without parts',
    rawFrame('{"type":"t","parts":[]}', Buffer.alloc(8)),
    /take 0 bytes, its body has 8/,
  ],
  [
    'a shape whose product is beyond all numbers',
    rawFrame('{"type":"t","parts":[["x","u8",[9007199254740991,9007199254740991,0]]]}', Buffer.alloc(8)),
    /take 0 bytes, its body has 8/,
  ],
  [
    'two parts of the same name',
    rawFrame('{"type":"t","parts":[["x","u8",[8]],["x","u8",[8]]]}', Buffer.alloc(16)),
    /two parts of the same name/,
  ],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(() => read(bytes), errorOf(ProtocolError, reason));
  });
}

test('a frame that no receiver would take is not sent', () => {
  const values = new Float64Array(MAX_BODY_BYTES / 8 + 1);
  assert.throws(() => encodeFrame('t', {}, [{ name: 'x', shape: [values.length], values }]), ProtocolError);
  assert.throws(() => encodeFrame('t', { text: 'x'.repeat(MAX_HEADER_BYTES) }), ProtocolError);
});

test('a header is made and parsed afresh when anything in it changes', () => {
  const encoder = new FrameEncoder();
  const x = (name: string, shape: number[], values: Part['values']): Part[] => [{ name, shape, values }];
  const two = Float32Array.of(1, 2);
  const messages: [string, Fields, Part[]][] = [
    ['t', {}, []],
    ['t', { a: 1 }, x('x', [2], two)],
    ['t', { a: 1 }, x('x', [2], Float32Array.of(3, 4))],
    ['t', { a: 2 }, x('x', [2], two)],
    ['t', { b: 2 }, x('x', [2], two)],
    ['t', { b: 2, c: null }, x('x', [2], two)],
    ['u', { b: 2, c: null }, x('x', [2], two)],
    ['u', { b: 2, c: null }, x('y', [2], two)],
    ['u', { b: 2, c: null }, x('y', [2], Uint32Array.of(1, 2))],
    ['u', { b: 2, c: null }, x('y', [2, 1], two)],
    ['u', { b: 2, c: null }, x('y', [1, 2], two)],
    ['u', { b: 2, c: null }, [...x('y', [2], two), ...x('z', [2], two)]],
  ];
  const frames = read(Buffer.concat(messages.flatMap((message) => encoder.encode(...message))));
  assert.deepEqual(
    frames.map(({ type, fields, parts }) => {
      const { type: _type, parts: _parts, ...others } = fields;
      return [type, others, [...parts.values()]];
    }),
    messages,
  );
});
