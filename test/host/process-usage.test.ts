import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { processUsage } from '#build/host/process-usage.js';

import { temporaryFolder } from '../support/cli.js';

const STATUS = 'Name:\tnode\nVmHWM:\t   9999 kB\nVmRSS:\t   2000 kB\nThreads:\t2\n';
/** utime 30 and stime 12, in ticks; the name has what could be taken for more fields. */
const STAT = '7 (a ) 1 (b) S 1 7 7 0 -1 4194304 100 0 0 0 30 12 0 0 20 0 2 0 100 1000 500\n';

function procOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries({ 'self/status': STATUS, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

test('memory is from status and smaps_rollup, processor time includes threads that have ended', (t) => {
  const proc = procOf(t, {
    '7/status': STATUS,
    '7/stat': STAT,
    '7/smaps_rollup': '5580-7fff ---p 00000000 00:00 0    [rollup]\nRss:    2000 kB\nPss:    1500 kB\n',
    '7/task/7/schedstat': '25000000 5 10\n',
  });
  assert.deepEqual(processUsage(7, proc), {
    residentBytes: 2_048_000,
    proportionalBytes: 1_536_000,
    cpuMs: 420,
    cpuStepMs: 10,
  });
});

test('proportional memory is null if the kernel does not report it', (t) => {
  const proc = procOf(t, { '7/status': STATUS, '7/stat': STAT });
  assert.equal(processUsage(7, proc).proportionalBytes, null);
});

test('an ended process and a system without /proc are different errors', (t) => {
  assert.throws(() => processUsage(7, procOf(t, {})), {
    code: 'actor_failed',
    message: /process 7 has ended/,
  });
  assert.throws(() => processUsage(7, join(temporaryFolder(t), 'proc')), {
    code: 'unsupported',
    hint: 'run it on Linux',
  });
});

test(
  'the figures of this process are plausible',
  { skip: !existsSync('/proc/self/status') && 'not Linux' },
  () => {
    const { residentBytes, cpuMs, proportionalBytes } = processUsage(process.pid);
    assert.ok(residentBytes > 10e6 && cpuMs >= 0);
    assert.ok(
      proportionalBytes === null || (proportionalBytes > 0 && proportionalBytes <= residentBytes * 1.5),
    );
  },
);
