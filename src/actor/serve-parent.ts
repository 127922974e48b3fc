import { once } from 'node:events';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { Worker } from 'node:worker_threads';

import { WATCHDOG_ENTRY } from '../program/files.js';
import { ActorMessageEncoder } from '../protocol/actor-frames.js';
import { BodyMemory } from '../protocol/body-memory.js';
import { FrameReader } from '../protocol/frame-reader.js';
import { ProtocolError } from '../protocol/frames.js';
import { machineNow } from '../protocol/machine-clock.js';
import { ParentMessageDecoder } from '../protocol/parent-frames.js';
import { writeFrame } from '../protocol/write-frame.js';
import { runLoop, type Received } from './loop.js';
import { Mailbox } from './mailbox.js';
import type { LoadRuntime } from './runtime.js';

/** The descriptor on which the parent talks to us; standard output belongs to whatever user code prints. */
const PARENT_FD = 3;
/** Reading into one buffer of our own spares an allocation for every 64 KiB of a chunk. */
const READ_BYTES = 256 * 1024;

/** Makes this process an actor of the parent that started it; ends the process when the parent is done with it. */
export async function serveParent(load: LoadRuntime): Promise<void> {
  startWatchdog();
  // These reach the whole process group: Ctrl-C, a closing terminal, `timeout`, systemd. The parent finishes the
  // minutes under way, which takes its actors; it then closes their pipes, or ends them with SIGKILL.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  const mailbox = new Mailbox<Received>();
  const socket = connect(mailbox);
  const encoder = new ActorMessageEncoder();
  socket.on('error', () => undefined); // followed by close
  socket.once('close', () => process.exit()); // nobody is left to answer
  await runLoop(
    { received: mailbox, send: (message) => writeFrame(socket, encoder.encode(message)) },
    load,
    machineNow,
    residentMemory(machineNow),
  );
  socket.end();
  await once(socket, 'finish');
  process.exit();
}

/** Asking the system costs as much as answering a small chunk; memory that matters does not grow within a second. */
const MEMORY_AGE_MS = 1000;

function residentMemory(now: () => number): () => number {
  let bytes = 0;
  let takenAtMs = -Infinity;
  return () => {
    if (now() - takenAtMs < MEMORY_AGE_MS) return bytes;
    takenAtMs = now();
    bytes = process.memoryUsage.rss();
    return bytes;
  };
}

/** Starts next to whatever loads; it takes about 45 ms, during which nothing waits for it. */
function startWatchdog(): void {
  const watchdog = new Worker(WATCHDOG_ENTRY, {
    workerData: process.ppid,
    execArgv: [],
    env: {},
  });
  watchdog.unref();
}

function connect(mailbox: Mailbox<Received>): Socket {
  const bodies = new BodyMemory();
  const reader = new FrameReader(bodies);
  const decoder = new ParentMessageDecoder();
  let decodeMs = 0;
  const receive = (bytes: Uint8Array): void => {
    let startedAt = machineNow();
    reader.push(bytes, (frame) => {
      const message = decoder.decode(frame);
      const now = machineNow();
      const release = (): void => bodies.giveBack(frame.memory);
      mailbox.put({ message, arrivedAtMs: now, decodeMs: decodeMs + now - startedAt, release });
      decodeMs = 0;
      startedAt = now;
    });
    decodeMs += machineNow() - startedAt;
  };
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd: PARENT_FD,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length, buffer) => {
        try {
          receive(buffer.subarray(0, length));
          return true;
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          mailbox.fail(error);
          return false; // what follows can't be understood
        }
      },
    },
  };
  return new Socket(options);
}
