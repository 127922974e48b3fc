/** Reads a recording as `replay` does, and does nothing with it; prints the time without Node's start, ms. */
import { performance } from 'node:perf_hooks';

import { countRecords } from '../shared/reading.mjs';

const startedAtMs = performance.now();
await countRecords(process.argv[2]);
console.log(performance.now() - startedAtMs);
