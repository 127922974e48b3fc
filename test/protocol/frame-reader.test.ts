import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BodyMemory, FrameReader } from '#build/protocol/frame-reader.js';
import { FrameEncoder } from '#build/protocol/frame-encoder.js';
import type { Frame } from '#build/protocol/frames.js';

const frameOf = (values: Float64Array): Uint8Array =>
  Buffer.concat(new FrameEncoder().encode('x', {}, [{ name: 'values', shape: [values.length], values }]));

test('memory that was given back is used again where it is large enough', () => {
  const memory = new BodyMemory();
  const first = memory.take(64).buffer as ArrayBuffer;
  memory.giveBack(first);
  const smaller = memory.take(40);
  assert.equal(smaller.buffer, first);
  assert.deepEqual([smaller.byteOffset, smaller.length], [0, 40]);
  memory.giveBack(first);
  const larger = memory.take(128);
  assert.notEqual(larger.buffer, first);
  assert.deepEqual([larger.byteOffset, larger.length], [0, 128]);
});

test('a frame keeps its numbers until its memory is given back and reused', () => {
  const memory = new BodyMemory();
  const reader = new FrameReader(memory);
  const read = (...numbers: number[]): Frame => {
    const frames: Frame[] = [];
    reader.push(frameOf(Float64Array.from(numbers)), (frame) => frames.push(frame));
    assert.equal(frames.length, 1);
    return frames[0]!;
  };
  const kept = read(1, 2, 3);
  const done = read(4, 5, 6);
  memory.giveBack(done.memory);
  const shorter = read(7, 8);
  assert.equal(shorter.memory, done.memory);
  assert.notEqual(kept.memory, shorter.memory);
  assert.deepEqual([...(kept.parts.get('values')?.values ?? [])], [1, 2, 3]);
  assert.deepEqual([...(shorter.parts.get('values')?.values ?? [])], [7, 8]);
});
