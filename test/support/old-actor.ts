/** What an actor of another version says: hello, and nothing that we could understand. */
import { Socket } from 'node:net';

import { encodeFrame } from '#dist/protocol/frames.js';

const pipe = new Socket({ fd: 3 });
for (const buffer of encodeFrame('hello', { version: 99 })) pipe.write(buffer);
pipe.on('close', () => process.exit());
