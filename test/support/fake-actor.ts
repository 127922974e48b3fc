/**
 * An actor whose analyzer is a few lines, and misbehaves for targets and parameters of certain names.
 * Real in all else: process, pipe, loop, watchdog.
 */
import { pbkdf2Sync } from 'node:crypto';
import { closeSync, writeSync } from 'node:fs';

import { serveParent } from '#build/actor/serve-parent.js';

import { answerOf, fakeAnalyzer, fakeRuntime } from './fake-runtime.js';

function computeForAMinute(): never {
  const end = Date.now() + 60_000;
  while (Date.now() < end);
  throw new Error('nobody ended this actor');
}

const analyzer = fakeAnalyzer({
  busy: computeForAMinute,
  'busy in native code': (item) => {
    pbkdf2Sync('password', 'salt', 2 ** 31 - 1, 64, 'sha512'); // many minutes
    return answerOf(item);
  },
  'answers at length': () => ({ score: 1, anomaly: false, output: new Float64Array(2 ** 22) }),
  killed: () => {
    process.kill(process.pid, 'SIGKILL');
    return computeForAMinute();
  },
  exits: () => {
    process.stderr.write('first words\nlast words\n');
    process.exit(7);
  },
  throws: () => {
    throw new Error('this is beyond me');
  },
  prints: (item) => {
    process.stdout.write(`${'to standard output '.repeat(2000)}\nmore\n`);
    process.stderr.write('to standard error\nwithout an end');
    return answerOf(item);
  },
  garbage: (item) => {
    writeSync(3, 'I am not a frame at all');
    return answerOf(item);
  },
  'closes its pipe': () => {
    closeSync(3);
    return computeForAMinute();
  },
});

const load = fakeRuntime(analyzer);
await serveParent(async (request, context) => {
  const { params } = request;
  if (params['hang'] !== undefined) {
    writeSync(2, 'loading\n');
    computeForAMinute();
  }
  if (params['crash'] !== undefined) process.exit(3);
  const shown = params['show'] === undefined ? {} : { notice: process.env[params['show']] ?? 'not set' };
  const version = params['disagree'] === undefined ? {} : { version: String(process.pid) };
  return load({ ...request, params: { ...params, ...shown, ...version } }, context);
});
