/** A child that answers each block with a block of its own; neither side looks inside. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { block, readBlocks } from './blocks.mjs';

const FAR_END = fileURLToPath(new URL('bare.mjs', import.meta.url));

export class BarePipe {
  /** @param bytes sizes of the block that goes out, `asked`, and of the one that comes back, `answered` */
  constructor(bytes) {
    const child = spawn(process.execPath, [FAR_END, String(bytes.answered)], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    this.pipe = child.stdio[3];
    this.block = block(bytes.asked);
    this.waiting = null;
    readBlocks(this.pipe, (answer) => this.waiting.resolve(answer));
    this.pipe.on('error', () => undefined); // the close that follows tells
    this.pipe.on('close', () => this.waiting?.reject(new Error('the far end of a bare pipe is gone')));
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
