import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';

import { parseActorMessage } from '../protocol/actor-frames.js';
import { BodyMemory, FrameReader } from '../protocol/frame-reader.js';
import { ProtocolError } from '../protocol/frames.js';
import type { ActorMessage } from '../protocol/messages.js';

/** How a message arrived. */
export interface Arrival {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  /** Decoding in the parent, up to `atMs`, once all bytes were there: taking earlier ones belongs to the pipe. */
  readonly decodeMs: number;
  /** Frees the memory of the message's body. */
  readonly release: () => void;
}

export interface Listener {
  /** Gets each message in order; may throw ProtocolError where it is out of turn. */
  readonly onMessage: (message: ActorMessage, arrival: Arrival) => void;
  /** Called once: no further message is emitted. */
  readonly onBreach: (error: ProtocolError) => void;
}

/** Emits an actor's messages until the first breach of the protocol, or until the returned function is called. */
export function listen(pipe: Duplex, { onMessage, onBreach }: Listener): () => void {
  const bodies = new BodyMemory();
  const reader = new FrameReader(bodies);
  let isListening = true;
  const receive = (bytes: Buffer): void => {
    let startedAtMs = performance.now();
    reader.push(bytes, (frame) => {
      if (!isListening) return; // an earlier frame in these bytes ended the listening
      const message = parseActorMessage(frame);
      const now = performance.now();
      const release = (): void => bodies.giveBack(frame.memory);
      onMessage(message, { atMs: now, decodeMs: now - startedAtMs, release });
      startedAtMs = performance.now();
    });
  };
  const onData = (bytes: Buffer): void => {
    if (!isListening) return;
    try {
      receive(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      onBreach(error);
    }
  };
  pipe.on('data', onData);
  return () => {
    isListening = false;
    pipe.off('data', onData);
    pipe.resume(); // to its end, so that the process can be seen to close
  };
}
