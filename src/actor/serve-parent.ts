import { once } from 'node:events';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { WATCHDOG_ENTRY } from '../program/package-files.js';
import { ActorMessageEncoder } from '../protocol/actor-frames.js';
import { BodyMemory, FrameReader } from '../protocol/frame-reader.js';
import { ProtocolError } from '../protocol/frames.js';
import type { ActorUsage } from '../protocol/messages.js';
import { machineNow } from '../protocol/machine-clock.js';
import { ParentMessageDecoder } from '../protocol/parent-frames.js';
import { writeFrame } from '../protocol/frame-encoder.js';
import { runLoop, type Received } from './loop.js';
import { Mailbox } from './mailbox.js';
import type { LoadRuntime } from './load-runtime.js';

/** The descriptor of the connection to the parent; standard output is for the user's code. */
const PARENT_FD = 3;
/** Reading into one preallocated buffer avoids an allocation for every 64 KiB of a chunk. */
const READ_BYTES = 256 * 1024;

/** Runs this process as an actor of the parent that started it; exits when the parent no longer needs it. */
export async function serveParent(load: LoadRuntime): Promise<void> {
  startWatchdog();
  // Ctrl-C, a closing terminal, `timeout` and systemd signal the whole process group. The parent needs its actors to
  // finish the minutes in flight; afterwards it closes their pipes, or ends them with SIGKILL.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  const mailbox = new Mailbox<Received>();
  const socket = connect(mailbox);
  const encoder = new ActorMessageEncoder();
  socket.on('error', () => undefined); // followed by close
  socket.once('close', () => process.exit()); // no parent is left to answer
  await runLoop(
    {
      received: mailbox,
      send: (message) => writeFrame(socket, encoder.encode(message)),
      drain: () => drain(socket),
      turn: () => setImmediate(),
    },
    load,
    machineNow,
    usageOf(machineNow),
  );
  socket.end();
  await once(socket, 'finish');
  process.exit();
}

/** How long to wait for a parent that is slow to read; it can go on reading between the next chunk's calls. */
const LONGEST_DRAIN_MS = 20;

/** Without it, the end of a long answer would only leave after the next chunk. */
async function drain(socket: Socket): Promise<void> {
  if (socket.writableLength === 0) return;
  const signal = AbortSignal.timeout(LONGEST_DRAIN_MS);
  await once(socket, 'drain', { signal }).catch(() => undefined);
}

/**
 * Querying the system takes as long as answering a small chunk. So an actor's last answer may lack 0.1 s of its use.
 */
const USAGE_AGE_MS = 100;

function usageOf(now: () => number): () => ActorUsage {
  let usage: ActorUsage = { rssBytes: 0, cpuMs: 0 };
  let takenAtMs = -Infinity;
  return () => {
    const atMs = now();
    if (atMs - takenAtMs < USAGE_AGE_MS) return usage;
    takenAtMs = atMs;
    const { user, system } = process.cpuUsage(); // µs
    usage = { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
    return usage;
  };
}

/** Starts in the background, which takes about 45 ms. */
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
          return false; // the rest of the stream cannot be read
        }
      },
    },
  };
  return new Socket(options);
}
