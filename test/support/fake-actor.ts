/**
 * An actor whose analyzer is a few lines; targets of certain names make it misbehave.
 * Real in all else: process, pipe, loop, watchdog.
 */
import { closeSync, writeSync } from 'node:fs';
import { serveParent } from '#dist/actor/serve-parent.js';

import { answerOf, fakeAnalyzer, fakeRuntime, type Trick } from './fake-runtime.js';

const tricks: Record<string, Trick> = {
  killed: () => {
    process.kill(process.pid, 'SIGKILL');
    return spin(60_000);
  },
  busy: () => spin(60_000),
  exits: () => process.exit(7),
  throws: () => {
    throw new Error('this target is beyond me');
  },
  prints: (item) => {
    process.stdout.write('to standard output\n');
    process.stderr.write('to standard error\nwithout an end');
    return answerOf(item);
  },
  garbage: (item) => {
    writeSync(3, 'hello, I am no frame at all');
    return answerOf(item);
  },
  'closes-pipe': () => {
    closeSync(3);
    return spin(60_000);
  },
};

function spin(forMs: number): never {
  const end = Date.now() + forMs;
  while (Date.now() < end);
  throw new Error('nobody ended this actor');
}

// In a pool told to disagree, every actor reports another version: its own process.
const load = fakeRuntime(fakeAnalyzer(tricks));
await serveParent((request, context) => {
  const { params } = request;
  if (params['crash'] !== undefined) {
    process.stderr.write('first words\nlast words\n');
    process.exit(3);
  }
  const version = params['disagree'] === undefined ? '1' : String(process.pid);
  return load({ ...request, params: { ...params, version } }, context);
});
