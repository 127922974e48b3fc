/** The far end of a bare framed pipe: answers each block with one of the size given on its command line. */
import { Socket } from 'node:net';

import { block, readBlocks } from './blocks.mjs';

const answer = block(Number(process.argv[2]));
const pipe = new Socket({ fd: 3 });
readBlocks(pipe, () => pipe.write(answer));
