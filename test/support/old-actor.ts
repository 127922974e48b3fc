/** What an actor of another version says: hello, and nothing that we could understand. */
import { Socket } from 'node:net';

import { FrameEncoder } from '#build/protocol/frame-encoder.js';

const pipe = new Socket({ fd: 3 });
for (const buffer of new FrameEncoder().encode('hello', { version: 99 })) pipe.write(buffer);
pipe.on('close', () => process.exit());
