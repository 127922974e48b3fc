import assert from 'node:assert/strict';

import fc from 'fast-check';

import { ActorMessageEncoder, parseActorMessage } from '#build/protocol/actor-frames.js';
import { FrameEncoder } from '#build/protocol/frame-encoder.js';
import { FrameReader } from '#build/protocol/frame-reader.js';
import { ProtocolError, type Frame, type Part } from '#build/protocol/frames.js';
import type { ActorMessage, ParentMessage } from '#build/protocol/messages.js';
import { ParentMessageDecoder, ParentMessageEncoder } from '#build/protocol/parent-frames.js';

export function frameOf(buffers: readonly Uint8Array[]): Frame {
  const frames: Frame[] = [];
  new FrameReader().push(Buffer.concat(buffers), (frame) => frames.push(frame));
  assert.equal(frames.length, 1);
  return frames[0]!;
}

/** What an actor gets. */
export function viaParent(message: ParentMessage): ParentMessage {
  return new ParentMessageDecoder().decode(frameOf(new ParentMessageEncoder().encode(message)));
}

/** What a parent gets. */
export function viaActor(message: ActorMessage): ActorMessage {
  return parseActorMessage(frameOf(new ActorMessageEncoder().encode(message)));
}

/** What an actor makes of a parent's frame put together by hand. */
export function decode(
  type: string,
  fields: Record<string, unknown>,
  parts: readonly Part[] = [],
): ParentMessage {
  return new ParentMessageDecoder().decode(frameOf(new FrameEncoder().encode(type, fields, parts)));
}

/** Where a frame is damaged, and with which bytes. */
export const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });

export function damaged(
  buffers: readonly Uint8Array[],
  changes: readonly (readonly [at: number, byte: number])[],
): Buffer {
  const frame = Buffer.concat(buffers);
  for (const [at, byte] of changes) frame[at % frame.length] = byte;
  return frame;
}

/** Fails where bytes do anything but complete a message, wait for more, or be refused. */
export function refusedOrRead(bytes: Buffer, read: (frame: Frame) => unknown): void {
  try {
    new FrameReader().push(bytes, read);
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
  }
}
