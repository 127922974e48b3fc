import type { Writable } from 'node:stream';

/** Writes a frame's buffers in one system call if the receiver has room for it. */
export function writeFrame(stream: Writable, buffers: readonly Uint8Array[]): void {
  stream.cork();
  for (const buffer of buffers) stream.write(buffer);
  stream.uncork();
}
