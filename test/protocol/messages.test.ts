import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { NO_VERDICT, type ItemError } from '#dist/core/types.js';
import { ActorMessageEncoder, parseActorMessage } from '#dist/protocol/actor-frames.js';
import { FrameEncoder } from '#dist/protocol/frame-encoder.js';
import { FrameReader } from '#dist/protocol/frame-reader.js';
import { ProtocolError, type Frame, type Part } from '#dist/protocol/frames.js';
import type { ActorMessage, Answer, Chunk, ParentMessage } from '#dist/protocol/messages.js';
import { ParentMessageDecoder, ParentMessageEncoder } from '#dist/protocol/parent-frames.js';

import { chunkOf } from '../support/chunks.js';
import { errorOf } from '../support/refusals.js';

function frameOf(buffers: readonly Uint8Array[]): Frame {
  const frames: Frame[] = [];
  new FrameReader().push(Buffer.concat(buffers), (frame) => frames.push(frame));
  assert.equal(frames.length, 1);
  return frames[0]!;
}

const viaParent = (message: ParentMessage): ParentMessage =>
  new ParentMessageDecoder().decode(frameOf(new ParentMessageEncoder().encode(message)));
const viaActor = (message: ActorMessage): ActorMessage =>
  parseActorMessage(frameOf(new ActorMessageEncoder().encode(message)));

test('messages without numbers read back the same', () => {
  const load = {
    model: { kind: 'bundle', folder: '/b', manifest: '{"ü": 1}' },
    backend: 'auto',
    modelFormat: 'auto',
    threadsPerActor: 2,
    batchSize: 64,
    batchShape: 'fixed',
    native: null,
    params: { 'a b': 'ü', __proto: '' },
  } as const;
  for (const message of [
    { type: 'hello', version: 4 },
    { type: 'init', load },
    { type: 'init', load: { ...load, batchShape: 'free', backend: 'wasm', params: {} } },
    { type: 'init', load: { ...load, batchSize: 'auto', backend: 'node', modelFormat: 'saved-model' } },
    { type: 'init', load: { ...load, model: { kind: 'analyzer', module: '/m.mjs' }, native: '/n' } },
    { type: 'stop' },
  ] as const) {
    assert.deepEqual(viaParent(message), message);
  }
  const backend = {
    name: 'wasm',
    versions: { tfjs: '4' },
    threads: 1,
    batchSize: null,
    reproducible: true,
    features: ['simd'],
  } as const;
  const outputs = [{ name: 'y', size: 2 }];
  const model = {
    name: 'm',
    version: '1',
    format: 'graph-model',
    digest: 'd',
    outputs,
    bundles: [],
  } as const;
  const analyzer = { ...model, format: 'analyzer', outputs: [], bundles: [model, model] } as const;
  const ready = {
    type: 'ready',
    backend,
    model,
    input: { window: 60, columns: 'each', missing: 'hold' },
    loadMs: 1.5,
    warmupMs: 0,
    pid: 7,
    notices: [{ level: 'info', text: 'so' }],
  } as const;
  for (const message of [
    { type: 'hello', version: 4 },
    ready,
    { ...ready, backend: { ...backend, name: 'js', batchSize: 64, reproducible: false } },
    { ...ready, model: analyzer, input: { window: 1, columns: ['a', 'b'], missing: 'reject' }, notices: [] },
    { type: 'failed', id: null, code: 'model', message: 'no', hint: 'yes' },
    { type: 'failed', id: 0, code: 'internal', message: '', hint: null },
  ] as const) {
    assert.deepEqual(viaActor(message), message);
  }
});

/** Any text that UTF-8 has bytes for. */
const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const target = fc.oneof(text, fc.constantFrom('a', 'b', '', '\0', 'ü\n'));
const items = fc.array(fc.tuple(target, fc.oneof(target, fc.constant(null)), fc.double()), { maxLength: 20 });

test('chunks read back the same, one after another over the same conversation', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(items, fc.nat(3)), { maxLength: 4 }), (chunks) => {
      const encoder = new ParentMessageEncoder();
      const decoder = new ParentMessageDecoder();
      for (const [id, [rows, repeats]] of chunks.entries()) {
        const chunk: Chunk = {
          ...chunkOf(rows.map(([name]) => name)),
          id,
          style: id % 2 === 0 ? 'batched' : 'per-item',
          columns: rows.map(([, column]) => column),
          values: Float64Array.from(rows, ([, , value]) => value),
        };
        for (let i = 0; i <= repeats; i++) {
          assert.deepEqual(decoder.decode(frameOf(encoder.encode(chunk))), chunk);
        }
      }
    }),
  );
});

test('labels with lone surrogates keep their places, also where two of them would join', () => {
  const chunk = chunkOf(['a\ud83d', '\ude00b', 'plain']);
  const decoded = viaParent(chunk);
  assert.equal(decoded.type, 'chunk');
  assert.deepEqual(decoded.targets, ['a\ufffd', '\ufffdb', 'plain']);
});

function answer(given: Partial<Answer['answers']> = {}): Answer {
  return {
    type: 'answer',
    id: 4,
    answers: {
      scores: Float32Array.of(1, NaN, 3),
      anomalies: Uint8Array.of(1, NO_VERDICT, 0),
      outputs: Float32Array.of(10, 20, 30),
      outputOffsets: Uint32Array.of(0, 1, 1, 3),
      errors: new Map<number, ItemError>([[1, { errno: 'poison', errmsg: 'ü\0' }]]),
      ...given,
    },
    timing: {
      arrivedAtMs: 1e9,
      servedFromMs: 1e9 + 0.5,
      decodeMs: 0.25,
      normalizeMs: 1,
      predictMs: 2,
      replyMs: 3,
    },
    usage: { rssBytes: 2 ** 31, cpuMs: 1234.5 },
  };
}

test('answers read back the same, failures included', () => {
  assert.deepEqual(viaActor(answer()), answer());
  const none = { scores: new Float32Array(0), anomalies: new Uint8Array(0), outputs: new Float32Array(0) };
  const empty = answer({ ...none, outputOffsets: Uint32Array.of(0), errors: new Map() });
  assert.deepEqual(viaActor(empty), empty);
});

for (const [what, given, reason] of [
  ['verdicts for other items', { anomalies: Uint8Array.of(1) }, /anomalies has 1 values instead of 3/],
  [
    'offsets that are too few',
    { outputOffsets: Uint32Array.of(0, 3) },
    /outputOffsets has 2 values instead of 4/,
  ],
  ['offsets that fall', { outputOffsets: Uint32Array.of(0, 2, 1, 3) }, /must not decrease/],
  ['offsets that do not start', { outputOffsets: Uint32Array.of(1, 1, 1, 3) }, /from 0 to 3/],
  ['offsets that do not end', { outputOffsets: Uint32Array.of(0, 1, 1, 2) }, /from 0 to 3/],
  [
    'failures beyond the items',
    { errors: new Map([[3, { errno: 'x', errmsg: '' }]]) },
    /item 3 does not exist or failed twice/,
  ],
] as const) {
  test(`an answer is refused for ${what}`, () => {
    assert.throws(() => viaActor(answer(given)), errorOf(ProtocolError, reason));
  });
}

const decode = (type: string, fields: Record<string, unknown>, parts: readonly Part[] = []): ParentMessage =>
  new ParentMessageDecoder().decode(frameOf(new FrameEncoder().encode(type, fields, parts)));
const u32 = (name: string, ...numbers: number[]): Part => ({
  name,
  shape: [numbers.length],
  values: Uint32Array.from(numbers),
});
const u8 = (name: string, letters: string): Part => ({
  name,
  shape: [letters.length],
  values: new Uint8Array(Buffer.from(letters)),
});
/** The parts of a chunk of two items, one of them changed. */
function chunkParts(change: Part): Part[] {
  const parts: Part[] = [
    { name: 'call', shape: [2], values: Float64Array.of(1, 60_000) },
    u8('targets', 'ab'),
    u32('targets.bytes', 1, 1),
    u32('targets.index', 0, 1),
    u8('columns', ''),
    u32('columns.bytes'),
    u32('columns.index', 0xffff_ffff, 0xffff_ffff),
    { name: 'values', shape: [2, 1, 1], values: Float64Array.of(1, 2) },
  ];
  assert.ok(parts.some(({ name }) => name === change.name));
  return parts.map((part) => (part.name === change.name ? change : part));
}
const chunkFields = { style: 'batched' };

test('a chunk put together by hand as docs/protocol.md says is understood', () => {
  const message = decode('chunk', chunkFields, chunkParts(u8('targets', 'xy')));
  assert.deepEqual(message, {
    type: 'chunk',
    id: 1,
    minuteMs: 60_000,
    style: 'batched',
    targets: ['x', 'y'],
    columns: [null, null],
    window: 1,
    width: 1,
    values: Float64Array.of(1, 2),
  });
});

for (const [what, message, reason] of [
  ['what only an actor sends', () => decode('ready', {}), /does not send ready/],
  ['an unknown type', () => decode('toString', {}), /does not send toString/],
  [
    'a version that is no number',
    () => decode('hello', { version: '1' }),
    /version must be a finite number, it is "1"/,
  ],
  ['a version that is missing', () => decode('hello', {}), /version must be a finite number, it is missing/],
  ['a load that is no object', () => decode('init', { load: null }), /load must be an object, it is null/],
  [
    'an unknown backend',
    () => decode('init', { load: { model: { kind: 'analyzer', module: '/' }, backend: 'gpu' } }),
    /init.load: backend must be one of node, wasm, auto/,
  ],
  [
    'params that are not texts',
    () =>
      decode('init', {
        load: {
          model: { kind: 'bundle', folder: '/', manifest: '' },
          ...{
            backend: 'node',
            modelFormat: 'auto',
            threadsPerActor: 1,
            batchSize: 1,
            batchShape: 'free',
            native: null,
          },
          params: { a: 1 },
        },
      }),
    /params must be an object of texts/,
  ],
  [
    'a batch of nothing',
    () =>
      decode('init', {
        load: {
          model: { kind: 'analyzer', module: '/' },
          ...{ backend: 'node', modelFormat: 'auto', threadsPerActor: 1, batchSize: 0 },
        },
      }),
    /batchSize must be at least 1, it is 0/,
  ],
  [
    'an unknown style',
    () => decode('chunk', { ...chunkFields, style: 'x' }, chunkParts(u8('targets', 'ab'))),
    /style must be one of/,
  ],
  [
    'a fractional id',
    () =>
      decode('chunk', chunkFields, chunkParts({ name: 'call', shape: [2], values: Float64Array.of(1.5, 0) })),
    /an id must be a whole number ≥ 0, it is 1.5/,
  ],
  [
    'a minute that is no number',
    () =>
      decode('chunk', chunkFields, chunkParts({ name: 'call', shape: [2], values: Float64Array.of(1, NaN) })),
    /call must be finite numbers/,
  ],
  [
    'values without a shape',
    () =>
      decode('chunk', chunkFields, chunkParts({ name: 'values', shape: [2], values: Float64Array.of(1, 2) })),
    /shape \[items, window, width\]/,
  ],
  [
    'values of another dtype',
    () =>
      decode(
        'chunk',
        chunkFields,
        chunkParts({ name: 'values', shape: [2, 1, 1], values: Float32Array.of(1, 2) }),
      ),
    /values must be a Float64Array/,
  ],
  [
    'targets for other items',
    () => decode('chunk', chunkFields, chunkParts(u32('targets.index', 0))),
    /targets.index has 1 values instead of 2/,
  ],
  [
    'a target that is not there',
    () => decode('chunk', chunkFields, chunkParts(u32('targets.index', 0, 2))),
    /points at text 2/,
  ],
  [
    'an item without a target',
    () => decode('chunk', chunkFields, chunkParts(u32('targets.index', 0, 0xffff_ffff))),
    /an item has no target/,
  ],
  [
    'texts that do not add up',
    () => decode('chunk', chunkFields, chunkParts(u32('targets.bytes', 1, 2))),
    /does not add up to the 2 bytes/,
  ],
] as const) {
  test(`a parent's message is refused for ${what}`, () => {
    assert.throws(message, errorOf(ProtocolError, reason));
  });
}

for (const [what, fields, reason] of [
  ['an unknown code', { id: null, code: 'toString', message: '', hint: null }, /code must be one of/],
  ['a hint that is missing', { id: null, code: 'model', message: '' }, /hint must be text, it is missing/],
  ['an id that is missing', { code: 'model', message: '', hint: null }, /id must be a finite number/],
] as const) {
  test(`an actor's failure is refused for ${what}`, () => {
    assert.throws(
      () => parseActorMessage(frameOf(new FrameEncoder().encode('failed', fields))),
      errorOf(ProtocolError, reason),
    );
  });
}

test('an actor may not send what only a parent sends', () => {
  assert.throws(
    () => parseActorMessage(frameOf(new FrameEncoder().encode('chunk', {}))),
    /does not send chunk/,
  );
});
