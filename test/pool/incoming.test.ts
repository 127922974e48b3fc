import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { listen } from '#build/pool/incoming.js';
import { ActorMessageEncoder } from '#build/protocol/actor-frames.js';
import { ProtocolError } from '#build/protocol/frames.js';
import { writeFrame } from '#build/protocol/frame-encoder.js';

const encoder = new ActorMessageEncoder();
const bytesOf = (...versions: number[]): Buffer =>
  Buffer.concat(versions.flatMap((version) => encoder.encode({ type: 'hello', version })));

/** What is heard through a pipe; `until` ends the listening when it comes. */
function heard(pipe: PassThrough, until = NaN): { versions: number[]; breaches: string[] } {
  const versions: number[] = [];
  const breaches: string[] = [];
  const unlisten = listen(pipe, {
    onMessage: (message) => {
      if (message.type !== 'hello') throw new ProtocolError('no hello');
      versions.push(message.version);
      if (message.version === until) unlisten();
    },
    onBreach: (error) => {
      breaches.push(error.message);
      unlisten();
    },
  });
  return { versions, breaches };
}

const settle = (): Promise<void> => new Promise(setImmediate);

test('messages come in order, however they are cut', async () => {
  const pipe = new PassThrough();
  const { versions } = heard(pipe);
  const bytes = bytesOf(1, 2, 3);
  for (let i = 0; i < bytes.length; i += 7) pipe.write(bytes.subarray(i, i + 7));
  await settle();
  assert.deepEqual(versions, [1, 2, 3]);
});

test('decoding a message begins with its last bytes, whatever happens between the first ones and those', async () => {
  const pipe = new PassThrough();
  const begun: number[] = [];
  listen(pipe, {
    onMessage: (_, { atMs, decodeMs }) => begun.push(atMs - decodeMs),
    onBreach: (error) => assert.fail(error),
  });
  const bytes = bytesOf(1);
  for (const piece of [bytes.subarray(0, 9), bytes.subarray(9, 30)]) {
    pipe.write(piece);
    await settle();
  }
  const betweenMs = performance.now();
  pipe.write(bytes.subarray(30));
  await settle();
  assert.equal(begun.length, 1);
  assert.ok(begun.every((ms) => ms >= betweenMs));
});

test('nothing is emitted after the listening ended, neither from the same bytes nor later', async () => {
  const pipe = new PassThrough();
  const { versions } = heard(pipe, 2);
  pipe.write(bytesOf(1, 2, 3));
  await settle();
  writeFrame(pipe, encoder.encode({ type: 'hello', version: 4 }));
  await settle();
  assert.deepEqual(versions, [1, 2]);
  pipe.end();
  await new Promise((resolve) => pipe.once('close', resolve)); // it is read to its end all the same
});

test('a breach is reported once, with what was wrong', async () => {
  const pipe = new PassThrough();
  const { versions, breaches } = heard(pipe);
  pipe.write(Buffer.concat([bytesOf(1), Buffer.from('this is not a frame of ours')]));
  await settle();
  pipe.write(bytesOf(2));
  await settle();
  assert.deepEqual(versions, [1]);
  assert.equal(breaches.length, 1);
  assert.match(breaches[0] ?? '', /these bytes do not start a frame/);
});
