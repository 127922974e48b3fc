/** A child process that answers each block of bytes with another; neither side looks inside. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { block, readBlocks } from './blocks.mjs';

const FAR_END = fileURLToPath(new URL('bare.mjs', import.meta.url));

export class BarePipe {
  /** @param bytes sizes of the block that is sent, `asked`, and of the reply, `answered` */
  constructor(bytes) {
    const child = spawn(process.execPath, [FAR_END, String(bytes.answered)], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    this.pipe = child.stdio[3];
    this.block = block(bytes.asked);
    this.waiting = null;
    readBlocks(this.pipe, (answer) => this.waiting.resolve(answer));
    this.pipe.on('error', () => undefined); // `close` follows
    this.pipe.on('close', () => this.waiting?.reject(new Error('the far end of a bare pipe exited')));
  }

  ask() {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.pipe.write(this.block);
    });
  }

  stop() {
    this.pipe.end();
  }
}
